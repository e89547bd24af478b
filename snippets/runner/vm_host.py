"""Runs sides in a virtual machine that is a host: Debian 13 with systemd, its Docker engine and control groups version 2.

The control groups of this machine cannot be changed; those of a VM are its own. `snippets/lab/vm-host.sh` prepares the
VM's root filesystem, entered as another release is (`hosts.entered`): packages, the lab and its images are made here, at
this processor's speed, and carried in on the disk. The VM has no network card. What came of the run comes back as an
archive on a second disk; the serial port only shows how far it is.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from macros.model.example_reader import load_examples

from . import choice, engines, execute, hosts, lab
from .hosts import CHECKOUT, HostError, Tally
from .paths import LAB_SCRIPTS, SNIPPETS

NAME = "cgroup2"
RELEASE = "trixie"
PACKAGES = ("apparmor", "dbus", "kmod", "systemd-sysv", "udev")
CHOICE = {"tcg": choice.INTERFACES, "kvm": choice.CONTAINERS}
PATIENCE = {"tcg": 6, "kvm": 1}  # how many times slower than a machine the VM is, for deadlines
# For what hangs. The suite is interrupted first, so that it still reports; then the VM is ended.
SUITE_SECONDS, SECONDS = 2 * 3600, 3 * 3600
ROOM = 6 << 30  # bytes of the disk beside what it holds: containers' layers, the checks' files
REPORT_BYTES = 16 << 20
QEMU = "qemu-system-x86_64"
COMMAND_TO_TERMINAL = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")  # such as of a window's title, by systemd

# The first disk becomes vda, which the lab's init is told to go on with; the second has its name from its serial number.
DISKS = ("root", "report")
DEVICE = "/dev/disk/by-id/virtio-report"
SUITE = """#!/bin/bash
# Made by snippets/runner/vm_host.py: what the VM runs.
cd {checkout}
rm -rf /srv/report && mkdir /srv/report
{{ timeout --signal=INT --kill-after=300 {seconds} env -i {environment} {command}; echo $? >/srv/report/code; }} 2>&1 | tee /srv/report/log
mv {report} /srv/report/tests 2>/dev/null
tar --create --file={device} --directory=/srv/report . && sync
"""


@dataclass(frozen=True)
class Report:
    """What the VM handed over: the command's exit code, the tests' counts, what it printed."""

    code: int
    tally: Tally
    log: str


def command_of(chosen: str) -> list[str]:
    """Return the command that runs the sides of a choice and the tests of what they mean."""
    words = [
        ".venv/bin/python",
        "-m",
        "pytest",
        "-v",
        "-n",
        "2",
        "--maxschedchunk",
        "1",
        "--sides",
        chosen,
        "tests/examples",
    ]
    return ["env", "PYTHONDONTWRITEBYTECODE=", f"PYTHONPYCACHEPREFIX={CHECKOUT}/build/pycache", *words]


def suite(command: list[str], accelerator: str) -> str:
    """Return the script that the VM runs: the command, then the report."""
    variables = hosts.environment(dict(os.environ)) | {"LAB_PATIENCE": str(PATIENCE[accelerator])}
    variables.pop("LAB_ACCEL", None)  # this machine's
    return SUITE.format(
        checkout=CHECKOUT,
        environment=shlex.join(f"{name}={value}" for name, value in variables.items()),
        command=shlex.join(command),
        report=variables[hosts.REPORT],
        seconds=SUITE_SECONDS,
        device=DEVICE,
    )


def make_disk(root: Path, disk: Path) -> None:
    """Make a disk that holds the root filesystem; nothing is mounted for it."""
    used = int(
        subprocess.run(["du", "-s", "-B1", str(root)], capture_output=True, text=True, check=True).stdout.split()[0]
    )
    with disk.open("wb") as file:
        file.truncate(used + ROOM)
    words = ["mke2fs", "-q", "-F", "-t", "ext4", "-d", str(root), str(disk)]
    path = f"{os.environ.get('PATH', '')}:{engines.ELSEWHERE}"
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=os.environ | {"PATH": path})
    if done.returncode != 0:
        raise HostError(f"mke2fs ended with {done.returncode}: {done.stderr.strip()}")


def qemu(accelerator: str, guest: Path, where: Path) -> list[str]:
    """Return the command that boots the disks in the directory `where` with the kernel and initramfs in `guest`."""
    append = "console=ttyS0 no_timer_check panic=-1 quiet loglevel=3 systemd.show_status=0 disk=vda"
    words = [QEMU, "-M", "q35", "-accel", accelerator, "-smp", "2", "-m", "4096"]
    if accelerator == "kvm":
        words += ["-cpu", "host"]
    else:
        # An emulated processor has no flaws to work around, and is faster with small pages.
        append += " mitigations=off transparent_hugepage=never"
    words += ["-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot", "-nic", "none"]
    words += ["-kernel", str(guest / "vmlinuz"), "-initrd", str(guest / "initramfs.gz"), "-append", append]
    for name in DISKS:
        file = str(where / f"{name}.img").replace(",", ",,")
        words += ["-drive", f"if=none,id={name},format=raw,cache=unsafe,file={file}"]
        words += ["-device", f"virtio-blk-pci,drive={name},serial={name}"]
    return [*words, "-device", "virtio-rng-pci"]


@contextmanager
def _supervised(words: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command that ends with this process, however that ends."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(execute.SUPERVISE), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.terminate()  # the supervisor kills what it started
        with suppress(subprocess.TimeoutExpired):
            process.wait(execute.GRACE)
        process.kill()
        process.wait()


def boot(words: list[str], console: Path, seconds: float) -> None:
    """Run the VM until it powers off; show its console and keep it. Raises HostError if it does not within `seconds`."""
    with _supervised(["timeout", "--signal=KILL", str(seconds), *words]) as process, console.open("wb") as kept:
        assert process.stdout is not None
        for line in iter(process.stdout.readline, b""):
            kept.write(line)
            kept.flush()
            print(execute.plain(COMMAND_TO_TERMINAL.sub("", line.decode("utf-8", "replace"))), end="", flush=True)
        if code := process.wait():
            what = f"was still running after {seconds:.0f} s" if code == 128 + 9 else f"ended with {code}"
            raise HostError(f"{NAME}: {words[0]} {what}; its console: {console}")


def read(image: Path) -> Report:
    """Return the report from the VM's second disk. Raises HostError if the VM wrote none."""
    where = image.with_name("report")
    shutil.rmtree(where, ignore_errors=True)
    try:
        with tarfile.open(image, "r:") as archive:
            archive.extractall(where, filter="data")
        code = int((where / "code").read_text())
    except (tarfile.TarError, OSError, ValueError) as error:
        console = image.with_name("console")
        raise HostError(f"{NAME}: the VM ended without a report ({error}); its console: {console}") from error
    return Report(code, hosts.read_report(where / "tests"), (where / "log").read_text("utf-8", "replace"))


