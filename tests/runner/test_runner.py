"""The runner leaves nothing behind, however a script or the runner itself ends, and touches nobody else's things."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from snippets.runner import runs
from snippets.runner.paths import LAB_SCRIPTS, ROOT
from tests.conftest import built, require

pytestmark = pytest.mark.engine
SCRIPT = ROOT / "tests" / "fixtures" / "runs" / "leaver" / "container.sh"
NOTHING: dict[str, list[str]] = {"container": [], "network": [], "volume": [], "image": []}


@dataclass
class Leaver:
    """A runner process that runs the leaving script, and the id of its run."""

    process: subprocess.Popen[str]
    run: str
    detached: int

    def wait(self) -> int:
        return self.process.wait(400)


Start = Callable[..., Leaver]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Return a function that starts the leaving script, with a register of runs of this test's own."""
    require("docker")
    monkeypatch.setattr(runs, "STATE", tmp_path / "state")
    monkeypatch.setattr(runs, "RUNS", tmp_path / "state" / "runs")
    built("docker")
    started: list[Leaver] = []

    def go(way: str, script: Path = SCRIPT) -> Leaver:
        file, said = tmp_path / f"run-{len(started)}", tmp_path / f"said-{len(started)}"
        environment = os.environ | {"LEAVER": way, "LEAVER_FILE": str(file), "CVM_STATE": str(runs.STATE)}
        with said.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "snippets.runner", "run", str(script)],
                cwd=ROOT,
                env=environment,
                stdout=out,
                stderr=out,
                text=True,
                start_new_session=True,
            )
        end = time.monotonic() + 300
        while not (file.exists() and file.read_text().strip()):
            assert time.monotonic() < end, f"the leaving script did not start:\n{said.read_text()}"
            assert process.poll() is None or file.exists(), f"ended with {process.returncode}:\n{said.read_text()}"
            time.sleep(0.05)
        run, detached = file.read_text().split()
        leaver = Leaver(process, run, int(detached))
        started.append(leaver)
        return leaver

    yield go
    for leaver in started:
        if leaver.process.poll() is None:
            leaver.process.kill()
            leaver.process.wait()
    runs.sweep()


def left(run: str, detached: int = 0) -> tuple[dict[str, list[str]], list[int], list[str], bool]:
    """Return what is left of a run: in Docker, as processes (also a detached one), as image names, as files."""
    alive = [detached] if detached and Path(f"/proc/{detached}").exists() else []
    docker = runs.left_in_docker(f"{runs.LABEL}={run}")
    return docker, runs.processes(run) + alive, runs.tags_of(run), (runs.RUNS / run).exists()


GONE: tuple[dict[str, list[str]], list[int], list[str], bool] = (NOTHING, [], [], False)


@pytest.mark.parametrize(("way", "code"), [("ends", 0), ("fails", 1), ("killed", 137)])
def test_a_script_that_ends_leaves_nothing(start: Start, way: str, code: int) -> None:
    """It ends by itself, fails, or is killed with SIGKILL: the runner removes what is left."""
    leaver = start(way)
    assert leaver.wait() == code
    assert left(leaver.run, leaver.detached) == GONE


def test_a_script_that_takes_too_long_is_ended_and_leaves_nothing(start: Start) -> None:
    leaver = start("stays", SCRIPT.parent.parent / "overstayer" / "container.sh")
    assert leaver.wait() == 124
    assert left(leaver.run, leaver.detached) == GONE


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_leaves_nothing(start: Start, number: signal.Signals) -> None:
    leaver = start("stays")
    leaver.process.send_signal(number)
    assert leaver.wait() == 128 + number
    assert left(leaver.run, leaver.detached) == GONE


def test_the_next_run_cleans_up_after_a_killed_runner_and_after_no_other(start: Start) -> None:
    """A runner killed with SIGKILL leaves its things; the next sweep removes them, and those of a living run stay."""
    dead, alive = start("stays"), start("stays")
    dead.process.kill()
    dead.process.wait()
    docker, _, tags, files = left(dead.run, dead.detached)
    assert all(docker.values()) and tags and files, "the killed runner left nothing, so this test shows nothing"
    before = left(alive.run, alive.detached)
    runs.sweep()
    assert left(dead.run, dead.detached) == GONE
    assert left(alive.run, alive.detached) == before
    assert alive.process.poll() is None
    alive.process.terminate()
    alive.wait()
    assert left(alive.run, alive.detached) == GONE


