"""What the examples of the boundaries mean, on fresh output: container, rootless and system container, gVisor and VM."""

from __future__ import annotations

import platform

import pytest

from snippets.runner.execute import Output
from snippets.runner.paths import LAB
from tests.conftest import Runs
from tests.examples.test_architecture_containers import boot_id

pytestmark = pytest.mark.engine
SHARED = ("container", "rootless", "system")  # the sides that call the host's kernel
OWN = ("gvisor", "vm")


def told(output: Output, region: str = "show") -> dict[str, str]:
    """Return the lines LABEL: VALUE of a region."""
    return dict(line.split(": ", 1) for line in output[region].splitlines())


@pytest.mark.example("between/kernel")
@pytest.mark.parametrize("side", ["host", *SHARED])
def test_where_the_kernel_is_shared_it_is_the_hosts_that_answers(side: str, run_example: Runs) -> None:
    """Its release, and how long it has been running; the boot id too, but for LXC, which covers that file."""
    seen = told(run_example("between/kernel", side))
    assert seen["release"] == platform.release()
    assert seen["running"] == "as long as the host"
    assert (seen["boot id"] == boot_id()) == (side != "system")
    assert seen["its log"] == ("of a Linux kernel" if side in {"host", "system"} else "refused")


@pytest.mark.example("between/kernel")
@pytest.mark.parametrize("side", OWN)
def test_gvisor_and_a_vm_have_a_kernel_of_their_own(side: str, run_example: Runs) -> None:
    """It started after the host's, and it is not of the host's release; root may read its log."""
    seen = told(run_example("between/kernel", side))
    kernel = {"gvisor": "4.4.0", "vm": (LAB / "kernel-release").read_text()}[side]
    assert seen["release"] == kernel
    assert seen["running"] == "for less time than the host"
    assert seen["boot id"] != boot_id()
    assert seen["its log"] == {"gvisor": "of gVisor", "vm": "of a Linux kernel"}[side]


@pytest.mark.example("between/seen-from-the-host")
def test_a_program_on_a_shared_kernel_is_a_process_of_the_host(run_example: Runs) -> None:
    """Root's, as it is inside; an ordinary user's where the engine is one."""
    seen = {
        "container": told(run_example("between/seen-from-the-host", "container")),
        "rootless": told(run_example("between/seen-from-the-host", "rootless")),
        "system": told(run_example("between/seen-from-the-host", "system"), "look"),
    }
    root = "a process of the host, of root"
    assert {side: lines["the program"] for side, lines in seen.items()} == {
        "container": root,
        "rootless": "a process of the host, of an ordinary user",
        "system": root,
    }
    assert {side: lines["beside it"] for side, lines in seen.items()} == {
        "container": "containerd-shim",
        "rootless": "conmon",
        "system": "init, lxc monitor",
    }


@pytest.mark.example("between/seen-from-the-host")
@pytest.mark.parametrize(
    ("side", "beside"), [("gvisor", "runsc, runsc-gofer, runsc-sandbox"), ("vm", "qemu-system-x86")]
)
def test_a_program_on_another_kernel_is_no_process_of_the_host(side: str, beside: str, run_example: Runs) -> None:
    seen = told(run_example("between/seen-from-the-host", side), "look")
    assert seen == {"the program": "no process of the host", "beside it": beside}


ALWAYS = {"be root", "change its own system", "start fifty processes"}
DONE = {
    "container": ALWAYS,
    "rootless": ALWAYS | {"make a user namespace"},
    "system": ALWAYS | {"read the kernel's log", "mount a filesystem", "make a user namespace"},
    "gvisor": ALWAYS | {"read the kernel's log", "make a user namespace"},
}
OUTSIDE = {"read a file of the host", "see a process of the host"}


@pytest.mark.example("between/untrusted")
@pytest.mark.parametrize("side", DONE)
def test_what_untrusted_code_gets_done(side: str, run_example: Runs) -> None:
    probes = told(run_example("between/untrusted", side))
    assert len(probes) == 10 and set(probes.values()) <= {"done", "stopped"}
    assert {probe for probe, outcome in probes.items() if outcome == "done"} == DONE[side]


@pytest.mark.example("between/untrusted")
def test_in_a_vm_only_what_lies_outside_is_stopped(run_example: Runs) -> None:
    probes = told(run_example("between/untrusted", "vm"))
    assert {probe for probe, outcome in probes.items() if outcome == "stopped"} == OUTSIDE
    for side in DONE:
        assert {p for p, outcome in told(run_example("between/untrusted", side)).items() if outcome != "done"} > OUTSIDE


LIMITED = {
    "container": ("refused", "refused"),
    "rootless": ("refused", "as wanted"),
    "system": ("refused", "refused"),
    "gvisor": ("refused", "as wanted"),
    "vm": ("as wanted", "refused"),
}


@pytest.mark.example("between/limits")
@pytest.mark.parametrize("side", LIMITED)
def test_what_each_side_limits(side: str, run_example: Runs) -> None:
    seen = told(run_example("between/limits", side))
    assert (seen["processes"], seen["memory"]) == LIMITED[side]
