"""What the examples of High security mean: which of the same probes each of four surroundings stops, on fresh output."""

from __future__ import annotations

import re

import pytest

from macros.render.recordings import rows
from snippets.runner.paths import SNIPPETS
from tests.conftest import Runs

pytestmark = pytest.mark.engine

KERNEL = "kernel it talks to"
# What reaches beyond the program's own surroundings, and what it does to the kernel that it runs on.
HOSTS = {"read a file of the host", "see a process of the host"}
TENANT = "reach another tenant's port"
KERNELS = {
    "mount a filesystem",
    "load a kernel module",
    "change a kernel setting",
    "open the machine's memory",
    "make a user namespace",
}
OWN = {"be root", "change its own system", "open a raw socket", "start fifty processes"}
ALL = HOSTS | {TENANT} | KERNELS | OWN


def told(run_example: Runs, side: str, region: str) -> tuple[str, set[str]]:
    """Return which kernel the probes found, and the labels of those that were done."""
    found = dict(rows(run_example("use-cases/untrusted", side)[region]))
    kernel = found.pop(KERNEL)
    assert set(found) == ALL
    assert set(found.values()) <= {"done", "stopped"}
    return kernel, {label for label, became in found.items() if became == "done"}


@pytest.mark.example("use-cases/untrusted")
def test_the_same_probes_are_asked_everywhere(run_example: Runs) -> None:
    """All four runs print the labels that the one file of probes holds, and this file says of each what it reaches."""
    text = (SNIPPETS / "use-cases/untrusted/probes").read_text()
    assert set(re.findall(r'^try "(.+?)"', text, re.MULTILINE)) == ALL
    for side, region in (("container", "default"), ("container", "hardened"), ("vm", "vm"), ("vm", "nested")):
        told(run_example, side, region)


@pytest.mark.claim("U6", "holds")
@pytest.mark.example("use-cases/untrusted")
def test_a_default_container_protects_the_host_and_not_the_neighbours(run_example: Runs) -> None:
    """Files, processes and the kernel's controls of the host are out of reach; root, raw sockets, many processes and a neighbour's port are not."""
    kernel, done = told(run_example, "container", "default")
    assert kernel == "the host's"
    assert done == OWN | {TENANT}


@pytest.mark.claim("U6", "holds")
@pytest.mark.example("use-cases/untrusted")
def test_a_hardened_container_stops_every_probe_and_keeps_the_kernel(run_example: Runs) -> None:
    """With its network, root, capabilities, writable files and process count taken away, only the kernel is left in common."""
    assert told(run_example, "container", "hardened") == ("the host's", set())


@pytest.mark.claim("U6", "holds")
@pytest.mark.example("use-cases/untrusted")
def test_a_vm_lets_its_root_do_everything_to_its_own_kernel(run_example: Runs) -> None:
    """In the VM the probes find another kernel, do to it what they like, and reach nothing of the host or of its tenants."""
    kernel, done = told(run_example, "vm", "vm")
    assert kernel == "another"
    assert done == OWN | KERNELS


@pytest.mark.claim("S5", "holds")
@pytest.mark.claim("U6", "holds")
@pytest.mark.example("use-cases/untrusted")
def test_a_container_in_a_vm_stops_every_probe_on_another_kernel(run_example: Runs) -> None:
    """Both boundaries hold at once: no probe is done, and the kernel that answers is not the host's."""
    assert told(run_example, "vm", "nested") == ("another", set())
