"""The example contract's own machinery: regions, placeholders, leaks, instrumentation, staleness."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path

import pytest

from macros.base.problems import ProblemError
from macros.model.example_reader import load_examples, recording_problems
from macros.model.examples import Example, Side, Volatile
from macros.model.regions import Region, dedent, regions, with_markers
from macros.model.scripts import gives
from snippets.runner import engines, normal, record
from snippets.runner.execute import MARK, Output, failing_line, instrument, plain, split
from snippets.runner.files import replace
from snippets.runner.normal import leaks, normalise
from snippets.runner.paths import LAB_SCRIPTS, ROOT, SNIPPETS

BOOT = r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
A, B = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"


def example_with(*volatile: Volatile) -> Example:
    return Example("section/name", Path(), "t", "t", {}, volatile)


def test_equal_values_get_equal_placeholders_over_all_regions() -> None:
    one = example_with(Volatile("boot-id", re.compile(BOOT), None))
    assert normalise({"a": f"{A}\n{B}\n", "b": f"{B} {A}\n"}, one) == {
        "a": "<boot-id>\n<boot-id-2>\n",
        "b": "<boot-id-2> <boot-id>\n",
    }


def test_the_hosts_own_value_has_a_placeholder_of_its_own() -> None:
    one = example_with(Volatile("boot-id", re.compile(BOOT), f"echo {B}"))
    assert normalise({"a": f"{A} {B}\n"}, one) == {"a": "<boot-id> <host-boot-id>\n"}


def test_a_vms_value_is_its_own_even_where_it_equals_the_hosts() -> None:
    one = example_with(Volatile("boot-id", re.compile(BOOT), f"echo {B}"))
    assert normalise({"a": f"{B}\n"}, one, "vm") == {"a": "<boot-id>\n"}
    assert normalise({"a": f"{B}\n"}, one, "container") == {"a": "<host-boot-id>\n"}


def test_values_that_may_be_kept_are_recorded_with_the_text(tmp_path: Path) -> None:
    one = example_with(
        Volatile("boot-id", re.compile(BOOT), None, "boot id"), Volatile("pid", re.compile(r"\d+$"), None)
    )
    assert record.text_of(one, taken(tmp_path, f"{A} 4711\n"))[1] == {"boot-id": A}


def test_a_value_that_names_the_machine_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "node", lambda: "zanzibar")
    one = example_with(Volatile("word", re.compile(r"(?<=is )\w+"), None, "word"))
    assert record.text_of(one, taken(tmp_path, "it is different\n"))[1] == {"word": "different"}
    with pytest.raises(record.ExampleError, match=r"a value that would be kept names this machine.*zanzibar"):
        record.text_of(one, taken(tmp_path, "it is zanzibar\n"))


def taken(directory: Path, text: str) -> record.Taken:
    """A side of one region, which printed `text`."""
    region = Region("show", 2, "x")
    side = Side("section/name", "host", directory / "host.sh", "", 1, (), (region,))
    return record.Taken(side, Output("host", {"show": text}, text, 0, False, 1.0, "none"))


def test_only_the_named_part_of_a_match_is_replaced() -> None:
    one = example_with(Volatile("pid", re.compile(r"Pid:\s+(?P<value>\d+)"), None))
    assert normalise({"a": "Pid:\t4711\nPPid:\t1\n"}, one)["a"] == "Pid:\t<pid>\nPPid:\t<pid-2>\n"


def test_what_no_pattern_matches_stays() -> None:
    one = example_with(Volatile("boot-id", re.compile(BOOT), None))
    assert normalise({"a": "cat: boot_id: No such file\n"}, one)["a"] == "cat: boot_id: No such file\n"


def test_instrumenting_changes_only_marker_lines_and_moves_none() -> None:
    script = "#!/bin/bash\n# --8<-- [start:show]\necho a\n# --8<-- [end:show]\necho b\n"
    lines = instrument(script).split("\n")
    assert len(lines) == len(script.split("\n"))
    assert [line for line in lines if "printf" not in line] == ["#!/bin/bash", "echo a", "echo b", ""]


def test_regions_of_output_are_split_and_joined_again() -> None:
    text = f"before\n{MARK}one\na\n{MARK}\nbetween\n{MARK}two\nno line break{MARK}\nafter\n"
    parts, whole = split(text)
    assert parts == {"one": "a\n", "two": "no line break\n"}
    assert whole == "before\na\nbetween\nno line break\nafter\n"


def test_recorded_output_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "vm.out"
    path.write_text(with_markers({"one": "a\n\n  b\n", "two": ""}), "utf-8")
    assert [(part.name, part.text) for part in regions(path, tmp_path)] == [("one", "a\n\n  b"), ("two", "")]


def test_every_problem_of_a_script_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.sh"
    path.write_text("# --8<-- [start:a]\n# --8<-- [end:a]\n# --8<-- [start:b]\nls\n# --8<-- [start:b]\n", "utf-8")
    with pytest.raises(ProblemError) as caught:
        regions(path, tmp_path)
    assert [(p.line, p.what) for p in caught.value.problems] == [
        (1, "region 'a' is empty"),
        (5, "region 'b' has no end"),
        (5, "region 'b' starts inside region 'b' (line 3)"),
    ]


def test_a_failure_says_first_that_other_engines_were_recorded(
    examples: dict[str, Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With both releases, and only of the engines that the side uses; with the same ones, no word of it."""
    example = examples["architecture/own-kernel"]
    side = example.sides["vm"]
    recorded = example.records["vm"].versions
    output = Output(side.id, {}, "", 1, False, 1.0, "tcg")
    monkeypatch.setattr(engines, "versions", lambda: recorded | {"qemu": "99.1.3", "docker engine": "98.0"})
    with pytest.raises(record.ExampleError, match=r"^recorded with QEMU \d+\.\d+; here QEMU 99\.1\n.*ended with 1"):
        record.check(example, side, output)
    monkeypatch.setattr(engines, "versions", lambda: recorded)
    with pytest.raises(record.ExampleError, match=r"^snippets/"):
        record.check(example, side, output)


