"""What an example may require, how to see whether it is there, and the one command that installs it."""

from __future__ import annotations

import functools
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from macros.model import requirements

from . import daemon, runs
from .paths import LAB, LAB_SCRIPTS, SNIPPETS


@dataclass(frozen=True)
class Missing:
    """A requirement that this machine does not meet.

    `engine` is True for what CI must have: there, its absence is a failure and not a skip.
    """

    name: str
    reason: str
    remedy: str
    engine: bool

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}; {self.remedy}"


ELSEWHERE = "/usr/sbin:/sbin:/usr/libexec:/usr/lib/qemu"  # where programs for the system lie


def program(name: str) -> Callable[[], str]:
    """Return a function that says why a program cannot be started, or ""."""
    return lambda: (
        "" if shutil.which(name, path=f"{os.environ.get('PATH', '')}:{ELSEWHERE}") else f"no program '{name}'"
    )


def _linux() -> str:
    return "" if platform.system() == "Linux" else f"the host runs {platform.system()}, not Linux"


def _amd64() -> str:
    return "" if platform.machine() == "x86_64" else f"the host is {platform.machine()}, the example needs x86-64"


def _containerd() -> str:
    """The example reads the events of the containerd that the Docker daemon uses."""
    if why := program("ctr")():
        return why
    sockets = ("/run/containerd/containerd.sock", "/run/docker/containerd/containerd.sock")
    return "" if any(os.access(path, os.W_OK) for path in sockets) else "no socket of containerd that this user may use"


