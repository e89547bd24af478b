"""The sides between container and VM: a run of theirs leaves nothing behind, and changes nothing of the host's users."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from snippets.runner import engines, runs
from snippets.runner.paths import LAB_SCRIPTS, ROOT
from tests.conftest import EXAMPLES, built, require

SCRIPTS = ROOT / "tests" / "fixtures" / "runs" / "between"
SIDES = ("rootless", "system", "gvisor")
USERS = ("passwd", "group", "subuid", "subgid")


def processes(run: str) -> list[str]:
    """Return the command lines of the processes that name the run, in their words or in their environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            named = run in words or f"CVM_RUN={run}".encode() in (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if named and words:
            found.append(words)
    return found


def left(run: str) -> list[str]:
    """Return what is left of a run: processes, control groups, mounts, files."""
    groups = [str(path) for path in Path("/sys/fs/cgroup").glob(f"**/{run}*")]
    mounts = [line for line in Path("/proc/self/mounts").read_text().splitlines() if run in line]
    return [*processes(run), *groups, *mounts, *([run] if (runs.RUNS / run).exists() else [])]


@pytest.mark.engine
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_leaves_nothing(
    side: str, number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its instance nor what its engine keeps; after a SIGKILL of the runner, the next sweep removes it."""
    requires = EXAMPLES["between/kernel"].sides[side].requires
    require(*requires)
    built(*requires)
    monkeypatch.setattr(runs, "STATE", tmp_path / "state")
    monkeypatch.setattr(runs, "RUNS", tmp_path / "state" / "runs")
    users = [Path("/etc", name).read_bytes() for name in USERS if Path("/etc", name).exists()]
    said, file = tmp_path / "said", tmp_path / "run"
    environment = os.environ | {"CVM_STATE": str(runs.STATE), "LEAVER_FILE": str(file)}
    with said.open("w") as out:
        words = [sys.executable, "-m", "snippets.runner", "run", str(SCRIPTS / f"{side}.sh")]
        process = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True)
    end = time.monotonic() + 300
    while not (file.exists() and file.read_text().strip()):
        assert process.poll() is None and time.monotonic() < end, said.read_text()
        time.sleep(0.05)
    run = file.read_text().strip()
    assert len(left(run)) > 1, "nothing was running, so this test shows nothing"
    process.send_signal(number)
    assert process.wait(300) == (-number if number == signal.SIGKILL else 128 + number)
    end = time.monotonic() + 60
    while processes(run) and time.monotonic() < end:  # the supervisor ends them
        time.sleep(0.05)
    runs.sweep()
    assert left(run) == []
    assert users == [Path("/etc", name).read_bytes() for name in USERS if Path("/etc", name).exists()]


@pytest.mark.engine
def test_podman_is_called_as_a_user_without_privileges(tmp_path: Path) -> None:
    """As root's, the call has no capability and another user; the range of ids is that of no user of the host."""
    require("rootless", "podman", "newuidmap", "root")
    environment = os.environ | {"CVM_RUN": "cvm-0-none", "CVM_WORK": str(tmp_path), "CVM_BUILD": "", "CVM_LAB": ""}
    script = "id -u; cat /etc/subuid"
    fake = tmp_path / "bin" / "podman"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\n{script}\ngrep CapEff /proc/self/status\n", "utf-8")
    for path in (fake, fake.parent):
        path.chmod(0o755)
    # Found before the real one, but only where the user may look: a directory of the test's own is root's.
    open_ = Path("/var/tmp") / f"{tmp_path.name}-podman"
    open_.mkdir(mode=0o755)
    try:
        fake = fake.rename(open_ / "podman")
        environment["PATH"] = f"{LAB_SCRIPTS / 'bin'}:{open_}:{os.environ['PATH']}"
        done = subprocess.run([LAB_SCRIPTS / "bin/podman"], env=environment, capture_output=True, text=True, check=True)
    finally:
        fake.unlink()
        open_.rmdir()
    user, subuid, capabilities = done.stdout.splitlines()
    assert user != "0" and user not in re.findall(r"^[^:]*:[^:]*:(\d+):", Path("/etc/passwd").read_text(), re.MULTILINE)
    name, start, count = subuid.split(":")
    assert int(capabilities.split()[1], 16) == 0
    taken = [line.split(":") for line in Path("/etc/subuid").read_text().splitlines() if line.count(":") == 2]
    for other, first, length in taken:
        assert name != other
        assert int(start) >= int(first) + int(length) or int(start) + int(count) <= int(first)


@pytest.mark.parametrize(
    ("told", "release"),
    [
        ("runsc version 0.0~20240729.0", "20240729.0"),
        ("runsc version release-20260112.0", "20260112.0"),
        ("podman version 4.3.1", "4.3.1"),
        ("5.0.2", "5.0.2"),
        ("none", "none"),
    ],
)
def test_a_release_is_read_from_what_a_program_tells(told: str, release: str) -> None:
    assert engines.release(told) == release


def test_the_sides_in_between_are_recorded_with_their_engines_release() -> None:
    """A record of each names the engine that ran it; gVisor's also its platform."""
    names = {"rootless": "podman", "system": "lxc", "gvisor": "runsc"}
    seen = set()
    for example in EXAMPLES.values():
        for side, key in names.items():
            if side in example.records:
                seen.add(side)
                assert re.match(r"\d", example.records[side].versions[key]), (example.id, side)
                assert example.records[side].accelerator == ("systrap" if side == "gvisor" else "none")
    assert seen == set(names)