def test_escape_sequences_and_carriage_returns_go() -> None:
    assert plain("\x1bc\x1b[?7l\x1b[2J\x1b[0mSeaBIOS\r\nx\r\n") == "SeaBIOS\nx\n"


@pytest.mark.parametrize(
    "path", ["/home/anna/x", "/root/.docker", "/tmp/tmp.X", str(ROOT), str(Path.home() / "x"), "/Users/anna/x"]
)
def test_a_leak_is_found(path: str) -> None:
    assert leaks(f"fine\nsee {path} here\n")[0][0] == 2


@pytest.mark.parametrize(
    "text",
    [
        "/proc/self/ns/net",
        "/sys/fs/cgroup/memory.max",
        "/var/lib/docker/overlay2",
        "/",
        "drwxr-xr-x root",
        "/rootfs/tmp",
    ],
)
def test_what_may_appear_is_no_leak(text: str) -> None:
    assert leaks(text) == []


def test_the_hosts_name_is_a_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "node", lambda: "annas-laptop")
    assert leaks("Linux annas-laptop 6.1\n") == [(1, "annas-laptop")]
    assert leaks("not-annas-laptop-at-all\n") == []
    monkeypatch.setattr(platform, "node", lambda: "annas-laptop.example.org")
    assert leaks("Linux annas-laptop 6.1\n") == [(1, "annas-laptop")]


# Names that people give to hosts and accounts, and that the examples print as words.
ORDINARY = ("docker", "server", "host", "node", "kernel", "container", "vm")
LEAKING = (
    "root@<name>:/# ls",
    "<name>@elsewhere.example: Permission denied",
    "<name>:~# ls",
    "hostname: <name>",
    '    "Hostname": "<name>",',
    "HOSTNAME=<name>",
    "Linux <name> 6.1.0-57-cloud-amd64 #1 SMP",
    "uid=1000(<name>) gid=1000(<name>) groups=1000(<name>)",
    "-rw-r--r-- 1 <name> users 12 Nov 30 03:00 file",
    "Nov 30 03:00:00 <name> systemd[1]: Started",
    "<name>       812  0.0  0.1   4360  3212 ?        S    03:00   0:00 bash",
    "127.0.1.1 <name>.example.org <name>",
    "/var/mail/<name>",
    "cd ~<name>",
)


