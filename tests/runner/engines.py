"""What an example may require, how to see whether it is there, and the one command that installs it."""

from __future__ import annotations

import functools
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import client


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


def _program(name: str) -> Callable[[], str]:
    return lambda: (
        "" if shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") else f"no program '{name}'"
    )


@functools.cache
def docker_answers() -> str:
    """Return "" if a Docker daemon answers, else why not."""
    if shutil.which("docker") is None:
        return "no program 'docker'"
    try:
        answer = subprocess.run(
            ["docker", "version", "--format", "{{.Server.Version}} {{.Server.Os}}"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "the Docker daemon did not answer within 120 s"
    if answer.returncode != 0:
        return (answer.stderr.strip().splitlines() or ["the Docker daemon does not answer"])[-1]
    return "" if answer.stdout.split()[-1:] == ["linux"] else "the Docker daemon runs no Linux containers"


def _linux() -> str:
    return "" if platform.system() == "Linux" else f"the host runs {platform.system()}, not Linux"


def _amd64() -> str:
    return "" if platform.machine() == "x86_64" else f"the host is {platform.machine()}, the example needs x86-64"


def _local_daemon() -> str:
    """The example looks at the container's process from the host: the daemon must run on this kernel."""
    if (why := _linux() or docker_answers()) != "":
        return why
    told = version("docker", "info", "--format", "{{.KernelVersion}} {{.SecurityOptions}}")
    kernel, _, options = told.partition(" ")
    for option in ("name=rootless", "name=userns"):
        if option in options:
            return f"the Docker daemon runs with {option.removeprefix('name=')}, so what the examples say of root is another matter"
    return (
        ""
        if kernel == platform.release()
        else f"the Docker daemon runs on another kernel ({kernel}), so its processes are not visible from here"
    )


def _containerd() -> str:
    """The example reads the events of the containerd that the Docker daemon uses."""
    if why := _program("ctr")():
        return why
    sockets = ("/run/containerd/containerd.sock", "/run/docker/containerd/containerd.sock")
    return "" if any(os.access(path, os.W_OK) for path in sockets) else "no socket of containerd that this user may use"


@functools.cache
def _write_limits() -> str:
    """Debian 13's client (26.1.5+dfsg1) takes --device-write-bps and sends an empty list, so that nothing is limited."""
    sent = client.host_config("--device-write-bps", "/dev/null:1mb")
    return "" if sent.get("BlkioDeviceWriteBps") else "this Docker client drops --device-write-bps without a word"


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
        return "no program 'unshare' that ends"
    return "" if done.returncode == 0 else f"no user namespace may be made here ({done.stderr.strip()})"


def _virtiofsd() -> str:
    """The file server of virtiofs lies where no PATH leads: with QEMU up to release 7.2, in a package of its own later."""
    places = ("/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd")
    return "" if any(os.access(path, os.X_OK) for path in places) else f"no program {' or '.join(places)}"


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
        else "this kernel offers no page vsyscall to old programs"
    )


@functools.cache
def _uml_boots() -> str:
    """On a processor with AMX, user-mode Linux 6.1 cannot set a process's floating-point registers (it dies in
    put_fp_registers) and ends the first program by SIGSEGV, whichever that is. So `true` is started, and only
    this end of it counts as the reason.
    """
    if why := _program("linux.uml")():
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
            return ""  # what else is wrong with it, the example shows when it fails
    killed = b"Attempted to kill init! exitcode=0x0000000b" in done.stdout  # 0x0b: SIGSEGV
    return "user-mode Linux cannot restore the registers of this processor" if killed else ""


@dataclass(frozen=True)
class Requirement:
    """How to see whether something is there (`why_not` gives "" or the reason) and how to get it."""

    why_not: Callable[[], str]
    remedy: str
    engine: bool


APT = "apt-get install --no-install-recommends"
REQUIREMENTS: dict[str, Requirement] = {
    "docker": Requirement(docker_answers, "as root: apt-get install docker.io, then start dockerd", engine=True),
    "local-docker": Requirement(
        _local_daemon, "run it where the Docker daemon runs, not against Docker Desktop", engine=False
    ),
    "qemu": Requirement(_program("qemu-system-x86_64"), f"as root: {APT} qemu-system-x86", engine=True),
    "qemu-arm64": Requirement(_program("qemu-system-aarch64"), f"as root: {APT} qemu-system-arm", engine=True),
    "runc": Requirement(_program("runc"), f"as root: {APT} runc", engine=True),
    "unshare": Requirement(_program("unshare"), f"as root: {APT} util-linux", engine=True),
    "user-namespaces": Requirement(_user_namespaces, "allow user namespaces, or run it as root", engine=False),
    "root": Requirement(lambda: "" if os.geteuid() == 0 else "needs root on the host", "run it as root", engine=False),
    "linux": Requirement(_linux, "run it on Linux", engine=False),
    "amd64": Requirement(_amd64, "run it on an x86-64 host", engine=False),
    "no-arm-translation": Requirement(
        _no_arm_translation, "run it where no binfmt_misc handler for arm64 is registered", engine=False
    ),
    "lab": Requirement(lambda: "", "", engine=True),  # the lab's files alone, for a side that needs no engine
    # Pieces of the lab that are built only for the examples that name them.
    "arm64": Requirement(lambda: "", "", engine=True),
    "memtest": Requirement(lambda: "", "", engine=True),
    "debian": Requirement(_program("mmdebstrap"), f"as root: {APT} mmdebstrap e2fsprogs", engine=True),
    "tools": Requirement(_program("mmdebstrap"), f"as root: {APT} mmdebstrap e2fsprogs", engine=True),
    "ovmf": Requirement(lambda: "", "", engine=True),
    "qemu-user": Requirement(lambda: "", "", engine=True),
    "bullseye": Requirement(_program("mmdebstrap"), f"as root: {APT} mmdebstrap", engine=True),
    "vsyscall": Requirement(_vsyscall, "run it on a kernel started with vsyscall=xonly", engine=False),
    "bwrap": Requirement(_program("bwrap"), f"as root: {APT} bubblewrap", engine=True),
    "uml": Requirement(_program("linux.uml"), f"as root: {APT} user-mode-linux", engine=True),
    "uml-boots": Requirement(_uml_boots, "run it on a processor without AMX", engine=False),
    "hyperfine": Requirement(_program("hyperfine"), f"as root: {APT} hyperfine", engine=True),
    "qemu-img": Requirement(_program("qemu-img"), f"as root: {APT} qemu-utils", engine=True),
    "containerd": Requirement(_containerd, f"as root: {APT} containerd, and read its socket as root", engine=False),
    "ksm": Requirement(
        lambda: "" if Path("/sys/kernel/mm/ksm/run").exists() else "this kernel has no KSM",
        "run it on a kernel with KSM",
        engine=False,
    ),
    "write-limits": Requirement(
        _write_limits, "use a client that passes the option on, such as Docker's own", engine=False
    ),
    "criu": Requirement(_program("criu"), f"as root: {APT} criu", engine=False),
    "iptables": Requirement(_program("iptables"), f"as root: {APT} iptables", engine=True),
    "virtiofsd": Requirement(_virtiofsd, f"as root: {APT} virtiofsd", engine=True),
    "cc": Requirement(_program("cc"), f"as root: {APT} tcc", engine=True),
    "strace": Requirement(_program("strace"), f"as root: {APT} strace", engine=True),
    "fincore": Requirement(
        _program("fincore"), "install util-linux, or where it lacks fincore util-linux-extra", engine=True
    ),
    "cpio": Requirement(_program("cpio"), f"as root: {APT} cpio", engine=True),
}
PIECES = {"arm64", "memtest", "debian", "tools", "ovmf", "qemu-user", "bullseye"}


def missing(requires: tuple[str, ...]) -> list[Missing]:
    """Return what of `requires` is not here. Raises KeyError for a word that is no requirement."""
    found = []
    for name in requires:
        requirement = REQUIREMENTS[name]
        if why := requirement.why_not():
            found.append(Missing(name, why, requirement.remedy, requirement.engine))
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
    storage = version("docker", "info", "--format", "{{.Driver}}")
    return {"docker_storage": storage, "docker_cgroups": version("docker", "info", "--format", "{{.CgroupDriver}}")}


def versions() -> dict[str, str]:
    """Return the versions of the engines: docker client and server, containerd, runc, QEMU."""
    qemu = version("qemu-system-x86_64", "--version").removeprefix("QEMU emulator version ")
    return {
        "docker client": version("docker", "version", "--format", "{{.Client.Version}}"),
        "docker engine": version("docker", "version", "--format", "{{.Server.Version}}"),
        "runc": version("runc", "--version").removeprefix("runc version "),
        "qemu": qemu,
    }
