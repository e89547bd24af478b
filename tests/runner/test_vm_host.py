"""`make test-on HOST=cgroup2`: which sides it chooses, what it carries into the VM, and how the report comes back."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from macros.model.examples import Example, Side
from macros.model.requirements import table
from snippets.runner import choice, engines, execute, hosts, lab, runs, vm_host
from snippets.runner.paths import ROOT, SNIPPETS
from tests.conftest import EXAMPLES, READ

SIDES = [
    pytest.param(side, id=side.id)
    for example in EXAMPLES.values()
    for side in example.sides.values()
    if side.side != "vm"
]
# What in a script says that it depends on a part of the host that another host may have otherwise.
SIGNS = {
    "cgroups": r"/sys/fs/cgroup|cgroup-parent|cgroupns|--cpus\b|--cpu-shares|--cpuset-cpus|--pids-limit|--memory \d|-m \d+m\b",
    "namespaces": r"/ns/|NSpid|uid_map|\bunshare --|\bnsenter\b|--(?:pid|ipc|uts|network|net)(?: |=)host|\brunc .*\brun\b",
    "mounts": r"--tmpfs|--read-only|--mount[ =]|\bmount -|/proc/[^ ]*/mountinfo",
    "systemd": r"\bsystemctl\b|\bsystemd-[a-z]+|/sbin/init",
}


def code_of(script: Path) -> str:
    return re.sub(r"(?m)(^|\s)#.*$", "", script.read_text("utf-8"))


@pytest.mark.parametrize("side", SIDES)
def test_a_side_declares_what_of_the_host_it_depends_on(side: Side) -> None:
    """Or control groups version 2 would not see it: what its script says of a limit, a namespace, a mount is declared."""
    found = {name for name, signs in SIGNS.items() if re.search(signs, code_of(side.script))}
    assert found <= set(side.interfaces), f"{side.script}: add to interfaces in example.toml"


def test_an_emulated_host_runs_at_least_25_container_sides(examples: dict[str, Example]) -> None:
    sides = choice.chosen(examples.values(), choice.INTERFACES)
    containers = [side for side in sides if side.side == "container"]
    assert len(containers) >= 25
    assert {side.side for side in sides} == {"container", "host"}
    assert {name for side in containers for name in side.interfaces} == set(SIGNS)
    reasons = choice.left_out(examples.values())
    declared = {
        side.id for e in examples.values() for side in e.sides.values() if side.interfaces and side.side != "vm"
    }
    assert declared == {side.id for side in sides} | set(reasons)
    assert not {side.id for side in sides} & set(reasons)
    assert all(reasons.values())


def test_what_the_chosen_sides_need_is_installed_there() -> None:
    """By the step that installs nothing of VMs; what a side requires beyond it keeps the side out."""
    rows = table(SNIPPETS)
    for side in choice.chosen(EXAMPLES.values(), choice.INTERFACES):
        assert not [word for word in side.requires if rows[word].step and choice.STEP not in rows[word].step.split(",")]
    assert not [row.word for row in rows.values() if row.word.startswith("qemu") and choice.STEP in row.step]


def test_hardware_virtualisation_runs_every_container_side(examples: dict[str, Example]) -> None:
    sides = choice.chosen(examples.values(), vm_host.CHOICE["kvm"])
    assert [s.id for s in sides] == [s.id for e in examples.values() for s in e.sides.values() if s.side == "container"]


def collected(*words: str) -> list[str]:
    words = (sys.executable, "-m", "pytest", "-q", "-n0", "--collect-only", *words, "tests/examples")
    env = os.environ | {READ: "already"}  # by this session
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return [line.partition("::")[2] for line in done.stdout.splitlines() if "::" in line]


def test_pytest_collects_the_chosen_sides_and_what_they_mean() -> None:
    found = collected("--sides", choice.INTERFACES)
    wanted = {side.id for side in choice.chosen(EXAMPLES.values(), choice.INTERFACES)}
    assert {match[1] for name in found if (match := re.fullmatch(r"test_example\[(.*)\]", name))} == wanted
    assert "test_cgroup_limit_is_the_same_inside_and_outside" in found
    assert not [name for name in found if "[architecture/virtio/vm]" in name]


def shell(script: str, where: Path) -> subprocess.CompletedProcess[str]:
    """Run the VM's script with its directories below `where`, and a file in place of the second disk."""
    text = (
        script.replace("/tmp/", "/srv/tmp-")
        .replace("/srv/", f"{where}/")
        .replace(vm_host.DEVICE, f"{where}/report.img")
    )
    (where / "checkout").mkdir()
    return subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=False)