@pytest.mark.parametrize("name", ORDINARY)
def test_a_name_that_is_an_ordinary_word_refuses_no_recording(
    name: str, examples: dict[str, Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host and user called so: all recorded output is the same as before, and none of it is a leak."""
    monkeypatch.setattr(platform, "node", lambda: name)
    monkeypatch.setattr("getpass.getuser", lambda: name)
    for example in examples.values():
        for side in example.sides.values():
            assert leaks(side.recorded.read_text("utf-8")) == [], side.recorded
    for text in ("srw-rw---- 1 root docker 0 docker.sock", "groups=0(root),999(docker)", "docker@sha256:00"):
        assert leaks(text) == [], text


@pytest.mark.parametrize("name", [*ORDINARY, "pc"])
@pytest.mark.parametrize("whose", ["host", "user"])
def test_a_name_is_a_leak_where_it_can_only_be_a_name(whose: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary word too, and a short one; and the same line with another name is none."""
    monkeypatch.setattr(platform, "node", lambda: name if whose == "host" else "localhost")
    monkeypatch.setattr("getpass.getuser", lambda: name if whose == "user" else "root")
    for line in LEAKING:
        assert leaks(f"fine\n{line.replace('<name>', name)}\n") == [(2, name)], line
        assert leaks(f"fine\n{line.replace('<name>', 'other')}\n") == [], line


def test_a_name_that_the_project_does_not_write_is_a_leak_anywhere(
    examples: dict[str, Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was recorded: a name in it does not become one of the project's own words."""
    monkeypatch.setattr("getpass.getuser", lambda: "wilhelmina")
    assert leaks("started by wilhelmina at noon\n") == [(1, "wilhelmina")]
    recorded = {
        word
        for example in examples.values()
        for side in example.sides.values()
        for word in re.findall(r"[a-z0-9]{4,}", side.recorded.read_text("utf-8").lower())
    }
    only_there = sorted(recorded - normal.own_words())
    assert only_there, "every recorded word is also written by the project, so this test shows nothing"
    monkeypatch.setattr(platform, "node", lambda: only_there[0])
    assert leaks(f"see {only_there[0]} here\n") == [(1, only_there[0])]


def test_a_user_without_an_entry_in_the_password_file_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert leaks("nothing of interest\n") == []


def test_a_failing_command_is_named_with_the_scripts_line() -> None:
    assert failing_line("vm.sh: line 7: ended with 1: false\n", Path("snippets/a/b/vm.sh")) == "snippets/a/b/vm.sh:7"


def test_dedent_removes_what_all_lines_share() -> None:
    assert dedent(["    a", "", "      b"]) == "a\n\n  b"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.out"
    assert replace(path, "old\n")
    assert not replace(path, "old\n")

    def fails(*_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(OSError, match="no"):
        replace(path, "new\n")
    assert path.read_text() == "old\n"
    assert [p.name for p in tmp_path.iterdir()] == ["a.out"]


def test_every_recorded_output_is_fresh_and_leaks_nothing(examples: dict[str, Example]) -> None:
    assert len(examples) >= 12
    problems = [str(problem) for example in examples.values() for problem in recording_problems(example, ROOT)]
    assert problems == []
    for example in examples.values():
        for side in example.sides.values():
            assert leaks(side.recorded.read_text("utf-8")) == [], side.recorded


def test_every_requirement_is_one_that_the_runner_knows(examples: dict[str, Example]) -> None:
    for example in examples.values():
        for side in example.sides.values():
            assert set(side.requires) <= set(engines.REQUIREMENTS), side.id


def test_both_sides_are_shown_where_both_make_sense(examples: dict[str, Example]) -> None:
    both = [example.id for example in examples.values() if {"container", "vm"} <= set(example.sides)]
    assert len(both) >= 6


def test_no_script_of_the_lab_gives_what_none_may_give() -> None:
    """Those of the examples are read with their example.toml; the lab's have none."""
    refused = [
        (script.name, what)
        for script in LAB_SCRIPTS.glob("*.sh")
        for _, _, what, _ in gives(script.read_text("utf-8"))
        if what
    ]
    assert refused == []


def test_examples_are_found_at_all() -> None:
    assert load_examples(SNIPPETS)


def test_the_docker_wrapper_adds_only_the_label(tmp_path: Path) -> None:
    """The real docker gets the same words, plus the run's label where something is created."""
    fake = tmp_path / "docker"
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    fake.chmod(0o755)
    environment = {
        "PATH": f"{LAB_SCRIPTS / 'bin'}:{tmp_path}:/usr/bin:/bin",
        "CVM_RUN": "r1",
        "CVM_WORK": str(tmp_path / "work"),
    }

    def words(*given: str) -> list[str]:
        done = subprocess.run(
            [LAB_SCRIPTS / "bin" / "docker", *given], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.splitlines()

    label = ["--label", "cvm.run=r1"]
    assert words("run", "--rm", "a b") == ["run", *label, "--rm", "a b"]
    assert words("network", "create", "n") == ["network", "create", *label, "n"]
    assert words("build", "-t", "x", ".") == ["build", "--no-cache", *label, "-t", "x", "."]
    assert words("import", "-", "x") == ["import", "--change", "LABEL cvm.run=r1", "-", "x"]
    for command in (["ps", "-a"], ["inspect", "x"], ["save", "x"], ["exec", "x", "run"], ["network", "ls"]):
        assert words(*command) == command
