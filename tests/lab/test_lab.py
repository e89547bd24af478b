"""The lab: built once, from the same bytes; its accelerator found by booting."""

from __future__ import annotations

import gzip
import json
import lzma
import os
import random
import shutil
import subprocess
import sys
import time
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from macros.model.examples import Example, Side
from snippets.runner import engines, lab, record
from snippets.runner.execute import Output, plain
from snippets.runner.paths import LAB, LAB_SCRIPTS, ROOT
from tests.conftest import built, require, run_patiently


def run_lab(**more: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "snippets.runner", "lab"]
    environment = {k: v for k, v in os.environ.items() if k != "LAB_ACCEL"} | more
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False)


@pytest.mark.engine
def test_the_lab_says_what_the_machine_has() -> None:
    require("docker", "qemu", "cpio")
    built("docker", "qemu")
    done = run_lab()
    assert done.returncode == 0, done.stderr
    rows = dict(line.split("  ", 1) for line in done.stdout.splitlines() if "  " in line)
    rows = {key.strip(): value.strip() for key, value in rows.items()}
    assert {"kernel", "cpus", "memory", "cgroups", "docker engine", "qemu", "accelerator"} <= set(rows)
    assert rows["accelerator"].split()[0] in {"kvm", "tcg"}
    assert "(" in rows["accelerator"], "no reason for the accelerator is given"


@pytest.mark.engine
def test_a_built_lab_is_not_built_again() -> None:
    require("docker", "qemu", "cpio")
    built("docker", "qemu")
    before = {name: (LAB / name).stat().st_mtime_ns for name in ("vmlinuz", "rootfs.tar", "initramfs.gz")}
    assert "lab: " not in run_lab().stdout
    assert {name: (LAB / name).stat().st_mtime_ns for name in before} == before


@pytest.mark.engine
def test_forcing_an_accelerator_that_does_not_boot_is_an_error_within_seconds() -> None:
    """Where kvm boots, forcing it is obeyed; where it does not, the message says that the guest does not boot on it."""
    require("qemu", "cpio")
    works = built("qemu").accelerator == "kvm"
    (LAB / ".accelerator.json").unlink()  # so that the probe runs again and its answer is not taken from the file
    start = time.monotonic()
    done = run_lab(LAB_ACCEL="kvm")
    took = time.monotonic() - start
    if works:
        assert done.returncode == 0
        assert "kvm (forced" in done.stdout
    else:
        assert done.returncode == 1
        assert "LAB_ACCEL=kvm, but the lab's guest does not boot on it: " in done.stderr
        assert took < lab.PROBE_SECONDS["kvm"] + 60


@pytest.mark.engine
def test_forcing_software_emulation_is_obeyed() -> None:
    require("docker", "qemu", "cpio")
    built("docker", "qemu")
    done = run_lab(LAB_ACCEL="tcg")
    assert done.returncode == 0, done.stderr
    assert "tcg (forced by LAB_ACCEL" in done.stdout


def test_a_misspelt_accelerator_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LAB_ACCEL", "xen")
    with pytest.raises(lab.LabError, match="must be 'kvm' or 'tcg'"):
        lab._accelerator()


@pytest.mark.engine
def test_the_root_filesystem_is_the_same_bytes_however_often_it_is_built(tmp_path: Path) -> None:
    require("cpio", "qemu")
    built("qemu")
    (tmp_path / "packages").symlink_to(LAB / "packages")
    for name in ("rootfs.sh", "initramfs.sh"):
        arguments = (
            [LAB / "busybox", LAB_SCRIPTS / "init"]
            if name == "rootfs.sh"
            else ["packages/tree", (LAB / "kernel-release").read_text(), LAB_SCRIPTS / "modules", "initramfs.gz"]
        )
        lab._script(name, *arguments, where=tmp_path)
    for name in ("manifest", "rootfs.tar", "rootfs.cpio.gz", "modules.cpio.gz", "initramfs.gz"):
        assert (tmp_path / name).read_bytes() == (LAB / name).read_bytes(), name


def unpacked(image: bytes) -> dict[str, bytes]:
    """Return the files of an initial filesystem, read as Linux reads it (`unpack_to_rootfs` in init/initramfs.c).

    Archives follow each other. One that begins as a cpio archive does is read at an offset that is a multiple of 4 and
    at no other; bytes of zero between archives are skipped; whatever else comes must be compressed.
    """
    files: dict[str, bytes] = {}
    at = 0
    while at < len(image):
        if image[at : at + 6] == b"070701" and at % 4 == 0:
            at += archive(image[at:], files)
        elif image[at] == 0:
            at += 1
        else:
            gunzip = zlib.decompressobj(wbits=31)
            try:
                whole = gunzip.decompress(image[at:])
            except zlib.error as error:
                raise AssertionError(f"invalid magic at start of compressed archive, at {at}") from error
            at = len(image) - len(gunzip.unused_data)
            inner = 0
            while inner < len(whole):
                inner += 1 if whole[inner] == 0 else archive(whole[inner:], files)
    return files


