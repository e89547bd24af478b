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
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from . import surroundings
from .paths import RUNS as RUNS
from .paths import STATE as STATE

VARIABLE = "CVM_RUN"
SUPERVISES = "CVM_SUPERVISES"  # the supervisor's mark: it ends by itself, after what it supervises
LABEL = "cvm.run"
LAB_IMAGE = "cvm-lab"
ATTEMPTS = 3
SETTINGS = "settings"  # a file of the run: host-wide settings that a script changed, as they were, "FILE VALUE" a line
BUILDS = "builds"  # a folder of the run: the docker wrapper keeps a file there while a build runs, or if it failed


class Unreachable(Exception):
    """The Docker daemon does not answer, so it is unknown what it still holds."""


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let signals that end a process wait until the block is done, so that cleaning does not stop half-way."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Run:
    """A run that this process owns. Use as a context manager: on leaving, all of the run is removed."""

    def __init__(self) -> None:
        self.id = f"cvm-{os.getuid()}-{secrets.token_hex(4)}"
        self.directory = RUNS / self.id
        self._lock: IO[str] | None = None

    @property
    def work(self) -> Path:
        """The run's directory for files, named to the script as $WORK."""
        return self.directory / "work"

    def __enter__(self) -> Run:
        prepare_state()
        try:
            with uninterrupted(), _registry():  # no other runner sees the directory before its lock is held
                self.directory.mkdir()
                self.work.mkdir()
                self._lock = (self.directory / "lock").open("w")
                fcntl.flock(self._lock, fcntl.LOCK_EX)
        except BaseException:  # also a signal that waited: nobody would call __exit__
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with uninterrupted():
            if self.directory.exists():
                clean_or_say(self.id)
            if self._lock:
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
    """Clean up after every run of this user whose runner is dead. Return their ids.

    What cannot be cleaned is named on standard error and kept for the next sweep.
    """
    prepare_state()
    with uninterrupted(), ExitStack() as locks:
        dead = []
        with _registry():
            for directory in sorted(RUNS.iterdir()):
                if not directory.is_dir():
                    continue
                try:
                    lock = locks.enter_context((directory / "lock").open("r+"))
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue  # its runner lives, or another sweep cleans it
                except OSError:
                    pass  # a run that ended before it had a lock
                dead.append(directory.name)
        # The registry is free again, so no new run waits; each dead run's lock is held here until it is clean.
        return [run for run in dead if clean_or_say(run)]


def clean_or_say(run: str) -> bool:
    """Clean up after a run; return whether nothing is left. What remains is named on standard error, with the remedy."""
    try:
        clean(run)
    except Unreachable as error:
        print(f"run {run}: left for the next run to clean, since {error}", file=sys.stderr)
    except (OSError, TimeoutError, subprocess.TimeoutExpired) as error:
        print(f"run {run}: not clean: {error}\n    remedy: as root: rm -rf {RUNS / run}", file=sys.stderr)
    else:
        return True
    return False


def processes(run: str, variable: str = VARIABLE) -> list[int]:
    """Return the ids of the processes whose environment names the run, this one excepted."""
    wanted = f"{variable}={run}".encode()
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


def kill_processes(run: str, seconds: float = 60) -> None:
    """Kill every process of the run and wait until none is left; its supervisor, if any, ends the detached ones.

    Raises TimeoutError after `seconds`.
    """
    end = time.monotonic() + seconds
    while True:
        found = processes(run)
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        supervisors = processes(run, SUPERVISES)
        if not found and not supervisors:
            return
        if time.monotonic() > end:
            raise TimeoutError(f"processes {found + supervisors} of run {run} do not die")
        time.sleep(0.02)


