"""What the examples of Legacy systems and Other systems mean, on fresh output: whose kernel, whose programs, whose processor."""

from __future__ import annotations

import platform
import re
from pathlib import Path

import pytest

from macros.render.recordings import rows
from snippets.runner.paths import LAB
from tests.conftest import Runs

pytestmark = pytest.mark.engine

KERNEL, MODULE, CHANGED, KEPT = (
    "release of its kernel",
    "a kernel module",
    "a kernel setting",
    "that setting on the host",
)


def release(text: str) -> list[int]:
    """Return the numbers at the head of a kernel's release, by which releases are ordered: 6.1.0-56-cloud is [6, 1, 0]."""
    found = re.match(r"\d+(\.\d+)+", text)
    assert found, text
    return [int(number) for number in found[0].split(".")]


@pytest.mark.claim("U4", "holds")
@pytest.mark.example("use-cases/kernel-of-choice")
def test_a_guests_kernel_is_chosen_apart_from_the_hosts(run_example: Runs) -> None:
    """The guest runs the kernel of the file on its command line; whether that is older or newer than the host's is as their releases say."""
    output = run_example("use-cases/kernel-of-choice", "vm")
    told = dict(rows(output["show"]))
    assert told[KERNEL] == (LAB / "kernel-release").read_text().strip()
    guest, host = release(told[KERNEL]), release(platform.release())
    order = dict(rows(output["compare"]))["the guest's kernel against the host's"]
    assert (order == "equal") == (told[KERNEL] == platform.release())
    if guest != host:
        assert order == ("older" if guest < host else "newer")


@pytest.mark.claim("U4", "holds")
@pytest.mark.example("use-cases/kernel-of-choice")
def test_a_guest_changes_its_kernel_and_not_the_hosts(run_example: Runs) -> None:
    """Root in the guest loads a module and lets programs map page 0; the host's value of that setting stays."""
    told = dict(rows(run_example("use-cases/kernel-of-choice", "vm")["show"]))
    assert told[MODULE] == "loaded"
    assert told[CHANGED] == "changed, to 0"
    assert told[KEPT] == "as before"


@pytest.mark.claim("U4", "holds")
@pytest.mark.example("use-cases/kernel-of-choice")
def test_a_container_gets_the_hosts_kernel_as_it_is(run_example: Runs) -> None:
    """In a container the release is the host's, and neither a module nor a setting of the whole kernel can be changed."""
    told = dict(rows(run_example("use-cases/kernel-of-choice", "container")["show"]))
    refused = {MODULE: "Operation not permitted", CHANGED: "Read-only file system"}
    assert told == {KERNEL: platform.release()} | refused


@pytest.mark.claim("U4", "holds")
@pytest.mark.example("use-cases/old-userland")
def test_old_programs_run_on_the_hosts_kernel(run_example: Runs) -> None:
    """Shell, C library and OpenSSL are those of Debian 11, which the image holds; the kernel is the host's."""
    told = dict(rows(run_example("use-cases/old-userland", "container")["show"]))
    assert re.fullmatch(r"11\.\d+", told["release of Debian"])
    assert told["C library"] == "glibc 2.31"
    assert told["OpenSSL"].startswith("OpenSSL 1.1.1")
    assert told["release of the kernel"] == platform.release()


@pytest.mark.claim("U4", "holds")
@pytest.mark.example("use-cases/old-call")
def test_an_old_call_works_where_the_hosts_kernel_offers_it(run_example: Runs) -> None:
    """In a container, a program that calls the page vsyscall runs on a host whose kernel has that page, and says so."""
    output = run_example("use-cases/old-call", "container")
    assert output["run"].splitlines() == ["vsyscall", "it runs"]
    assert "[vsyscall]" in Path("/proc/self/maps").read_text()


@pytest.mark.claim("U4", "holds")
@pytest.mark.example("use-cases/old-call")
def test_a_guests_command_line_decides_whether_an_old_call_works(run_example: Runs) -> None:
    """The same program is killed by a signal under vsyscall=none and runs under vsyscall=xonly: the guest's own choice."""
    none, xonly = run_example("use-cases/old-call", "vm")["boot"].split("vsyscall=xonly:")
    assert "ended with 139" in none  # 128 plus 11, the number of SIGSEGV
    assert "it runs" not in none
    assert xonly.split() == ["it", "runs"]


@pytest.mark.claim("U5", "holds")
@pytest.mark.example("use-cases/foreign-program")
def test_an_emulated_program_runs_on_the_hosts_kernel(run_example: Runs) -> None:
    """Under the emulator an arm64 program in a container finds an arm64 machine and the host's kernel; the host is another machine."""
    output = run_example("use-cases/foreign-program", "container")
    assert output["run"].split() == [platform.release(), "aarch64"]
    assert platform.machine() == "x86_64"


@pytest.mark.claim("U5", "holds")
@pytest.mark.example("use-cases/foreign-program")
def test_an_explicit_emulator_covers_one_program_and_registers_nothing(run_example: Runs) -> None:
    """The arm64 program that the emulated one starts is refused by the host's kernel, which knows no handler for it."""
    assert run_example("use-cases/foreign-program", "container")["child"] == "Exec format error\n"
    assert not Path("/proc/sys/fs/binfmt_misc/qemu-aarch64").exists()


@pytest.mark.example("use-cases/foreign-program")
def test_emulation_gives_the_same_answer_later(run_example: Runs) -> None:
    """Both programs compute the same digest, and the emulated one needs more time."""
    output = run_example("use-cases/foreign-program", "container")
    digests = re.findall(r"^[0-9a-f]{32}", output["cost"], re.MULTILINE)
    assert len(digests) == 2 and len(set(digests)) == 1
    found = {name: float(value) for name, value in output.samples}
    assert set(found) == {"native", "emulated"}
    assert 0 < found["native"] < found["emulated"]


@pytest.mark.claim("U5", "holds")
@pytest.mark.example("use-cases/uefi-shell")
def test_firmware_runs_a_script_without_a_kernel(run_example: Runs) -> None:
    """A VM without kernel and system runs the firmware's shell, which carries out the script on the disk and switches off."""
    shown = run_example("use-cases/uefi-shell", "vm")["boot"]
    assert "no kernel, no operating system: this line comes from the firmware" in shown
    assert re.search(r"UEFI Interactive Shell v\d", shown)