def archive(data: bytes, files: dict[str, bytes]) -> int:
    """Add the members of the archive at the start of `data`, of cpio's format `newc`, to `files`; return its length."""
    at = 0
    while True:
        assert data[at : at + 6] == b"070701", f"no archive's header at {at}"
        size, length = (int(data[at + start : at + start + 8], 16) for start in (54, 94))
        name = data[at + 110 : at + 110 + length - 1].decode()
        at = at + 110 + length + (-(110 + length) % 4)
        if name == "TRAILER!!!":
            return at
        files[name.removeprefix("./")] = data[at : at + size]
        at += size + (-size % 4)


def packed(where: Path, name: str) -> bytes:
    """Return an archive of one file, not compressed, as the examples append it."""
    return subprocess.run(
        ["cpio", "--create", "--format=newc", "--quiet"],
        cwd=where,
        input=f"{name}\n".encode(),
        capture_output=True,
        check=True,
    ).stdout


@pytest.mark.engine
def test_an_archive_may_follow_the_initial_filesystem_whatever_its_length(tmp_path: Path) -> None:
    """Of each remainder of the compressed length: the kernel finds the uncompressed archive behind it, in a VM too."""
    require("qemu", "cpio")
    accelerator = built("qemu").accelerator
    (tmp_path / "rootfs").symlink_to(LAB / "rootfs")
    (tmp_path / "vmlinuz").symlink_to(LAB / "vmlinuz")
    (tmp_path / "told").write_text("the archive behind was read\n")
    seen = set[int]()
    for extra in range(64):
        loader = tmp_path / "loader"
        loader.write_bytes(
            (LAB_SCRIPTS / "modules").read_bytes()
            + b"# "
            + random.Random(extra).randbytes(extra).hex().encode()
            + b"\n"
        )
        lab._script(
            "initramfs.sh",
            LAB / "packages/tree",
            (LAB / "kernel-release").read_text(),
            loader,
            "initramfs.gz",
            where=tmp_path,
        )
        remainder = sum((tmp_path / f"{part}.cpio.gz").stat().st_size for part in ("rootfs", "modules")) % 4
        if remainder in seen:
            continue
        seen.add(remainder)
        whole = (tmp_path / "initramfs.gz").read_bytes() + packed(tmp_path, "told")
        assert unpacked(whole)["told"] == (tmp_path / "told").read_bytes(), remainder
        (tmp_path / "initrd").write_bytes(whole)
        told = boot(tmp_path, "initrd", accelerator, "cat /told")
        assert "the archive behind was read" in told, f"remainder {remainder}:\n{told}"
        assert "unpacking failed" not in told
        if len(seen) == 4:
            break
    assert seen == {0, 1, 2, 3}, "these lengths came, and not all remainders"


def test_the_reader_of_initial_filesystems_refuses_what_the_kernel_refuses() -> None:
    """An uncompressed archive after a length that is not a multiple of 4 is invalid for both."""
    one = b"".join([b"070701", *(b"%08x" % n for n in (1, 0o100644, 0, 0, 1, 0, 2, 0, 0, 0, 0, 5, 0)), b"told\0"])
    one += b"\0" * (-len(one) % 4) + b"ab\0\0"
    end = b"".join([b"070701", *(b"%08x" % n for n in (0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 11, 0)), b"TRAILER!!!\0"])
    plain = one + end + b"\0" * (-len(end) % 4)
    packed = gzip.compress(plain, mtime=0)
    padded = packed + b"\0" * (-len(packed) % 4)
    assert unpacked(padded + plain) == unpacked(padded + packed) == unpacked(packed + packed) == {"told": b"ab"}
    with pytest.raises(AssertionError, match="invalid magic"):
        unpacked(padded + b"\0" + plain)


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    ".xz": lzma.compress,
    ".gz": gzip.compress,
    ".zst": lambda data: subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True, check=True).stdout,
}


# A system without the engines need not have the programs that unpack the last two; the engines' set-up installs them.
UNPACKED_BY_PROGRAMS = [
    pytest.param(suffix, marks=[pytest.mark.engine] if suffix in {".xz", ".zst"} else []) for suffix in PACKERS
]


