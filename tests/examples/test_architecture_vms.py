"""What the VM examples of the section Architecture mean, beyond what they print."""

from __future__ import annotations

import platform
import re
from pathlib import Path

import pytest

from snippets.runner.paths import LAB
from tests.conftest import Runs

pytestmark = pytest.mark.engine

INTEL, RED_HAT = "8086", "1AF4"  # who makes q35's chipset, and virtio devices, as PCI vendor ids


def lines(text: str) -> list[str]:
    """Return the lines of a region's output, without those that are blank."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def memory(text: str) -> int:
    """Return the kB after MemTotal."""
    found = re.search(r"^MemTotal: +(\d+) kB$", text, re.MULTILINE)
    assert found, text
    return int(found[1])


@pytest.mark.example("architecture/vm-in-container")
def test_a_vm_runs_in_a_plain_container(run_example: Runs) -> None:
    """The container has the host's kernel, and the VM that it starts the lab's."""
    container, vm = lines(run_example("architecture/vm-in-container", "container")["show"])
    assert container == f"the container, on the kernel {platform.release()}"
    assert vm == f"the VM, on the kernel {(LAB / 'kernel-release').read_text().strip()}"


@pytest.mark.example("architecture/hardware")
def test_a_container_sees_the_hardware_of_the_host(run_example: Runs) -> None:
    """CPUs, memory and PCI devices listed in the container are the host's, as the kernel files of this process show them."""
    seen = run_example("architecture/hardware", "container")["show"]
    cpus = re.findall(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    assert re.findall(r"^model name\s*: (.+)$", seen, re.MULTILINE) == cpus[:1]
    assert re.findall(r"^\d+$", seen, re.MULTILINE) == [str(len(cpus))]
    assert memory(seen) == memory(Path("/proc/meminfo").read_text())
    assert f"\n{len(list(Path('/sys/bus/pci/devices').iterdir()))} PCI devices\n" in seen


@pytest.mark.claim("A6", "holds")
@pytest.mark.example("architecture/hardware")
def test_a_vm_has_the_hardware_that_its_command_line_declares(run_example: Runs) -> None:
    """The guest finds three CPUs of a made-up name, at most 128 MiB, QEMU as maker, and q35's and two virtio PCI devices: none of it is the host's."""
    seen = run_example("architecture/hardware", "vm")["show"]
    assert re.findall(r"^model name\s*: (.+)$", seen, re.MULTILINE) == ["A CPU by any name"] * 3
    assert "A CPU by any name" not in Path("/proc/cpuinfo").read_text()
    assert 64 * 1024 < memory(seen) <= 128 * 1024 < memory(Path("/proc/meminfo").read_text())
    assert lines(seen)[0] == "QEMU"
    devices = re.findall(r"^PCI_ID=(\w{4}):(\w{4})$", seen, re.MULTILINE)
    assert {vendor for vendor, _ in devices} == {INTEL, RED_HAT}
    assert (INTEL, "29C0") in devices  # q35's host bridge
    assert sorted(device for vendor, device in devices if vendor == RED_HAT) == [
        "1002",
        "1005",
    ]  # balloon, random numbers


@pytest.mark.claim("A6", "holds")
@pytest.mark.example("architecture/device-model", "architecture/hardware")
def test_the_devices_of_a_guest_are_objects_of_the_host_process(run_example: Runs) -> None:
    """QEMU's monitor lists, before the guest's first instruction, the very PCI devices that a guest of the same command line finds, in the same order."""
    listed = re.findall(
        r"^PCI device (\w{4}:\w{4})$", run_example("architecture/device-model", "vm")["show"], re.MULTILINE
    )
    found = re.findall(r"^PCI_ID=(\w{4}:\w{4})$", run_example("architecture/hardware", "vm")["show"], re.MULTILINE)
    assert len(listed) >= 5
    assert listed == [device.lower() for device in found]


@pytest.mark.example("architecture/virtio")
def test_virtio_devices_have_drivers_in_the_guest(run_example: Runs) -> None:
    """Disk, network card and random number generator are each bound to the virtio driver of their kind."""
    drivers = re.findall(
        r"^/sys/bus/virtio/drivers/(\w+)/virtio\d+$", run_example("architecture/virtio", "vm")["guest"], re.MULTILINE
    )
    assert sorted(drivers) == ["virtio_blk", "virtio_net", "virtio_rng"]


@pytest.mark.claim("A6", "holds")
@pytest.mark.example("architecture/virtio")
def test_a_virtual_disk_is_a_file_of_the_host(run_example: Runs) -> None:
    """The line that the guest wrote to its disk is the first line of the host's file after the VM has ended."""
    assert run_example("architecture/virtio", "vm")["host"] == "written by the guest\n"


@pytest.mark.claim("A7", "holds")
@pytest.mark.claim("M14", "false")
@pytest.mark.example("architecture/vm-is-a-process")
def test_a_vm_is_a_host_process(run_example: Runs) -> None:
    """The process that the shell started, and whose console has shown the guest alive, is QEMU; that no hypervisor is behind it, or one is, this does not show."""
    assert lines(run_example("architecture/vm-is-a-process", "vm")["process"]) == ["qemu-system-x86"]


@pytest.mark.claim("A6", "holds")
@pytest.mark.claim("M14", "false")
@pytest.mark.example("architecture/vm-is-a-process")
def test_each_cpu_of_a_vm_is_a_host_thread(run_example: Runs) -> None:
    """The process has one CPU thread for each of the two that -smp asks for, named after the accelerator in use."""
    output = run_example("architecture/vm-is-a-process", "vm")
    kind = output.accelerator.upper()
    assert lines(output["threads"]) == [f"CPU 0/{kind}", f"CPU 1/{kind}"]


@pytest.mark.claim("A8", "false")
@pytest.mark.example("architecture/vm-is-a-process")
def test_a_guest_does_not_see_the_process_it_runs_in(run_example: Runs) -> None:
    """While the host counts a QEMU process, the guest's own process list holds none: it is not the host's (a container's would hold none, either)."""
    output = run_example("architecture/vm-is-a-process", "vm")
    assert "qemu" in output["process"]
    assert output["inside"] == "processes called qemu: 0\n"


@pytest.mark.claim("A8", "false")
@pytest.mark.claim("M11", "false")
@pytest.mark.example("architecture/vm-is-a-process")
def test_killing_the_process_ends_the_vm(run_example: Runs) -> None:
    """QEMU ends by SIGKILL (128 + 9); the script fails if the guest, which wrote each second, then writes on."""
    output = run_example("architecture/vm-is-a-process", "vm")
    assert output["kill"] == "the VM ended with 137\n"


@pytest.mark.claim("A6", "holds")
@pytest.mark.example("architecture/guest-memory")
def test_guest_memory_is_mapped_by_the_host_process(run_example: Runs) -> None:
    """QEMU has the file that is the guest's memory mapped, whole: 128 MiB."""
    assert lines(run_example("architecture/guest-memory", "vm")["mapped"]) == [f"Size:             {128 * 1024} kB"]


@pytest.mark.claim("A8", "false")
@pytest.mark.claim("M11", "false")
@pytest.mark.example("architecture/guest-memory")
def test_guest_memory_is_readable_from_the_host(run_example: Runs) -> None:
    """The host finds a word that only the guest's shell put together; the script fails if QEMU's command line or the console has it."""
    assert run_example("architecture/guest-memory", "vm")["read"] == "the-guest-s-password\n"


@pytest.mark.claim("A5", "holds")
@pytest.mark.claim("C2", "holds with conditions")
@pytest.mark.claim("U5", "holds")
@pytest.mark.example("architecture/no-os")
def test_a_vm_runs_a_program_without_an_operating_system(run_example: Runs) -> None:
    """memtest86+, given to QEMU in place of a kernel, prints its banner on the serial console."""
    assert re.fullmatch(r"Memtest86\+ v\d+\.\d+\n", run_example("architecture/no-os", "vm")["console"])


@pytest.mark.claim("A5", "holds")
@pytest.mark.claim("U5", "holds")
@pytest.mark.example("architecture/no-os")
def test_a_container_cannot_run_a_program_without_an_operating_system(run_example: Runs) -> None:
    """The same file is refused by the host's kernel, ENOEXEC in the words of the runtime; docker run fails."""
    assert run_example("architecture/no-os", "container")["show"] == "exec format error\n"


@pytest.mark.claim("A7", "holds")
@pytest.mark.claim("C2", "holds with conditions")
@pytest.mark.claim("M18", "holds with conditions")
@pytest.mark.claim("U5", "holds")
@pytest.mark.example("architecture/arm64-guest")
def test_a_guest_can_be_of_another_architecture(run_example: Runs) -> None:
    """On an x86-64 host the guest's kernel calls its machine aarch64, and its release is that of the lab's arm64 kernel."""
    output = run_example("architecture/arm64-guest", "vm")
    assert output["host"] == "x86_64\n"
    assert lines(output["guest"]) == ["aarch64", (LAB / "arm64" / "kernel-release").read_text().strip()]


@pytest.mark.claim("A5", "holds")
@pytest.mark.example("architecture/full-os")
def test_a_vm_runs_a_complete_operating_system(run_example: Runs) -> None:
    """The Debian guest reaches systemd's state 'running' with systemd as process 1, its journal and its device manager as services."""
    seen = lines(run_example("architecture/full-os", "vm")["show"])
    assert seen[0] == "running"
    assert seen[2] == "systemd"
    assert {"dbus", "systemd-journald", "systemd-logind", "systemd-udevd"} <= set(seen[3:])


@pytest.mark.claim("A4", "holds with conditions")
@pytest.mark.claim("R1", "holds")
@pytest.mark.claim("M16", "false")
@pytest.mark.example("architecture/full-os")
def test_a_container_of_the_same_system_runs_one_process(run_example: Runs) -> None:
    """In the container from the same Debian the command is process 1 and the only one; the release's name is the VM's."""
    seen = lines(run_example("architecture/full-os", "container")["show"])
    assert seen == [lines(run_example("architecture/full-os", "vm")["show"])[1], "==> /proc/1/comm <==", "head"]
    assert seen[0].startswith('PRETTY_NAME="Debian GNU/Linux ')


@pytest.mark.claim("A5", "holds")
@pytest.mark.claim("R5", "holds")
@pytest.mark.example("architecture/same-kernel")
def test_a_full_operating_system_in_a_vm_is_a_choice(run_example: Runs) -> None:
    """The lab's VM of one busybox has a kernel of its own release, too, and no systemd: the kernel comes with the VM, the rest is chosen."""
    kernel = run_example("architecture/same-kernel", "vm")["show"].split()[0]
    assert kernel == (LAB / "kernel-release").read_text().strip()
    assert not [path for path in (LAB / "rootfs").rglob("*") if "systemd" in path.name]


@pytest.mark.example("architecture/own-kernel")
def test_a_guest_has_a_kernel_command_line_of_its_own(run_example: Runs) -> None:
    """The guest's kernel was started with what -append says, a container's with what the host's was."""
    output = run_example("architecture/own-kernel", "vm")
    words = "console=ttyS0 no_timer_check panic=-1 loglevel=1"
    assert lines(output["show"])[0] == words
    assert not Path("/proc/cmdline").read_text().startswith(f"{words}\n")
    assert run_example("architecture/own-kernel", "container")["cmdline"] == "the host's\n"


@pytest.mark.claim("A3", "holds")
@pytest.mark.claim("C2", "holds with conditions")
@pytest.mark.claim("M10", "holds with conditions")
@pytest.mark.claim("M13", "holds with conditions")
@pytest.mark.example("architecture/own-kernel")
def test_a_guest_loads_modules_into_its_own_kernel(run_example: Runs) -> None:
    """insmod succeeds in the VM; the same file is refused in a container."""
    assert lines(run_example("architecture/own-kernel", "vm")["show"])[1:] == ["loaded"]
    assert run_example("architecture/own-kernel", "container")["module"].endswith("Operation not permitted\n")