def test_the_report_comes_back_with_the_code_the_counts_and_the_log(tmp_path: Path) -> None:
    """The script that the VM runs writes it as an archive on a disk that is larger, from which it is read here."""
    line = json.dumps({"passed": 2, "failed": 1, "skipped": {"no AMX": 1}})
    command = ["sh", "-c", f"echo '{line}' >>\"$TEST_REPORT\"; echo 'a word; $HOME'; exit 3"]
    (tmp_path / "report.img").write_bytes(b"\0" * 65536)
    done = shell(vm_host.suite(command, "tcg"), tmp_path)
    assert done.stdout == "a word; $HOME\n", done
    with (tmp_path / "report.img").open("ab") as file:
        file.write(b"\0" * 65536)
    report = vm_host.read(tmp_path / "report.img")
    assert report == vm_host.Report(3, hosts.Tally(2, 1, {"no AMX": 1}), "a word; $HOME\n")


def test_a_vm_that_wrote_no_whole_report_is_no_success(tmp_path: Path) -> None:
    image = tmp_path / "report.img"
    image.write_bytes(b"\0" * 65536)
    with pytest.raises(hosts.HostError, match="without a report"):
        vm_host.read(image)
    (tmp_path / "code").write_text("none")
    with tarfile.open(image, "w") as archive:
        archive.add(tmp_path / "code", "code")
        archive.add(__file__, "log")
    with pytest.raises(hosts.HostError, match="without a report"):
        vm_host.read(image)


def test_the_vm_has_the_callers_proxies_and_patience_and_not_its_accelerator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_ACCEL", "kvm")
    monkeypatch.setenv("CI", "true")
    assert "LAB_ACCEL" not in vm_host.suite(["true"], "tcg")
    assert "CI=true" in vm_host.suite(["true"], "tcg")
    assert "LAB_PATIENCE=1" not in vm_host.suite(["true"], "tcg")
    assert "LAB_PATIENCE=1" in vm_host.suite(["true"], "kvm")


@pytest.mark.parametrize("patience", ["", "7"])
def test_deadlines_are_longer_on_an_emulated_host(patience: str, monkeypatch: pytest.MonkeyPatch) -> None:
    side = EXAMPLES["architecture/same-kernel"].sides["host"]
    monkeypatch.setenv("LAB_PATIENCE", patience)
    times = int(patience or 1)
    assert execute.limit(side) == side.seconds * execute.PATIENCE * times
    handed = execute.environment(runs.Run(), lab.Lab("none", "", ""), side.script.parent)
    assert handed["CVM_PATIENCE"] == str(execute.PATIENCE * times)


@pytest.mark.parametrize("accelerator", ["tcg", "kvm"])
def test_the_vm_is_started_on_the_probed_accelerator_and_without_a_network(accelerator: str) -> None:
    words = vm_host.qemu(accelerator, Path("/a b"), Path("/c,d e"))
    pairs = list(itertools.pairwise(words))
    assert ("-accel", accelerator) in pairs
    assert ("-nic", "none") in pairs
    assert ("-kernel", "/a b/vmlinuz") in pairs
    assert [word.partition("file=")[2] for word in words if "file=" in word] == [
        "/c,,d e/root.img",
        "/c,,d e/report.img",
    ]
    assert (("-cpu", "host") in pairs) == (accelerator == "kvm")
    assert any("mitigations=off" in word for word in words) == (accelerator == "tcg")


def test_a_vm_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(hosts.HostError, match="was still running after 1 s"):
        vm_host.boot(["sh", "-c", "echo up; sleep 600"], tmp_path / "console", 1)
    assert (tmp_path / "console").read_text() == "up\n"
    with pytest.raises(hosts.HostError, match="ended with 3"):
        vm_host.boot(["sh", "-c", "exit 3"], tmp_path / "console", 600)
    vm_host.boot(["true"], tmp_path / "console", 600)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_vm_ends_with_whoever_started_it(number: signal.Signals, tmp_path: Path) -> None:
    console = tmp_path / "console"
    script = (
        "import signal, sys; from pathlib import Path; from snippets.runner import vm_host\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"vm_host.boot(['sh', '-c', 'echo $$; sleep 600 & wait'], Path({str(console)!r}), 600)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    process.send_signal(number)
    process.wait(60)
    for _ in range(600):
        if not Path(f"/proc/{pid}").exists():
            break
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.engine
def test_a_disk_holds_the_tree(tmp_path: Path) -> None:
    path = f"{os.environ['PATH']}:{engines.ELSEWHERE}"
    debugfs = shutil.which("debugfs", path=path)
    if debugfs is None:
        pytest.skip("no program 'debugfs'")
    (tmp_path / "root/a b").mkdir(parents=True)
    (tmp_path / "root/a b/file").write_text("content\n")
    vm_host.make_disk(tmp_path / "root", tmp_path / "disk.img")
    assert (tmp_path / "disk.img").stat().st_size > vm_host.ROOM
    words = [debugfs, "-R", 'cat "/a b/file"', str(tmp_path / "disk.img")]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "content\n"


def test_a_release_and_a_host_at_once_are_refused() -> None:
    done = subprocess.run(
        ["make", "test-on", "RELEASE=trixie", "HOST=cgroup2"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "give RELEASE= or HOST=, not both" in done.stdout
