"""What the examples of crossing mean: each option that opens the boundary reaches a marker that the example placed."""

from __future__ import annotations

import re

import pytest

from tests.conftest import Runs

pytestmark = pytest.mark.engine

REFUSED = "Read-only file system"


@pytest.mark.example("security/control-socket")
def test_the_docker_socket_is_root_on_the_host(run_example: Runs) -> None:
    """A container that was given the socket alone, read-only, reads a file of the host and writes one as user 0."""
    output = run_example("security/control-socket", "container")
    assert output["socket"] == "a file of the host\n"
    assert output["answer"].splitlines() == ["from a container", "written by user 0 of the host"]


@pytest.mark.example("security/control-socket")
def test_qemus_monitor_runs_programs_on_the_host(run_example: Runs) -> None:
    """A guest that can reach QEMU's monitor has a program run on the host, which copies a file there."""
    output = run_example("security/control-socket", "vm")
    assert "the guest speaks to the monitor" in output["monitor"]
    assert "a file of the host" not in output["monitor"]  # it was copied on the host, and not sent to the guest
    assert output["answer"] == "a file of the host\n"


@pytest.mark.example("security/host-directory")
def test_a_bind_mount_shares_what_it_names_and_no_more(run_example: Runs) -> None:
    """The shared file is read and changed, a link out of it fails, and a set-user-ID program of user 0 stays behind."""
    output = run_example("security/host-directory", "container")
    assert output["shared"].splitlines() == [
        "a file of the host",
        "cat: can't open 'link': No such file or directory",
    ]
    assert output["after"].splitlines() == ["changed", "-rwsr-xr-x user 0"]
    assert output["read-only"].splitlines() == ["changed", f"sh: can't create /shared/marker: {REFUSED}"]


@pytest.mark.example("security/host-directory")
def test_a_shared_directory_of_a_vm_shares_as_much(run_example: Runs) -> None:
    """Over virtiofs the same: read, changed, no way out by a link, a set-user-ID program; and the disk is overwritten."""
    output = run_example("security/host-directory", "vm")
    assert output["guest"].splitlines() == [
        "a file of the host",
        "cat: can't open 'link': No such file or directory",
        "a disk of the host",
    ]
    assert output["after"].splitlines() == ["changed", "-rwsr-xr-x user 0", "overwritten"]


@pytest.mark.example("security/host-processes")
def test_the_hosts_processes_are_seen_and_signalled(run_example: Runs) -> None:
    """Without --pid=host the process is absent; with it, it is seen but not read; with SYS_PTRACE it is read and killed."""
    output = run_example("security/host-processes", "container")
    assert re.fullmatch(r"ls: /proc/\d+: No such file or directory\n", output["own"])
    command, environment = output["host-pid"].splitlines()
    assert command.split() == ["sleep", "600"]
    assert re.fullmatch(r"cat: can't open '/proc/\d+/environ': Permission denied", environment)
    assert output["ptrace"].splitlines() == ["MARKER=of the host", "the host's process ended with 143"]


@pytest.mark.example("security/host-network")
def test_the_hosts_loopback_is_reached_with_network_host(run_example: Runs) -> None:
    """127.0.0.1 is the container's own without the option and the host's with it."""
    output = run_example("security/host-network", "container")
    assert "Connection refused" in output["own"]
    assert output["host-network"] == "for this machine only\n"


@pytest.mark.example("security/host-network")
def test_user_networking_reaches_the_hosts_loopback(run_example: Runs) -> None:
    """A guest reaches a server of the host's 127.0.0.1 through QEMU, and not with restrict=on."""
    restricted, _, open_ = run_example("security/host-network", "vm")["guest"].partition("as it is:\n")
    assert restricted.startswith("restricted:\n")
    assert "for this machine only" not in restricted
    assert open_ == "for this machine only\n"


@pytest.mark.example("security/added-capability")
def test_sys_admin_undoes_what_protects_the_host(run_example: Runs) -> None:
    """Without SYS_ADMIN a setting of the host's kernel is read-only; with it, a program runs as the host's root."""
    output = run_example("security/added-capability", "vm")
    assert output["configure"] == "CAP_SYS_ADMIN\n"
    plain, _, admin = output["run"].partition("/admin.json:\n")
    assert f"/proc/sysrq-trigger: {REFUSED}" in plain
    assert f"/proc/sys/kernel/core_pattern: {REFUSED}" in plain
    assert "a file of the host" not in plain
    assert "a file of the host" in admin.splitlines()
    assert "the guest's setting: |/bin/cp /marker /box/rootfs/answer" in admin.splitlines()
