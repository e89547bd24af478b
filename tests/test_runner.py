"""The runner leaves nothing behind, however a script or the runner itself ends, and touches nobody else's things."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import require
from runner import lab, runs
from runner.paths import ROOT, RUNS

pytestmark = pytest.mark.engine
SCRIPT = ROOT / "tests" / "fixtures" / "runs" / "leaver" / "container.sh"
NOTHING: dict[str, list[str]] = {"container": [], "network": [], "volume": [], "image": []}


@dataclass
class Leaver:
    """A runner process that runs the leaving script, and the id of its run."""

    process: subprocess.Popen[str]
    run: str

    def wait(self) -> int:
        return self.process.wait(40)


Start = Callable[[str], Leaver]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    require("docker")
    lab.ensure({"docker"})
    started: list[Leaver] = []

    def go(way: str) -> Leaver:
        file = tmp_path / f"run-{len(started)}"
        environment = os.environ | {"LEAVER": way, "LEAVER_FILE": str(file)}
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "runner"), "run", str(SCRIPT)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        end = time.monotonic() + 30
        while not (file.exists() and file.read_text().strip()):
            assert time.monotonic() < end, "the leaving script did not start"
            assert process.poll() is None or file.exists(), f"the runner ended with {process.returncode}"
            time.sleep(0.05)
        leaver = Leaver(process, file.read_text().strip())
        started.append(leaver)
        return leaver

    yield go
    for leaver in started:
        if leaver.process.poll() is None:
            leaver.process.kill()
            leaver.process.wait()
    runs.sweep()


def left(run: str) -> tuple[dict[str, list[str]], list[int], list[str], bool]:
    """Return what is left of a run: in Docker, as processes, as image names, as files."""
    return runs.left_in_docker(f"{runs.LABEL}={run}"), runs.processes(run), runs.tags_of(run), (RUNS / run).exists()


GONE: tuple[dict[str, list[str]], list[int], list[str], bool] = (NOTHING, [], [], False)


@pytest.mark.parametrize(("way", "code"), [("ends", 0), ("fails", 1), ("killed", 137)])
def test_a_script_that_ends_leaves_nothing(start: Start, way: str, code: int) -> None:
    """It ends by itself, fails, or is killed with SIGKILL: the runner removes what is left."""
    leaver = start(way)
    assert leaver.wait() == code
    assert left(leaver.run) == GONE


def test_a_script_that_takes_too_long_is_ended_and_leaves_nothing(start: Start) -> None:
    leaver = start("stays")
    assert leaver.wait() == 124
    assert left(leaver.run) == GONE


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_leaves_nothing(start: Start, number: signal.Signals) -> None:
    leaver = start("stays")
    leaver.process.send_signal(number)
    assert leaver.wait() == 128 + number
    assert left(leaver.run) == GONE


def test_the_next_run_cleans_up_after_a_killed_runner_and_after_no_other(start: Start) -> None:
    """A runner killed with SIGKILL leaves its things; the next sweep removes them, and those of a living run stay."""
    dead, alive = start("stays"), start("stays")
    dead.process.kill()
    dead.process.wait()
    docker, processes, tags, files = left(dead.run)
    assert all(docker.values()) and processes and tags and files, (
        "the killed runner left nothing, so this test shows nothing"
    )
    before = left(alive.run)
    runs.sweep()  # or another runner's, which was quicker
    assert left(dead.run) == GONE
    assert left(alive.run) == before
    assert alive.process.poll() is None
    alive.process.terminate()
    alive.wait()
    assert left(alive.run) == GONE


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