@pytest.mark.parametrize("delay", [0.0, 0.1, 0.2, 0.4, 0.6])
def test_a_signal_while_the_runner_cleans_does_not_stop_the_cleaning(start: Start, delay: float) -> None:
    """The script ends by itself; SIGTERM comes while what it left is being removed."""
    leaver = start("ends")
    time.sleep(delay)
    if leaver.process.poll() is None:
        leaver.process.terminate()
    leaver.wait()
    assert left(leaver.run, leaver.detached) == GONE


def test_without_a_daemon_nothing_is_forgotten(
    start: Start, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """While no Docker daemon answers, a dead run is kept and said to be; the next sweep cleans it."""
    dead = start("stays")
    dead.process.kill()
    dead.process.wait()
    with monkeypatch.context() as patch:
        patch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
        assert not runs.clean_or_say(dead.run)
        assert f"run {dead.run}: left for the next run to clean, since" in capsys.readouterr().err
        assert (runs.RUNS / dead.run).exists()
    runs.sweep()
    assert left(dead.run, dead.detached) == GONE


def test_what_cannot_be_removed_stops_no_other_run(
    start: Start, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that cannot be cleaned is named with the remedy, and the sweep continues with the others."""
    dead = start("stays")
    dead.process.kill()
    dead.process.wait()

    def fails(_run: str) -> None:
        raise OSError("no")

    with monkeypatch.context() as patch:
        patch.setattr(runs, "clean", fails)
        assert runs.sweep() == []  # nothing was cleaned
        assert f"run {dead.run}: not clean: no\n    remedy: as root: rm -rf " in capsys.readouterr().err
    runs.sweep()
    assert left(dead.run, dead.detached) == GONE


def test_what_the_runner_could_not_find_again_is_refused(tmp_path: Path) -> None:
    """The docker wrapper refuses what it could not label, with the remedy."""
    for words in (["--log-level", "error", "run", "x"], ["compose", "up"], ["buildx", "build", "."]):
        done = subprocess.run(
            [LAB_SCRIPTS / "bin" / "docker", *words],
            env={"PATH": os.environ["PATH"], "CVM_RUN": "r", "CVM_WORK": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert "use run, create, build" in done.stderr


def test_what_belongs_to_the_user_is_untouched(start: Start) -> None:
    """A container, an image and a network that no run made outlive a run, a sweep and its cleaning."""
    real = ["docker"]
    name = f"users-own-{os.getpid()}"
    made = subprocess.run(
        [*real, "create", "--name", name, "cvm-lab", "true"], capture_output=True, text=True, check=True
    ).stdout.strip()
    subprocess.run([*real, "tag", "cvm-lab", name], check=True)
    subprocess.run([*real, "network", "create", name], capture_output=True, check=True)
    try:
        start("ends").wait()
        runs.sweep()
        for kind in ("container", "image", "network"):
            found = subprocess.run([*real, kind, "inspect", name], capture_output=True, check=False)
            assert found.returncode == 0, f"the user's own {kind} is gone"
    finally:
        subprocess.run([*real, "rm", "-f", made], capture_output=True, check=False)
        subprocess.run([*real, "rmi", name], capture_output=True, check=False)
        subprocess.run([*real, "network", "rm", name], capture_output=True, check=False)


def test_the_readers_shell_has_what_the_pages_name_and_leaves_nothing() -> None:
    """Commands typed into `make shell` find the lab's files and variables; what they started is gone afterwards."""
    require("docker", "qemu")
    typed = 'docker run -d cvm-lab sleep 1000\ntouch "$WORK/x"\nls vmlinuz initramfs.gz\nsetsid sleep 1000 &\necho "run=$RUN accel=$ACCEL"\nexit\n'
    words = [sys.executable, "-m", "snippets.runner", "shell"]
    done = subprocess.run(words, cwd=ROOT, input=typed, capture_output=True, text=True, timeout=600, check=False)
    found = re.search(r"run=(cvm-\S+) accel=(kvm|tcg)", done.stdout)
    assert found, done.stdout + done.stderr
    assert "initramfs.gz" in done.stdout and "vmlinuz" in done.stdout
    assert left(found[1]) == GONE