def run(command: list[str], *, fresh: bool) -> int:
    """Run the command, or the sides that suit this machine's accelerator, in the VM; print the summary; return its exit code."""
    hosts.check_here("hosts", "boot")
    if lacking := engines.missing(("qemu", "amd64")):
        raise HostError(str(lacking[0]))
    accelerator = lab.ensure({"qemu"}).accelerator
    chosen = CHOICE[accelerator]
    with hosts.alone(NAME):
        start = time.monotonic()
        root = hosts.root_of(NAME, RELEASE, *PACKAGES, fresh=fresh)
        where, inside = root.parent, root / CHECKOUT.relative_to("/")
        hosts.copy_checkout(inside)
        print(f"{NAME}: preparing what the VM carries", flush=True)
        with hosts.entered(root, ["bash", f"snippets/lab/{(LAB_SCRIPTS / 'vm-host.sh').name}", chosen]) as process:
            if code := process.wait():
                raise HostError(f"{NAME}: snippets/lab/vm-host.sh ended with {code}")
        script = root / "srv/suite"
        script.write_text(suite(command or command_of(chosen), accelerator), "utf-8")
        script.chmod(0o755)
        images = [where / f"{name}.img" for name in DISKS]
        try:
            make_disk(root, images[0])
            with images[1].open("wb") as file:
                file.truncate(REPORT_BYTES)
            print(f"{NAME}: booting the VM under {accelerator}", flush=True)
            boot(qemu(accelerator, inside / "build/lab", where), where / "console", SECONDS)
            report = read(images[1])
        finally:
            for image in images:
                image.unlink(missing_ok=True)
        if not command and chosen == choice.INTERFACES:
            for id_, reason in choice.left_out(load_examples(SNIPPETS).values()).items():
                print(f"left out under software emulation: {id_}: {reason}")
        print(report.tally.line(f"{NAME} ({accelerator})", time.monotonic() - start))
        return report.code
