"""System calls sorted by comparing runs, in Python and by the scripts that readers see: both sort alike."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from macros.model import system_calls as calls
from macros.model.files import Files
from macros.model.load import Data
from macros.model.results import split_point
from macros.render import system_calls as rendered
from snippets.runner.paths import ROOT, SNIPPETS

HEADER = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
TABLE = {0: "read", 1: "write", 2: "open", 3: "close", 4: "stat", 5: "fstat", 6: "lstat", 7: "poll", 8: "lseek"}
FILTERED = {0: 9, 1: 1, 2: 38, 3: 1, 4: 38, 5: 3000, 6: 1031, 7: 14, 8: 1, 9: 38, 10: 38}
FREE = {0: 9, 1: 14, 2: 22, 3: 1, 4: 38, 5: 3000, 6: 22, 7: 22, 8: 2000, 9: 22, 10: 38}
SORTED = {
    calls.REACHED: ["read", "poll"],
    calls.FILTERED: ["write", "open", "lstat"],
    calls.REFUSED: ["close"],
    calls.ABSENT: ["stat"],
    calls.SILENT: ["fstat", "lseek"],
}


def awk(program: Path, *files: Path) -> list[str]:
    done = subprocess.run(["awk", "-f", program, *files], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def write(path: Path, pairs: dict[int, int] | dict[int, str]) -> Path:
    path.write_text("# a remark\n" + "".join(f"{number} {value}\n" for number, value in pairs.items()))
    return path


def test_calls_are_sorted_by_comparing_two_runs() -> None:
    assert calls.sort(TABLE, FILTERED, FREE) == SORTED


def test_the_readers_script_sorts_alike(tmp_path: Path) -> None:
    files = [write(tmp_path / name, pairs) for name, pairs in (("t", TABLE), ("filtered", FILTERED), ("free", FREE))]
    wanted = [f"{kind}: {len(found)}" for kind, found in SORTED.items()]
    assert awk(SNIPPETS / "security/system-calls/sort.awk", *files) == [*wanted, "answered, but not in the table: 1"]


def test_alone_a_run_knows_no_filter() -> None:
    assert calls.sort(TABLE, FREE, FREE)[calls.FILTERED] == []


def test_the_table_is_that_of_the_kernels_headers() -> None:
    """Each number has one name; where this machine has headers, of whatever release, it has the same name there."""
    table = calls.names(Files(ROOT))
    assert len(table) == len(set(table.values()))
    assert (table[0], table[231]) == ("read", "exit_group")  # of x86-64, in every release
    if HEADER.is_file():
        header = dict(re.findall(r"#define __NR_(\w+)\s+(\d+)", HEADER.read_text()))
        assert {name: int(header[name]) for name in table.values()} == {name: number for number, name in table.items()}


def test_calls_between_two_marks_are_told_from_those_around(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    trace.write_text(
        '7 execve("/bin/x", []) = 0\n7 read(3, "", 1) = 0\n7 --- SIGWINCH {si_signo=SIGWINCH} ---\n'
        "8 ppoll([{fd=3}], 1 <unfinished ...>\n7 read(3, 1) = 0\n8 <... ppoll resumed>) = 1\n"
        "7 --- SIGWINCH {si_signo=SIGWINCH} ---\n7 read(3, 1) = 0\n7 exit_group(0) = ?\n7 +++ exited with 0 +++\n"
    )
    assert awk(SNIPPETS / "security/host-calls/count.awk", trace) == [
        "execve around",
        "exit_group around",
        "ppoll working",
        "read working",
    ]


def test_whose_a_thing_is_comes_from_the_hosts_own_answers(tmp_path: Path) -> None:
    host, inside = tmp_path / "host", tmp_path / "inside"
    host.write_text("load: 1\nname: a: b\ntimers: 7\nload: 2\n")
    inside.write_text("load: 2\nname: a: c\ntimers: \n")
    assert awk(SNIPPETS / "security/host-view/compare.awk", host, inside) == [
        "load: the host's",
        "name: its own",
        "timers: nothing",
    ]


@pytest.mark.parametrize("place", calls.PLACES)
def test_every_call_of_the_table_is_counted_once(data: Data, place: str) -> None:
    found = calls.sorted_at(data, place, data.machine)
    table = calls.names(Files(ROOT))
    assert sorted(name for names in found.values() for name in names) == sorted(table.values())
    assert rendered.call_count(data, place, "").startswith(f"[{len(table)}](/data/results/")


def test_a_row_for_each_place_and_the_versions_that_it_depends_on(data: Data) -> None:
    table = rendered.system_calls(data)
    docker = data.machines[data.machine]["versions"]["docker engine"].split("+")[0]
    assert f"Docker Engine {docker}, its default filter" in table and f"Docker Engine {docker}, no filter" in table
    for kind in calls.KINDS:
        assert f'data-label="{kind}"' in table
    assert "software emulation" in table  # how the recorded VM ran


@pytest.mark.parametrize("place", calls.PLACES)
def test_names_are_listed(data: Data, place: str) -> None:
    """The names of each kind are those that the recorded answers are sorted into."""
    for kind, names in calls.sorted_at(data, place, data.machine).items():
        if names:
            assert re.findall(r"`(\w+)`", rendered.call_names(data, place, kind)) == names


@pytest.mark.parametrize("when", ["working", "around"])
def test_the_hosts_calls_are_listed(data: Data, when: str) -> None:
    """Each call that QEMU made in some round, by the numbers under which it was sampled."""
    sampled = [split_point(name) for experiment, _, name in data.results if experiment == "security/host-calls"]
    numbers = {point for metric, point in sampled if metric == when and point is not None}
    table = calls.names(Files(ROOT))
    assert set(re.findall(r"`(\w+)`", rendered.host_calls(data, when))) == {table[number] for number in numbers}
