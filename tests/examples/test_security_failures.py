"""What the examples of failures mean: what a kernel panic and a program that takes everything reach, and what not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import Runs

pytestmark = pytest.mark.engine

TICK = 0.1  # seconds between two numbers of a neighbour, at least


@pytest.mark.claim("S4", "holds")
@pytest.mark.example("security/kernel-panic")
def test_a_panic_of_one_guest_stops_no_neighbour(run_example: Runs) -> None:
    """One VM's kernel panics and its process ends; a second VM and a container count on without a missing number."""
    output = run_example("security/kernel-panic", "vm")
    assert "the crashed VM's process has ended" in output["panic"]
    assert "Kernel panic - not syncing: sysrq triggered crash" in output["panic"]
    told = dict(line.split(": ", 1) for line in output["after"].splitlines() if "ticks" in line)
    assert told == dict.fromkeys(("vm", "container"), "0 ticks missing, the next ones came")
    samples = {name: float(value) for name, value in output.samples}
    assert set(samples) == {f"{name}-{when}" for name in ("vm", "container") for when in ("before", "after")}
    # A restart would take seconds. What is longer than a tick is this machine's own business.
    assert all(TICK <= seconds < 1.5 for seconds in samples.values()), samples


@pytest.mark.example("security/panic-trigger")
def test_a_container_cannot_even_open_the_hosts_trigger(run_example: Runs) -> None:
    """Opening the host's trigger for writing fails; where the host's kernel has none, because it is not there."""
    output = run_example("security/panic-trigger", "container")["show"]
    why = re.fullmatch(r"sh: can't create /proc/sysrq-trigger: (.+)\n", output)
    assert why is not None, output
    there = Path("/proc/sysrq-trigger").exists()
    assert why[1] in ({"Read-only file system", "Permission denied"} if there else {"nonexistent directory"})


@pytest.mark.claim("S3", "holds with conditions")
@pytest.mark.example("security/exhaustion")
def test_at_its_limits_a_container_harms_itself_only(run_example: Runs) -> None:
    """Under limits each of four wishes is refused; a neighbour with the same four, asked right afterwards, gets them."""
    output = run_example("security/exhaustion", "container")
    assert output["greedy"].splitlines() == [
        "memory: ended with 137",  # killed: 128 + signal 9
        "No space left on device",
        "tail: can't open '/etc/passwd': Too many open files",
        "sh: /wishes/greedy: line 0: can't fork: Resource temporarily unavailable",
    ]
    wishes = ["disk: as wanted", "files: as wanted", "processes: as wanted"]
    assert output["neighbour"].splitlines() == ["memory: ended with 0", *wishes]


@pytest.mark.claim("S3", "holds with conditions")
@pytest.mark.example("security/exhaustion")
def test_containers_share_the_disk_that_nobody_limited(run_example: Runs) -> None:
    """The root directories of two containers lie on one filesystem of the host, whose size both show."""
    one, two = run_example("security/exhaustion", "container")["one-disk"].splitlines()
    assert one == two


@pytest.mark.claim("S3", "holds with conditions")
@pytest.mark.example("security/exhaustion")
def test_without_limits_the_neighbour_pays(run_example: Runs) -> None:
    """On one kernel without limits, the neighbour is refused disk, files and processes, and killed for memory it had."""
    lines = run_example("security/exhaustion", "vm")["console"].splitlines()
    parts = {name: lines[lines.index(f"{name}:") + 1 :] for name in ("disk", "files", "memory", "processes")}
    assert "No space left on device" in parts["disk"][0]
    assert "Too many open files in system" in parts["files"][0]
    assert parts["memory"][:2] == ["the neighbour ended with 137", "of the others, 9 go on"]
    assert parts["processes"][0] == "sh: can't fork: Resource temporarily unavailable"


@pytest.mark.claim("S4", "holds")
@pytest.mark.example("security/exhaustion")
def test_exhaustion_ends_at_the_guests_border(run_example: Runs) -> None:
    """While the guest ran out of everything, the host could write files and start processes as often as it tried."""
    told = run_example("security/exhaustion", "vm")["host"]
    tried = re.fullmatch(r"on the host, 0 of (\d+) attempts failed\n", told)
    assert tried is not None and int(tried[1]) >= 10
