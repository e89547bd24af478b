"""A run: its id, its lock, its directory, and how to remove everything that carries the id.

What a run makes is found again by its id: containers, networks, volumes and images by a label, processes
by an environment variable, files by the run's directory. The run holds a lock as long as it lives; whoever
finds a run whose lock is free knows that its runner is dead and may clean up after it.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .paths import RUNS, STATE

VARIABLE = "CVM_RUN"
LABEL = "cvm.run"
LAB_IMAGE = "cvm-lab"
BUILDS = "builds"  # a file in the run's directory, made by the docker wrapper before a build


class Run:
    """A run that this process owns. Use as a context manager: on leaving, all of the run is removed."""

    def __init__(self) -> None:
        prepare_state()
        self.id = f"cvm-{os.getuid()}-{secrets.token_hex(4)}"
        self.directory = RUNS / self.id
        with _registry():  # no other runner sees the directory before its lock is held
            self.directory.mkdir()
            self.work.mkdir()
            self._lock = (self.directory / "lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX)

    @property
    def work(self) -> Path:
        """The run's directory for files, named to the script as $WORK."""
        return self.directory / "work"

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        clean(self.id)
        self._lock.close()


def prepare_state() -> None:
    """Make the state directory. Raises PermissionError if somebody else owns it."""
    STATE.mkdir(mode=0o700, exist_ok=True)
    if STATE.is_symlink() or STATE.stat().st_uid != os.getuid():
        raise PermissionError(f"{STATE} belongs to somebody else: remove it")
    RUNS.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def _registry() -> Iterator[None]:
    with (STATE / "registry.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def sweep() -> list[str]:
    """Clean up after every run of this user whose runner is dead. Return their ids."""
    prepare_state()
    dead = []
    with _registry():
        for directory in sorted(RUNS.iterdir()):
            try:
                lock = (directory / "lock").open("r+")
            except OSError:
                dead.append(directory.name)
                continue
            with lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue  # its runner lives
                dead.append(directory.name)
        for run in dead:
            clean(run)
    return dead


def processes(run: str) -> list[int]:
    """Return the ids of the processes whose environment names the run, this one excepted."""
    wanted = f"{VARIABLE}={run}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            environment = (entry / "environ").read_bytes().split(b"\0")
            zombie = (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            continue  # ended meanwhile, or somebody else's
        if wanted in environment and not zombie:
            found.append(int(entry.name))
    return found


def kill_processes(run: str, seconds: float = 10) -> None:
    """Kill every process of the run and wait until none is left, or `seconds` have passed."""
    end = time.monotonic() + seconds
    while found := processes(run):
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > end:
            raise TimeoutError(f"processes {found} of run {run} do not die")
        time.sleep(0.02)


def _docker(*words: str) -> list[str]:
    try:
        answer = subprocess.run(
            ["docker", *words], capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return answer.stdout.split()


KINDS = {
    "container": (("ps", "--all", "--quiet", "--no-trunc"), ("rm", "--force", "--volumes")),
    "network": (("network", "ls", "--quiet"), ("network", "rm")),
    "volume": (("volume", "ls", "--quiet"), ("volume", "rm", "--force")),
    "image": (("images", "--all", "--quiet", "--no-trunc"), ("rmi", "--force")),
}


def left_in_docker(label: str) -> dict[str, list[str]]:
    """Return the ids of what the Docker daemon holds with this label, by kind."""
    return {kind: sorted(set(_docker(*listing, "--filter", f"label={label}"))) for kind, (listing, _) in KINDS.items()}


def tags_of(run: str) -> list[str]:
    """Return the image names that start with the run's id: a second name of an image carries no label of its own."""
    return [name for name in _docker("images", "--format", "{{.Repository}}:{{.Tag}}") if name.startswith(f"{run}-")]


def clean_docker(run: str) -> None:
    """Remove what the Docker daemon holds of a run.

    A client that was killed may have left a request under way, so the daemon is asked again until it
    has nothing twice in a row.
    """
    quiet = 0
    for _ in range(20):
        if tags := tags_of(run):
            _docker("rmi", *tags)
        left = left_in_docker(f"{LABEL}={run}")
        for kind, ids in left.items():
            if ids:
                _docker(*KINDS[kind][1], *ids)
        quiet = 0 if any(left.values()) else quiet + 1
        if quiet == 2:
            break
        time.sleep(0.1)
    _clean_interrupted_build(run)


def _clean_interrupted_build(run: str) -> None:
    """Remove the nameless images of a build that was killed half-way.

    The classic builder puts a build's labels on its last image only, so the ones before are known by what
    they inherit: the lab's label, no name, and a birth after the run's. They are removed without force, and only
    while no other run builds.
    """
    mark = RUNS / run / BUILDS
    if not mark.exists() or any(other.parent.name != run for other in RUNS.glob(f"*/{BUILDS}")):
        return
    for image in _docker(
        "images",
        "--quiet",
        "--no-trunc",
        "--filter",
        "dangling=true",
        "--filter",
        "label=cvm.lab",
        "--filter",
        f"since={LAB_IMAGE}",
    ):
        born = _docker("image", "inspect", "--format", "{{.Created}}", image)
        if born and born[0][:19] >= time.strftime(
            "%Y-%m-%dT%H:%M:%S", time.gmtime((RUNS / run / "lock").stat().st_ctime)
        ):
            _docker("rmi", image)


def _unmount_below(directory: Path) -> None:
    below = []
    for line in Path("/proc/self/mounts").read_text().splitlines():
        point = line.split()[1].encode().decode("unicode_escape")
        if point.startswith(f"{directory}/"):
            below.append(point)
    for point in sorted(below, reverse=True):
        subprocess.run(["umount", "--lazy", point], check=False, capture_output=True)


def _remove_cgroups(run: str) -> None:
    for directory in sorted(Path("/sys/fs/cgroup").glob(f"**/{run}*"), reverse=True):
        try:
            directory.rmdir()
        except OSError:
            continue


def clean(run: str) -> None:
    """Remove everything that carries the run's id, and the run's directory at last."""
    directory = RUNS / run
    kill_processes(run)
    runc = directory / "work" / "runc"
    if runc.is_dir():
        for state in runc.iterdir():
            subprocess.run(
                ["runc", "--root", str(runc), "delete", "--force", state.name],
                check=False,
                capture_output=True,
                timeout=30,
            )
        _remove_cgroups(run)
    if (directory / "docker").exists():  # set for sides that may use Docker
        clean_docker(run)
    _unmount_below(directory)
    shutil.rmtree(directory, ignore_errors=True)
    if directory.exists():
        raise OSError(f"{directory} could not be removed")
