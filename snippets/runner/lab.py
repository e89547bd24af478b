"""Builds the lab, finds the accelerator by booting, and says what this machine has.

A piece of the lab is made by a script of `snippets/lab/` and rebuilt only when the digest of what it is made
from changes. Building is guarded by a lock, so that runs side by side build once.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from . import engines, surroundings
from .paths import LAB, LAB_SCRIPTS

PROBE_SECONDS = {
    "kvm": 6,
    "tcg": 300,
}  # kvm: real hardware boots the guest in under 1 s; tcg: a busy machine takes its time
IMAGE_LABEL = "cvm.lab"
GUEST = "guest"  # asks for the guest's kernel and initramfs where no QEMU is
DEBIAN_ARCH = {"x86_64": "amd64", "aarch64": "arm64"}


class LabError(Exception):
    """The lab was not built; the message says why and what to do."""


class CannotBuildHereError(LabError):
    """This machine lacks what a piece of the lab needs, such as apt or its archive: what needs the piece can be skipped.

    Any other LabError is a mistake, in the lab's scripts or in a request for something that does not exist, and is reported.
    """


@dataclass(frozen=True)
class Lab:
    """A built lab: its accelerator, the reason for it (`kept` from an earlier run or found now), and the guest kernel's release."""

    accelerator: str
    reason: str
    kernel: str
    kept: bool = False


def _digest(*parts: Path | str) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        total.update(b"\0")
    return total.hexdigest()[:16]