@pytest.mark.parametrize("suffix", UNPACKED_BY_PROGRAMS)
def test_modules_come_with_what_they_need_however_they_are_packed(suffix: str, tmp_path: Path) -> None:
    """The order of loading is that of their needs; what is built in, `core` here, is not a file and is skipped."""
    needs = {"net_card": "fail-over,core", "fail-over": "ring", "ring": "", "other": "", "disk": "ring"}
    for number, (name, need) in enumerate(needs.items()):
        where = tmp_path / f"tree/usr/lib/modules/6.99-test/kernel/place{number}"
        where.mkdir(parents=True)
        module = f"\x7fELF\0license=GPL\0depends={need}\0name={name}\0".encode()
        (where / f"{name}.ko{suffix}").write_bytes(PACKERS[suffix](module))
    words = ["bash", str(LAB_SCRIPTS / "modules.sh"), "tree", "6.99-test", "out", "net_card", "core", "disk"]
    subprocess.run(words, cwd=tmp_path, check=True)
    out = tmp_path / "out"
    assert (out / "load").read_text().splitlines() == [
        f"grep -q '^{name} ' /proc/modules || insmod \"${{0%/*}}/{name}.ko\""
        for name in ("ring", "fail_over", "net_card", "disk")
    ]
    assert {path.name for path in out.iterdir()} == {"load", "ring.ko", "fail_over.ko", "net_card.ko", "disk.ko"}
    assert b"name=net_card" in (out / "net_card.ko").read_bytes()


@pytest.mark.engine
@pytest.mark.parametrize("suffix", [*PACKERS, "built in"])
def test_a_guest_finds_its_disk_however_the_modules_are_packed(suffix: str, tmp_path: Path) -> None:
    """The kernel's own modules, packed again; without any, as if all were built in, the guest still starts."""
    require("qemu", "cpio")
    accelerator = built("qemu").accelerator
    release = (LAB / "kernel-release").read_text()
    for name in ("rootfs", "vmlinuz"):
        (tmp_path / name).symlink_to(LAB / name)
    where = tmp_path / "tree/lib/modules" / release
    where.mkdir(parents=True)
    if suffix != "built in":
        wanted = ["virtio_pci", "virtio_blk", "nls_ascii"]
        words = ["bash", str(LAB_SCRIPTS / "modules.sh"), str(LAB / "packages/tree"), release, "plain", *wanted]
        subprocess.run(words, cwd=tmp_path, check=True)
        for module in (tmp_path / "plain").glob("*.ko"):
            (where / f"{module.name}{suffix}").write_bytes(PACKERS[suffix](module.read_bytes()))
    lab._script("initramfs.sh", "tree", release, LAB_SCRIPTS / "modules", "initramfs.gz", where=tmp_path)
    (tmp_path / "disk").write_bytes(b"on the disk\n".ljust(1 << 20, b"\0"))
    disk = ("-drive", "file=disk,if=virtio,format=raw")
    told = boot(tmp_path, "initramfs.gz", accelerator, "head -n 1 /dev/vda; echo started", *disk)
    assert "started" in told, told
    assert ("on the disk" in told) == (suffix != "built in"), told