def _docker(*words: str, asks: bool = True) -> list[str]:
    """Call docker and return the words that it prints.

    Raises Unreachable if a question (`asks`) has no answer; a removal may fail, since the daemon is asked again.
    """
    for attempt in range(ATTEMPTS):
        try:
            answer = subprocess.run(
                ["docker", *words],
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
                stdin=subprocess.DEVNULL,
                env=surroundings.for_docker(os.environ),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unreachable(f"docker does not answer: {error}") from error
        if not asks or answer.returncode == 0:
            return answer.stdout.split()
        # A list fails if what it lists is being removed at that moment: ask again.
        time.sleep(0.2 * (attempt + 1))
    raise Unreachable((answer.stderr.strip().splitlines() or ["docker does not answer"])[-1])


KINDS = {
    "container": (("ps", "--all", "--quiet", "--no-trunc"), ("rm", "--force", "--volumes")),
    "network": (("network", "ls", "--quiet"), ("network", "rm")),
    "volume": (("volume", "ls", "--quiet"), ("volume", "rm", "--force")),
    "image": (("images", "--all", "--quiet", "--no-trunc"), ("rmi", "--force")),
}


def left_in_docker(label: str) -> dict[str, list[str]]:
    """Return the ids of what the Docker daemon holds with this label, by kind."""
    with ThreadPoolExecutor(len(KINDS)) as pool:  # most of a question's time is the client's start
        asked = {
            kind: pool.submit(_docker, *listing, "--filter", f"label={label}") for kind, (listing, _) in KINDS.items()
        }
        return {kind: sorted(set(answer.result())) for kind, answer in asked.items()}


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
            _docker("rmi", *tags, asks=False)
        left = left_in_docker(f"{LABEL}={run}")
        for kind, ids in left.items():
            if ids:
                _docker(*KINDS[kind][1], *ids, asks=False)
        quiet = 0 if any(left.values()) else quiet + 1
        if quiet == 2:
            break
        time.sleep(0.1)
    _clean_interrupted_build(run)


def _clean_interrupted_build(run: str) -> None:
    """Remove the nameless images of a build that failed or was killed half-way.

    The classic builder puts a build's labels on its last image only, so the ones before are known by what they
    inherit: the lab's label, no name, and a birth after the build's start, which the docker wrapper wrote down. They
    are removed without force, and only while no other run builds.
    """
    marks = list((RUNS / run / BUILDS).glob("*"))
    if not marks or any(mark.parent.parent.name != run for mark in RUNS.glob(f"*/{BUILDS}/*")):
        return
    start = min(mark.read_text().strip() or "9" for mark in marks)
    images = _docker("images", "--quiet", "--no-trunc", "--filter", "dangling=true", "--filter", "label=cvm.lab")
    for image in images:
        born = _docker("image", "inspect", "--format", "{{.Created}}", image, asks=False)
        if born and born[0][:19] >= start:
            _docker("rmi", image, asks=False)


def _unmount_below(directory: Path) -> None:
    below = []
    for line in Path("/proc/self/mounts").read_text().splitlines():
        point = line.split()[1].encode().decode("unicode_escape")
        if point.startswith(f"{directory}/"):
            below.append(point)
    for point in sorted(below, reverse=True):
        subprocess.run(["umount", "--lazy", point], check=False, capture_output=True)


def _remove_cgroups(run: str) -> None:
    """Remove the control groups whose names begin with the run's id, and those below them; none holds a process any more."""
    found = Path("/sys/fs/cgroup").glob(f"**/{run}*")
    for directory in sorted((below for top in found for below in (top, *top.rglob("*/"))), reverse=True):
        try:
            directory.rmdir()
        except OSError:
            continue


def _stop_systems(work: Path) -> None:
    """Stop the system containers of a run, and remove their control groups, whose names begin with theirs."""
    for config in work.glob("lxc/*/config"):
        name = config.parent.name
        command = ["lxc-stop", "--kill", "-P", str(work / "lxc"), "-n", name]
        with suppress(OSError):
            subprocess.run(command, check=False, capture_output=True, timeout=300)
        _remove_cgroups(name)


def restore_settings(run: str) -> None:
    """Write back the host's settings that a script changed; it saved each before it did. The last changed comes first.

    Raises OSError, naming the setting, if one cannot be written: the run is then kept for the next sweep.
    """
    saved = RUNS / run / SETTINGS
    if not saved.is_file():
        return
    for line in reversed(saved.read_text("utf-8").splitlines()):
        file, _, value = line.partition(" ")
        try:
            Path(file).write_text(f"{value}\n", "utf-8")
        except OSError as error:
            raise OSError(f"{file} could not be set back to {value}: {error}") from error
    saved.unlink()


def clean(run: str) -> None:
    """Remove everything that carries the run's id, and the run's directory at last."""
    directory = RUNS / run
    kill_processes(run)
    restore_settings(run)  # no process of the run is left that could change them again
    runc = directory / "work" / "runc"
    if runc.is_dir():
        for state in runc.iterdir():
            subprocess.run(
                ["runc", "--root", str(runc), "delete", "--force", state.name],
                check=False,
                capture_output=True,
                timeout=300,
            )
        _remove_cgroups(run)
    _stop_systems(directory / "work")
    if (directory / "docker").exists():  # set for sides that may use Docker
        clean_docker(run)
    _unmount_below(directory)
    shutil.rmtree(directory / "work", ignore_errors=True)
    if (directory / "work" / "podman").exists():
        # An ordinary user may not remove what his containers wrote under other ids; Podman may.
        own = {"CONTAINERS_STORAGE_CONF": str(directory / "work/podman/storage.conf")}
        with suppress(OSError):
            command = ["podman", "unshare", "rm", "-rf", str(directory / "work")]
            subprocess.run(command, check=False, capture_output=True, timeout=300, env={**os.environ, **own})
    if (directory / "work").exists() and (directory / "docker").exists():
        # A container's root may have written there what this user may not remove; a container's root may.
        _docker(
            "run",
            "--rm",
            "--network",
            "none",
            "--security-opt",
            "label=disable",
            "--volume",
            f"{directory}:/run",
            LAB_IMAGE,
            "rm",
            "-rf",
            "/run/work",
            asks=False,
        )
    if (directory / "work").exists():
        raise OSError(f"{directory / 'work'} could not be removed")
    shutil.rmtree(directory, ignore_errors=True)