@contextmanager
def _locked() -> Iterator[None]:
    while True:
        LAB.mkdir(parents=True, exist_ok=True)
        with (LAB / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                same = os.path.samestat(os.fstat(lock.fileno()), (LAB / ".lock").stat())
            except FileNotFoundError:
                same = False
            if same:  # and not the lock of a lab that was removed while this waited for it
                yield
                return


def _call(words: list[str], where: Path, seconds: float) -> subprocess.CompletedProcess[str]:
    """Run a script of the lab in a session of its own; however it ends, nothing that it started keeps running.

    Raises LabError if it does not end within `seconds`; CannotBuildHereError where it fetches packages.
    """
    temporary = LAB / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    # mmdebstrap works there as another user when it is not root
    temporary.chmod(0o1777)
    process = subprocess.Popen(
        words,
        cwd=where,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=surroundings.for_docker(os.environ) | {"TMPDIR": str(temporary)},
    )
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        name = Path(words[1]).name
        raise _failure(name)(f"{name} did not end within {seconds:.0f} s") from error
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(temporary, ignore_errors=True)
    return subprocess.CompletedProcess(words, process.returncode, out, err)


FETCHING = {
    "packages.sh",
    "runsc.sh",
    "debian.sh",
    "tools.sh",
    "bullseye.sh",
}  # these need apt and the archive of a distribution


def _failure(script: str) -> type[LabError]:
    return CannotBuildHereError if script in FETCHING else LabError


def _script(name: str, *arguments: object, seconds: float = 1800, where: Path = LAB) -> str:
    """Run a script of the lab. Raises LabError as `_call`, and with the end of what it printed if it fails."""
    done = _call(["bash", str(LAB_SCRIPTS / name), *map(str, arguments)], where, seconds)
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        raise _failure(name)(f"snippets/lab/{name} ended with {done.returncode}:\n{tail}")
    return done.stdout.strip()


def _piece(name: str, digest: str, outputs: list[str], build: Callable[[], None]) -> None:
    """Build a piece unless its stamp holds the digest and its outputs exist. The stamp is written last."""
    stamp = LAB / f".{name}.stamp"
    if stamp.is_file() and stamp.read_text() == digest and all((LAB / output).exists() for output in outputs):
        return
    stamp.unlink(missing_ok=True)
    print(f"lab: building {name}", flush=True)
    build()
    absent = [output for output in outputs if not (LAB / output).exists()]
    if absent:
        raise LabError(f"the lab's piece '{name}' was built without {', '.join(absent)}")
    stamp.write_text(digest)


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("ID", "")
    except OSError:
        return ""


def _busybox_of(tree: Path) -> Path:
    """Return the program in an unpacked package busybox-static: /bin became a link to /usr/bin, and the package followed."""
    found = [path for path in (tree / "bin/busybox", tree / "usr/bin/busybox") if path.is_file()]
    if not found:
        raise LabError("the package busybox-static holds neither bin/busybox nor usr/bin/busybox")
    return found[0]


def _packages() -> None:
    """Unpack the kernel and busybox, or take those that LAB_KERNEL, LAB_MODULES and LAB_BUSYBOX name."""
    arch = DEBIAN_ARCH.get(platform.machine(), platform.machine())
    given = {name: os.environ.get(name, "") for name in ("LAB_KERNEL", "LAB_MODULES", "LAB_BUSYBOX")}
    script = LAB_SCRIPTS / "packages.sh"

    def build() -> None:
        tree = LAB / "packages" / "tree"
        shutil.rmtree(tree.parent, ignore_errors=True)
        if given["LAB_KERNEL"] and given["LAB_BUSYBOX"]:
            tree.mkdir(parents=True)
            busybox, kernel = Path(given["LAB_BUSYBOX"]), Path(given["LAB_KERNEL"])
            modules = Path(given["LAB_MODULES"]) if given["LAB_MODULES"] else None
            release = modules.name if modules else "unknown"
            if modules:
                shutil.copytree(modules, tree / "lib" / "modules" / release, symlinks=True)
        else:
            if shutil.which("apt-get") is None:
                raise CannotBuildHereError(
                    "this is neither Debian nor Ubuntu: set LAB_KERNEL (a Linux kernel image), LAB_MODULES (its directory under /lib/modules) and LAB_BUSYBOX (a static busybox); the page 'The lab' shows where to get them"
                )
            ubuntu = _distribution() == "ubuntu"
            image = "linux-image-virtual" if ubuntu else f"linux-image-cloud-{arch}"
            _script("packages.sh", arch, "packages", image, "busybox-static")
            kernel = next(iter(sorted((tree / "boot").glob("vmlinuz-*"))))
            release = kernel.name.removeprefix("vmlinuz-")
            busybox = _busybox_of(tree)
        shutil.copyfile(kernel, LAB / "vmlinuz")
        shutil.copy(busybox, LAB / "busybox")
        (LAB / "busybox").chmod(0o755)
        (LAB / "kernel-release").write_text(release)

    _piece(
        "packages",
        _digest(script, arch, *given.values()),
        ["vmlinuz", "busybox", "kernel-release", "packages/tree"],
        build,
    )


def _rootfs() -> str:
    digest = _digest(LAB_SCRIPTS / "rootfs.sh", LAB_SCRIPTS / "init", LAB / "busybox")
    _piece(
        "rootfs",
        digest,
        ["rootfs.tar", "manifest", "links"],
        lambda: void(_script("rootfs.sh", LAB / "busybox", LAB_SCRIPTS / "init")),
    )
    return digest


def void(_: object) -> None:
    """Drop a value, where a callable must return None."""


def _need_cpio() -> None:
    """Raise CannotBuildHereError where the program is missing that packs a VM's initial filesystem."""
    if missing := engines.missing(("cpio",)):
        raise CannotBuildHereError(str(missing[0]))


def _need_docker() -> None:
    """Raise CannotBuildHereError where no Docker daemon answers, which makes an image of what is built."""
    if missing := engines.missing(("docker",)):
        raise CannotBuildHereError(str(missing[0]))


def _initramfs(rootfs: str) -> None:
    release = (LAB / "kernel-release").read_text()
    digest = _digest(*(LAB_SCRIPTS / name for name in ("initramfs.sh", "modules.sh", "modules")), rootfs, release)

    def build() -> None:
        _need_cpio()
        _script("initramfs.sh", "packages/tree", release, LAB_SCRIPTS / "modules", "initramfs.gz")

    _piece("initramfs", digest, ["initramfs.gz", "rootfs.cpio.gz", "modules.cpio.gz"], build)


def _image_digest(name: str) -> str | None:
    """Return the digest that the image carries as a label, None if there is no such image."""
    done = subprocess.run(
        ["docker", "image", "inspect", "--format", f'{{{{index .Config.Labels "{IMAGE_LABEL}"}}}}', name],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.stdout.strip() if done.returncode == 0 else None


def _check_image_is_ours(name: str) -> str | None:
    digest = _image_digest(name)
    if digest == "":
        raise CannotBuildHereError(
            f"an image called '{name}' exists that the lab did not make: rename it with 'docker tag' and 'docker rmi {name}'"
        )
    return digest


def _image_id(name: str) -> str:
    done = subprocess.run(
        ["docker", "image", "inspect", "--format", "{{.Id}}", name],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.stdout.strip()


def _replace_image(name: str, build: Callable[[], None]) -> None:
    """Build the lab's image `name` again and remove the one that had the name, unless something still uses it."""
    old = _image_id(name)
    build()
    if old and old != _image_id(name):
        subprocess.run(["docker", "rmi", old], capture_output=True, timeout=300, check=False)


def _image(rootfs: str) -> None:
    digest = _digest(LAB_SCRIPTS / "image.sh", rootfs)
    if _check_image_is_ours("cvm-lab") != digest:
        print("lab: importing the image cvm-lab", flush=True)
        _replace_image("cvm-lab", lambda: void(_script("image.sh", digest)))


def _arm64() -> None:
    """The arm64 guest: the same init and the same applets, from Debian's arm64 packages."""

    def build() -> None:
        _need_cpio()
        where = LAB / "arm64"
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir()
        _script("packages.sh", "arm64", "packages", "linux-image-cloud-arm64", "busybox-static", where=where)
        kernel = next(iter((where / "packages/tree/boot").glob("vmlinuz-*")))
        shutil.copyfile(kernel, where / "vmlinuz")
        (where / "kernel-release").write_text(kernel.name.removeprefix("vmlinuz-"))
        # The applets' names come from the host's busybox: the arm64 one does not run here.
        _script("rootfs.sh", LAB / "busybox", LAB_SCRIPTS / "init", where=where)
        shutil.copy(_busybox_of(where / "packages/tree"), where / "rootfs/bin/busybox")
        shutil.copy(where / "rootfs/bin/busybox", where / "busybox")
        _script(
            "initramfs.sh",
            "packages/tree",
            (where / "kernel-release").read_text(),
            LAB_SCRIPTS / "modules",
            "initramfs.gz",
            where=where,
        )
        shutil.rmtree(where / "packages")
        shutil.rmtree(where / "rootfs")

    names = ("packages.sh", "rootfs.sh", "initramfs.sh", "modules.sh", "init", "modules")
    _piece(
        "arm64",
        _digest(*(LAB_SCRIPTS / name for name in names)),
        ["arm64/vmlinuz", "arm64/initramfs.gz", "arm64/busybox", "arm64/kernel-release"],
        build,
    )


def _memtest() -> None:
    def build() -> None:
        shutil.rmtree(LAB / "memtest", ignore_errors=True)
        _script("packages.sh", "amd64", "memtest", "memtest86+")
        found = [
            path
            for path in sorted((LAB / "memtest/tree/boot").iterdir())
            if path.name in {"memtest86+x64.bin", "mt86+x64"}
        ]
        if not found:
            raise LabError("the package memtest86+ holds no memtest86+x64.bin")
        shutil.copyfile(found[0], LAB / "memtest.bin")
        shutil.rmtree(LAB / "memtest")

    _piece("memtest", _digest(LAB_SCRIPTS / "packages.sh"), ["memtest.bin"], build)


def _debian() -> None:
    _need_docker()
    digest = _digest(LAB_SCRIPTS / "debian.sh")
    present = _check_image_is_ours("cvm-debian") == digest
    if not present:
        (LAB / ".debian.stamp").unlink(missing_ok=True)
    _piece(
        "debian",
        digest,
        ["debian.ext4"],
        lambda: _replace_image("cvm-debian", lambda: void(_script("debian.sh", digest))),
    )


def _tools() -> None:
    """The tools that measure: as an image, as a VM's disk, and as a directory for the host itself."""
    _need_docker()
    digest = _digest(LAB_SCRIPTS / "tools.sh", LAB / "busybox")
    present = _check_image_is_ours("cvm-tools") == digest
    if not present:
        (LAB / ".tools.stamp").unlink(missing_ok=True)
    _piece(
        "tools",
        digest,
        ["tools.ext4", "tools"],
        lambda: _replace_image("cvm-tools", lambda: void(_script("tools.sh", digest, LAB / "busybox"))),
    )


def _ovmf() -> None:
    """The firmware UEFI for a VM: its code, and a fresh store for its settings."""

    def build() -> None:
        where = LAB / "ovmf"
        shutil.rmtree(where, ignore_errors=True)
        _script("packages.sh", "amd64", "ovmf", "ovmf")
        for name, kind in (("code.fd", "CODE"), ("vars.fd", "VARS")):
            shutil.copyfile(where / f"tree/usr/share/OVMF/OVMF_{kind}_4M.fd", where / name)
        shutil.rmtree(where / "tree")

    _piece("ovmf", _digest(LAB_SCRIPTS / "packages.sh"), ["ovmf/code.fd", "ovmf/vars.fd"], build)


def _qemu_user() -> None:
    """QEMU's user-mode emulator for arm64. Unpacked and not installed: installing it would register it with the kernel."""

    def build() -> None:
        where = LAB / "qemu-user"
        shutil.rmtree(where, ignore_errors=True)
        # The programs that need no library were a package of their own before they became the only ones.
        programs = (where / "tree/usr/bin/qemu-aarch64-static", where / "tree/usr/bin/qemu-aarch64")
        for package in ("qemu-user-static", "qemu-user"):
            _script("packages.sh", "amd64", "qemu-user", package)
            if found := [program for program in programs if program.is_file()]:
                break
        else:
            raise LabError("neither package qemu-user-static nor qemu-user holds a qemu-aarch64")
        shutil.copy(found[0], LAB / "qemu-aarch64-static")
        shutil.rmtree(where)

    _piece("qemu-user", _digest(LAB_SCRIPTS / "packages.sh"), ["qemu-aarch64-static"], build)


def _bullseye() -> None:
    """A small tree of Debian 11, as an archive."""
    digest = _digest(LAB_SCRIPTS / "bullseye.sh", os.environ.get("LAB_BULLSEYE_MIRROR", ""))
    _piece("bullseye", digest, ["bullseye.tar"], lambda: void(_script("bullseye.sh")))


def _runsc() -> None:
    """gVisor's runtime, a program that needs no library. Unpacked and not installed."""

    def build() -> None:
        where = LAB / "runsc.new"
        shutil.rmtree(where, ignore_errors=True)
        _script("runsc.sh", where)
        shutil.copy(where / "tree/usr/bin/runsc", LAB / "runsc")
        shutil.rmtree(where)

    _piece("runsc", _digest(LAB_SCRIPTS / "runsc.sh", LAB_SCRIPTS / "packages.sh"), ["runsc"], build)


PIECES: dict[str, Callable[[], None]] = {
    "arm64": _arm64,
    "memtest": _memtest,
    "debian": _debian,
    "tools": _tools,
    "ovmf": _ovmf,
    "qemu-user": _qemu_user,
    "bullseye": _bullseye,
    "runsc": _runsc,
}


def _probe(accelerator: str) -> str:
    """Boot the lab's guest. Return "" if it reached user space, else the reason why not."""
    if accelerator == "kvm" and not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "no /dev/kvm that this user may open"
    seconds = PROBE_SECONDS[accelerator]
    try:
        done = _call(["bash", str(LAB_SCRIPTS / "probe.sh"), accelerator, str(seconds)], LAB, seconds + 5)
    except LabError as error:
        return str(error)
    return "" if done.returncode == 0 else (done.stdout.strip() or "the probe failed without a message")


def _machine_key() -> str:
    """What the probe's outcome depends on: CPU, host kernel, QEMU, the guest, how it is started, and /dev/kvm's state."""
    kvm = "kvm" if os.access("/dev/kvm", os.R_OK | os.W_OK) else "no kvm"
    return _digest(
        cpu_model(),
        platform.release(),
        engines.version("qemu-system-x86_64", "--version"),
        (LAB / "kernel-release").read_text(),
        (LAB / ".initramfs.stamp").read_text(),
        LAB_SCRIPTS / "probe.sh",
        kvm,
    )


def _accelerator() -> tuple[str, str, bool]:
    """Return the accelerator, why, and whether the answer of kvm's probe was kept from an earlier run. Raises LabError if a forced one does not boot, or none does."""
    forced = os.environ.get("LAB_ACCEL", "")
    if forced not in {"", "kvm", "tcg"}:
        raise LabError(f"LAB_ACCEL={forced}: must be 'kvm' or 'tcg'")
    cache = LAB / ".accelerator.json"
    key = _machine_key()
    known: dict[str, str] = {}
    if cache.is_file():
        stored = json.loads(cache.read_text())
        if stored.get("key") == key:
            known = stored["reasons"]
    kept = (forced or "kvm") in known

    def why_not(accelerator: str) -> str:
        if accelerator not in known:
            reason = _probe(accelerator)
            if reason and accelerator == "tcg":
                return reason  # emulation works everywhere: what failed was this guest, or this moment
            known[accelerator] = reason
            cache.write_text(json.dumps({"key": key, "reasons": known}))
        return known[accelerator]

    if forced:
        if reason := why_not(forced):
            again = f"; found by an earlier run: remove {cache.name} in {LAB} to ask again" if kept else ""
            raise LabError(f"LAB_ACCEL={forced}, but the lab's guest does not boot on it: {reason}{again}")
        return forced, "forced by LAB_ACCEL; the lab's guest boots on it", kept
    reason = why_not("kvm")
    if not reason:
        return "kvm", "the lab's guest booted on it to user space", kept
    fallback = why_not("tcg")
    if fallback:
        raise LabError(f"the lab's guest boots on neither accelerator: kvm: {reason}; tcg: {fallback}")
    return "tcg", f"software emulation, since kvm failed the probe: {reason}", kept


def ensure(requires: set[str]) -> Lab:
    """Build what of the lab is missing and return it.

    `requires` holds the words of the examples' `requires`: without "docker" no image is made, without
    "qemu" no initramfs is packed and no probe boots; with GUEST it is packed, for another machine to boot. Raises LabError where a step fails.
    """
    with _locked():
        if not requires & ({"docker", "qemu", "qemu-arm64", "lab"} | set(PIECES)):
            return Lab("none", "nothing of the lab is needed", "")
        _packages()
        rootfs = _rootfs()
        if "docker" in requires:
            _image(rootfs)
        accelerator, reason, kept = "none", "no VM is needed", False
        if requires & {"qemu", GUEST}:
            _initramfs(rootfs)
        if "qemu" in requires:
            accelerator, reason, kept = _accelerator()
        for name, build in PIECES.items():
            if name in requires:
                build()
        return Lab(accelerator, reason, (LAB / "kernel-release").read_text(), kept)


def cpu_model() -> str:
    """Return the CPU's name as the kernel gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def cgroup_version() -> str:
    """Return "2", "1 (hybrid)" or "1", from what is mounted at /sys/fs/cgroup."""
    root = Path("/sys/fs/cgroup")
    if (root / "cgroup.controllers").exists():
        return "2"
    return "1 (hybrid)" if (root / "unified" / "cgroup.procs").exists() else "1" if root.is_dir() else "none"


def virtual() -> str:
    """Return whether this machine is itself a virtual one: x86 processors say so by the flag `hypervisor`."""
    try:
        flags = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("flags")), "")
    except OSError:
        flags = ""
    if not flags:
        return "unknown"
    return (
        "a virtual machine (its processor shows the flag `hypervisor`)"
        if " hypervisor" in flags
        else "a physical machine (its processor shows no flag `hypervisor`)"
    )


def machine() -> dict[str, str]:
    """Return what this machine has, without anything that names it: kernel, CPUs, memory, cgroups, system."""
    memory = (
        next(
            (
                int(line.split()[1])
                for line in Path("/proc/meminfo").read_text().splitlines()
                if line.startswith("MemTotal")
            ),
            0,
        )
        if Path("/proc/meminfo").exists()
        else 0
    )
    try:
        system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        system = platform.platform()
    return {
        "system": system,
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "cpu": cpu_model(),
        "cpus": str(os.cpu_count() or 0),
        "memory": f"{memory / 1024 / 1024:.1f} GiB",
        "virtual": virtual(),
        "cgroups": cgroup_version(),
    }


def clean() -> None:
    """Remove the lab's images and its directory. Never touches an image that the lab did not make."""
    with _locked():  # nobody is building it
        for name in ("cvm-lab", "cvm-debian", "cvm-tools"):
            if shutil.which("docker") and _image_digest(name):
                subprocess.run(["docker", "rmi", name], capture_output=True, check=False, timeout=300)
        shutil.rmtree(LAB, ignore_errors=True)