def boot(where: Path, initrd: str, accelerator: str, run: str, *options: str) -> str:
    """Boot the lab's kernel with an initial filesystem, both in `where`; return what the console says."""
    words = ["qemu-system-x86_64", "-M", "q35", "-accel", accelerator, "-m", "128", "-nodefaults", "-display", "none"]
    words += ["-serial", "stdio", "-no-reboot", *options, "-kernel", "vmlinuz", "-initrd", initrd]
    done = subprocess.run(
        [*words, "-append", f'console=ttyS0 loglevel=4 run="{run}"'],
        cwd=where,
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        timeout=600,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.engine
@pytest.mark.parametrize("release", ["bookworm", "trixie", "sid"])
def test_kernels_of_other_series_serve_as_the_guests(release: str, tmp_path: Path) -> None:
    """Each release's kernel, unpacked and not installed: the guest finds its disk and its card, and can load the spare module."""
    require("qemu", "cpio", "amd64", "debian")
    accelerator = built("qemu").accelerator
    words = ["mmdebstrap", "--variant=extract", "--include=linux-image-cloud-amd64", release, "kernel.tar"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=1800, check=False)
    if done.returncode != 0:
        reason = f"the kernel of {release} could not be fetched: {done.stderr.strip().splitlines()[-1:]}"
        # Debian's unstable release says what is to come; where its archive is out of step, nothing else is held up.
        gates = os.environ.get("CI") == "true" and release != "sid"
        pytest.fail(reason) if gates else pytest.skip(reason)
    (tmp_path / "tree").mkdir()
    words = ["tar", "--extract", "--file=kernel.tar", "--directory=tree", "--exclude=./dev/*", "--no-same-owner"]
    subprocess.run(words, cwd=tmp_path, check=True)
    (kernel,) = (tmp_path / "tree/boot").glob("vmlinuz-*")
    (tmp_path / "vmlinuz").symlink_to(kernel)
    (tmp_path / "rootfs").symlink_to(LAB / "rootfs")
    number = kernel.name.removeprefix("vmlinuz-")
    lab._script("initramfs.sh", "tree", number, LAB_SCRIPTS / "modules", "initramfs.gz", where=tmp_path)
    (tmp_path / "disk").write_bytes(b"on the disk\n".ljust(1 << 20, b"\0"))
    devices = ("-drive", "file=disk,if=virtio,format=raw", "-nic", "user,model=virtio-net-pci,restrict=on")
    run = "uname -r; head -n 1 /dev/vda; cat /sys/class/net/eth0/mtu; insmod /lib/modules/spare.ko && echo loaded"
    told = boot(tmp_path, "initramfs.gz", accelerator, run, *devices)
    lines = [line for line in plain(told).splitlines() if line in {number, "on the disk", "1500", "loaded"}]
    assert lines == [number, "on the disk", "1500", "loaded"], told


@pytest.mark.engine
def test_packages_are_fetched_where_apt_has_no_lists(tmp_path: Path) -> None:
    """As on a machine just made: the lab fetches lists of its own, and the system's stay as they are, absent."""
    if shutil.which("apt-get") is None:
        pytest.skip("no program 'apt-get': this system has other packages")
    lists = tmp_path / "lists"
    (lists / "partial").mkdir(parents=True)
    configuration = tmp_path / "apt.conf"
    configuration.write_text(f'Dir::State::Lists "{lists}";\nDir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n')
    arch = lab.DEBIAN_ARCH[os.uname().machine]
    done = subprocess.run(
        ["bash", str(LAB_SCRIPTS / "packages.sh"), arch, "packages", "busybox-static"],
        cwd=tmp_path,
        env=os.environ | {"APT_CONFIG": str(configuration)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert lab._busybox_of(tmp_path / "packages/tree").stat().st_size > 0
    assert not list(lists.glob("*Packages*")), "the system's lists were fetched"


@pytest.mark.engine
def test_an_image_of_the_users_own_with_the_labs_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lab says so instead of replacing it."""
    require("docker")
    monkeypatch.setattr(lab, "_image_digest", lambda _name: "")
    with pytest.raises(lab.LabError, match="an image called 'cvm-lab' exists that the lab did not make"):
        lab._image("digest")


def test_nothing_that_is_missing_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is named with its reason and remedy; the same absence fails with CI=true and skips without."""
    monkeypatch.setitem(
        engines.REQUIREMENTS, "docker", engines.Requirement(lambda: "no program 'docker'", "install it", engine=True)
    )
    (item,) = engines.missing(("docker",))
    assert str(item) == "docker: no program 'docker'; install it"
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI=true and an engine is missing: docker"):
        require("docker")
    monkeypatch.setenv("CI", "false")
    with pytest.raises(pytest.skip.Exception, match="no program 'docker'; install it"):
        require("docker")


def test_what_no_machine_can_install_is_skipped_in_ci_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        engines.REQUIREMENTS,
        "amd64",
        engines.Requirement(lambda: "the host is aarch64", "run it on x86-64", engine=False),
    )
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.skip.Exception, match="aarch64"):
        require("amd64")


@pytest.mark.parametrize(
    ("panic", "reason"),
    [
        (
            "Attempted to kill init! exitcode=0x0000000b",
            "user-mode Linux cannot restore the registers of this processor",
        ),
        ("Attempted to kill init! exitcode=0x00000000", ""),
        ("VFS: Unable to mount root fs", ""),
    ],
)
def test_a_kernel_that_kills_every_program_is_a_reason(
    panic: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the SIGSEGV of the first program skips what needs user-mode Linux; another end is the example's to show."""
    program = tmp_path / "linux.uml"
    program.write_text(f"#!/bin/sh\necho 'Kernel panic - not syncing: {panic}'\nexit 134\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert engines._uml_boots.__wrapped__() == reason


def test_machine_files_hold_nothing_that_names_the_machine() -> None:
    files = list((ROOT / "docs" / "data" / "results").glob("*/machine.json"))
    assert files
    for file in files:
        data = json.loads(file.read_text("utf-8"))
        assert data["slug"] == file.parent.name
        assert (
            os.uname().nodename == "localhost"
            or len(os.uname().nodename) < 4
            or os.uname().nodename not in file.read_text("utf-8")
        )


def test_another_processor_is_no_missing_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """On arm64 the VM's side lacks QEMU for x86-64 and the processor: a skip with the reason, in CI too."""
    lacking = [
        engines.Missing("qemu", "no program 'qemu-system-x86_64'", "install it", True),
        engines.Missing("amd64", "the host is aarch64, the example needs x86-64", "none", False),
    ]
    monkeypatch.setattr(engines, "missing", lambda _: lacking)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.skip.Exception, match="the host is aarch64"):
        require("qemu", "amd64")
    monkeypatch.setattr(engines, "missing", lambda _: lacking[:1])
    with pytest.raises(pytest.fail.Exception, match="an engine is missing: qemu"):
        require("qemu", "amd64")


def test_a_lab_that_cannot_be_built_skips_what_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a system without apt; in CI it is an error."""

    def refuses(_: set[str]) -> lab.Lab:
        raise lab.CannotBuildHereError("this is neither Debian nor Ubuntu")

    monkeypatch.setattr(lab, "ensure", refuses)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="neither Debian nor Ubuntu"):
        built("qemu")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(lab.LabError):
        built("qemu")


@pytest.mark.parametrize(("script", "kind"), [("rootfs.sh", lab.LabError), ("packages.sh", lab.CannotBuildHereError)])
def test_a_broken_lab_fails_and_one_that_lacks_its_packages_is_skipped(
    script: str, kind: type[lab.LabError], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A mistake in a script of the lab must not turn its examples into skips, in CI or elsewhere."""
    monkeypatch.setattr(lab, "LAB", tmp_path)
    monkeypatch.setattr(lab, "LAB_SCRIPTS", tmp_path)
    (tmp_path / script).write_text("echo it is broken\nexit 7\n")
    with pytest.raises(lab.LabError, match=f"{script} ended with 7:\nit is broken") as raised:
        lab._script(script, where=tmp_path)
    assert type(raised.value) is kind
    monkeypatch.setattr(lab, "ensure", lambda _: lab._script(script, where=tmp_path))
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception if kind is lab.CannotBuildHereError else lab.LabError):
        built("qemu")


def test_what_the_probe_found_is_kept_until_something_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The probe boots once for a machine and a guest; emulation that failed is tried again, and what was kept says so."""
    where = tmp_path / "build" / "lab"
    where.mkdir(parents=True)
    monkeypatch.setattr(lab, "LAB", where)
    monkeypatch.delenv("LAB_ACCEL", raising=False)
    (where / "kernel-release").write_text("6.1")
    (where / ".initramfs.stamp").write_text("one")
    ends = {"kvm": "no guest came", "tcg": "init is broken"}
    asked: list[str] = []

    def probe(accelerator: str) -> str:
        asked.append(accelerator)
        return ends[accelerator]

    monkeypatch.setattr(lab, "_probe", probe)
    for _ in range(2):
        with pytest.raises(lab.LabError, match="tcg: init is broken"):
            lab._accelerator()
    assert asked == ["kvm", "tcg", "tcg"]
    ends["tcg"] = ""
    answer = ("tcg", "software emulation, since kvm failed the probe: no guest came")
    assert lab._accelerator() == lab._accelerator() == (*answer, True)
    assert asked[3:] == ["tcg"]
    (where / ".initramfs.stamp").write_text("two")
    assert lab._accelerator() == (*answer, False)
    assert asked[4:] == ["kvm", "tcg"]


@pytest.mark.parametrize(
    ("codes", "accelerator", "runs"),
    [((124, 0), "tcg", 2), ((124, 124), "tcg", 2), ((1, 0), "tcg", 1), ((124, 0), "kvm", 1), ((0,), "tcg", 1)],
)
def test_only_a_silent_emulated_guest_is_started_again(
    codes: tuple[int, ...], accelerator: str, runs: int, examples: dict[str, Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script that gave up waiting under emulation runs once more, and says so; the last run's end is what counts."""
    ends = list(codes)

    def run_side(side: Side, _: lab.Lab) -> Output:
        return Output(side.id, {}, "", ends.pop(0), False, 61.0, accelerator)

    monkeypatch.setattr(record, "run_side", run_side)
    side = examples["resources/balloon"].sides["vm"]
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        output = run_patiently(side, lab.Lab(accelerator, "", ""))
    assert (output.code, len(codes) - len(ends)) == (codes[runs - 1], runs)
    assert len(said) == runs - 1
