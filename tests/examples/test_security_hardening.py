"""What the examples of Hardening and of the threat model mean, on fresh output."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from snippets.runner.paths import SNIPPETS
from tests.conftest import Runs

STEPS = ("default", "capabilities", "user", "privileges", "read-only", "limits", "network", "seccomp")
# What each step stops that worked in the step before, in the words of the trials.
STOPPED = {
    "capabilities": {"give a file to another user", "make a device node"},
    "user": {"change a program of the image", "read root's file"},
    "privileges": {"read root's file by a set-user-ID program"},
    "read-only": {"leave a file in /var/tmp", "run a program that it wrote"},
    "limits": {"fill 100 MB of memory", "start 100 processes"},
    "network": {"read the neighbour's page"},
    "seccomp": {"trace a process", "open a socket"},
}


def rows(region: str) -> dict[str, str]:
    """Return the lines `LABEL: VALUE` of a region."""
    found = [line.split(": ", 1) for line in region.splitlines()]
    assert all(len(pair) == 2 for pair in found), region
    return dict(found)


def working(region: str) -> set[str]:
    """Return the labels of the trials that worked; each trial either worked or was stopped."""
    found = {label: value for label, value in rows(region).items() if label not in {"user", "capabilities"}}
    assert set(found.values()) <= {"works", "stopped"}, found
    return {label for label, value in found.items() if value == "works"}


@pytest.mark.claim("S1", "holds")
@pytest.mark.claim("S3", "holds with conditions")
@pytest.mark.example("security/hardening-container")
@pytest.mark.engine
def test_each_step_stops_what_the_one_before_allowed(run_example: Runs) -> None:
    """Seven options of docker run, one by one: each stops exactly what it is for, and ordinary work still succeeds at the end."""
    output = run_example("security/hardening-container", "container")
    works = [working(output[step]) for step in STEPS]
    for step, before, after in zip(STEPS[1:], works[:-1], works[1:], strict=True):
        assert after < before, step
        assert before - after == STOPPED[step], step
    assert works[0] == {"do its work"}.union(*STOPPED.values())
    assert works[-1] == {"do its work"}


@pytest.mark.example("security/hardening-container")
@pytest.mark.engine
def test_docker_leaves_root_and_capabilities_unless_told(run_example: Runs) -> None:
    """By default the container's program is root with fourteen capabilities; --cap-drop takes all, --user makes it another."""
    output = run_example("security/hardening-container", "container")
    first, dropped, user = (rows(output[step]) for step in STEPS[:3])
    assert (first["user"], first["capabilities"]) == ("0", "14")
    assert (dropped["user"], dropped["capabilities"]) == ("0", "0")
    assert (user["user"], user["capabilities"]) == ("1000", "0")


def test_the_profile_allows_what_it_names_and_refuses_the_rest() -> None:
    """The example's own filter refuses by default, and names neither sockets nor tracing, mounting or changing users."""
    profile = json.loads((SNIPPETS / "security/hardening-container/seccomp.json").read_text("utf-8"))
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    allowed = {name for rule in profile["syscalls"] if rule["action"] == "SCMP_ACT_ALLOW" for name in rule["names"]}
    assert {"read", "write", "execve", "exit_group"} <= allowed
    assert not allowed & {
        "socket",
        "connect",
        "ptrace",
        "process_vm_readv",
        "mount",
        "unshare",
        "setuid",
        "bpf",
        "keyctl",
    }


@pytest.mark.claim("S1", "holds")
@pytest.mark.example("security/hardening-devices")
@pytest.mark.engine
def test_a_machine_has_devices_that_nobody_asked_for(run_example: Runs) -> None:
    """QEMU's machines bring a graphics and a network card; -nodefaults leaves them out; pc keeps its floppy controller."""
    output = run_example("security/hardening-devices", "vm")
    found = {name: rows(output[name]) for name in ("pc", "pc-nodefaults", "q35", "q35-nodefaults", "microvm")}
    extra = ("graphics card", "network card", "CD-ROM drive")
    for machine in ("pc", "q35"):
        assert {found[machine][device] for device in extra} == {"yes"}
        assert {found[f"{machine}-nodefaults"][device] for device in extra} == {"no"}
    assert found["pc"]["floppy controller"] == found["pc-nodefaults"]["floppy controller"] == "yes"
    assert found["q35"]["floppy controller"] == "no"
    assert {found[machine]["PCI bus"] for machine in found if machine != "microvm"} == {"yes"}
    assert set(found["microvm"].values()) == {"no"}


@pytest.mark.claim("S1", "holds")
@pytest.mark.example("security/hardening-process")
@pytest.mark.engine
def test_qemu_has_no_filter_unless_asked(run_example: Runs) -> None:
    """Without -sandbox no thread of QEMU is under a filter, as root or not; with it, every thread is."""
    output = run_example("security/hardening-process", "vm")
    found = [rows(output[step]) for step in ("root", "user", "sandbox")]
    assert [one["threads under a filter"] for one in found] == ["none", "none", "all"]
    assert [one["no new privileges"] for one in found] == ["0", "0", "1"]


@pytest.mark.claim("S4", "holds")
@pytest.mark.example("security/hardening-process")
@pytest.mark.engine
def test_an_unprivileged_qemu_under_a_filter_can_do_less(run_example: Runs) -> None:
    """As root the process opens root's file and starts a program; as nobody only the second; under the filter neither."""
    output = run_example("security/hardening-process", "vm")
    root, user, sandbox = (rows(output[step]) for step in ("root", "user", "sandbox"))
    assert (root["user"], user["user"], sandbox["user"]) == ("0", "65534", "65534")
    trials = ("open root's file", "start a program on the host")
    assert [root[trial] for trial in trials] == ["works", "works"]
    assert [user[trial] for trial in trials] == ["stopped", "works"]
    assert [sandbox[trial] for trial in trials] == ["stopped", "stopped"]
    assert "the filter" not in root and "the filter" not in user
    assert sandbox["the filter"] in {"ended the process", "refused the call"}  # by QEMU's version


@pytest.mark.example("security/cpu-flaws")
@pytest.mark.engine
def test_a_container_reads_the_hosts_word_on_the_processor_and_a_guest_its_own(run_example: Runs) -> None:
    """The file on L1TF in a container is the host's; a guest shown an old Intel processor says that it is affected."""
    host = Path("/sys/devices/system/cpu/vulnerabilities/l1tf").read_text().strip()
    assert run_example("security/cpu-flaws", "host")["show"].strip() == host
    assert run_example("security/cpu-flaws", "container")["show"].strip() == host
    guest = run_example("security/cpu-flaws", "vm")["show"].strip()
    assert re.fullmatch(r"the guest says: (Mitigation: PTE Inversion.*|Vulnerable)", guest)