def _user_namespaces() -> str:
    try:
        done = subprocess.run(
            ["unshare", "--user", "--map-root-user", "--mount-proc", "--pid", "--fork", "true"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "no program 'unshare' that works"
    return "" if done.returncode == 0 else f"user namespaces cannot be made here ({done.stderr.strip()})"


def _no_arm_translation() -> str:
    return (
        "a user-mode emulator for arm64 is registered with this kernel"
        if Path("/proc/sys/fs/binfmt_misc/qemu-aarch64").exists()
        else ""
    )


def _vsyscall() -> str:
    if why := _linux():
        return why
    return (
        ""
        if "[vsyscall]" in Path("/proc/self/maps").read_text()
        else "this kernel does not map the page vsyscall for old programs"
    )


@functools.cache
def _rootless() -> str:
    """Podman must be able to give this user's containers more ids than the user's own; as root, a user of the lab's.

    What is asked is the lab's own podman, which the examples call too.
    """
    for name in ("podman", "newuidmap", "setpriv"):
        if why := program(name)():
            return why
    with runs.Run() as run:
        environment = {**os.environ, "CVM_RUN": run.id, "CVM_WORK": str(run.work), "CVM_BUILD": "", "CVM_LAB": ""}
        environment["PATH"] = f"{environment.get('PATH', '')}:{ELSEWHERE}"
        command = [str(LAB_SCRIPTS / "bin/podman"), "unshare", "cat", "/proc/self/uid_map"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
        except (OSError, subprocess.TimeoutExpired):
            return "podman does not answer"
    if done.returncode != 0:
        return f"podman makes no user namespace here ({(done.stderr.strip().splitlines() or ['no message'])[-1]})"
    return "" if len(done.stdout.splitlines()) > 1 else "this user has no range of ids for containers"


@functools.cache
def _uml_boots() -> str:
    """On a processor with AMX, user-mode Linux 6.1 cannot set a process's floating-point registers (it dies in
    put_fp_registers) and ends the first program by SIGSEGV, whichever that is. So `true` is started, and only
    this end of it counts as the reason.
    """
    if why := program("linux.uml")():
        return why
    with tempfile.TemporaryDirectory(prefix="cvm-uml-") as directory:
        command = ["linux.uml", "mem=128M", "quiet", "loglevel=1", "con=null", "con0=null,fd:1", "root=/dev/root"]
        command += ["rootfstype=hostfs", "rootflags=/", "ro", "init=/bin/true", f"uml_dir={directory}", "umid=probe"]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, "TMPDIR": "/dev/shm"},
                timeout=120,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""  # any other fault shows when the example fails
    killed = b"Attempted to kill init! exitcode=0x0000000b" in done.stdout  # 0x0b: SIGSEGV
    return "user-mode Linux cannot restore the registers of this processor" if killed else ""


@dataclass(frozen=True)
class Requirement:
    """How to see whether something is there (`why_not` gives "" or the reason) and how to get it."""

    why_not: Callable[[], str]
    remedy: str
    engine: bool


# Requirements that no program on PATH shows; every other is the program in its row of the table, or a piece of the lab.
PROBES: dict[str, Callable[[], str]] = {
    "docker": daemon.answers,
    "local-docker": daemon.local,
    "userland-proxy": daemon.has_proxies,
    "no-labels": daemon.no_labels,
    "layer-sizes": daemon.layer_sizes,
    "containerd": _containerd,
    "user-namespaces": _user_namespaces,
    "root": lambda: "" if os.geteuid() == 0 else "needs root on the host",
    "linux": _linux,
    "amd64": _amd64,
    "no-arm-translation": _no_arm_translation,
    "vsyscall": _vsyscall,
    "uml-boots": _uml_boots,
    "rootless": _rootless,
    "ksm": lambda: "" if Path("/sys/kernel/mm/ksm/run").exists() else "this kernel has no KSM",
}


def _requirement(row: requirements.Requirement) -> Requirement:
    """Return how to see whether a row of the table is met, and how to meet it."""
    package, _, split = row.debian.partition(",")
    install = f"as root: apt-get install {package}" if package else ""
    install += f" (and {split}, where that is a package of its own)" if split else ""
    return Requirement(
        why_not=PROBES.get(row.word) or (program(row.program) if row.program else lambda: ""),
        remedy=", ".join(filter(None, (install, row.remedy))),
        engine=row.kind in {"engine", "piece"},
    )


ROWS = requirements.requirements(SNIPPETS)
REQUIREMENTS = {word: _requirement(row) for word, row in ROWS.items()}
PIECES = {word for word, row in ROWS.items() if row.kind == "piece"} - {"lab"}


def missing(requires: tuple[str, ...]) -> list[Missing]:
    """Return what of `requires` is not here. Raises KeyError for a word that is not a requirement."""
    found = []
    for name in requires:
        requirement = REQUIREMENTS[name]
        if why := requirement.why_not():
            remedy = why.remedy if isinstance(why, daemon.Reason) else requirement.remedy
            found.append(Missing(name, why, remedy, requirement.engine))
    return found


def version(*command: str) -> str:
    """Return the first line that a program prints of its version, or "none"."""
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "none"
    return (answer.stdout.strip().splitlines() or ["none"])[0] if answer.returncode == 0 else "none"


def docker_drivers() -> dict[str, str]:
    """Return the storage driver and the cgroup driver that the Docker daemon uses."""
    info = daemon.info()
    return {"docker_storage": info.get("Driver", "none"), "docker_cgroups": info.get("CgroupDriver", "none")}


def versions() -> dict[str, str]:
    """Return the versions of the engines: docker client and server, runc, QEMU."""
    qemu = version("qemu-system-x86_64", "--version").removeprefix("QEMU emulator version ")
    runc = version("runc", "--version").removeprefix("runc version ")
    return {**daemon.versions(), "runc": runc, "qemu": qemu}


# Engines that only their own sides use, by what those require: the program that tells its version.
BETWEEN = {"podman": "podman", "lxc": "lxc-start", "runsc": str(LAB / "runsc")}


def between(requires: Collection[str]) -> dict[str, str]:
    """Return the versions of those of BETWEEN that are required."""
    return {key: release(version(command, "--version")) for key, command in BETWEEN.items() if key in requires}


def release(told: str) -> str:
    """Return the release in what a program tells of its version: of gVisor's, a day and a number, as 20240729.0."""
    found = re.search(r"\b\d{8}(?:\.\d+)?|(?<!\d)\d+(?:\.\d+)+(?!~)", told)
    return found[0] if found else "none"
