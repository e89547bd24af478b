"""What Isolation and security shows of system calls, of the host's state and of root's privileges, on fresh output."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

from macros.model import system_calls as calls
from macros.model.files import Files
from macros.model.results import split_point
from macros.render.recordings import rows
from snippets.runner.execute import Output
from snippets.runner.paths import LAB, LAB_SCRIPTS, ROOT
from tests.conftest import Runs

pytestmark = pytest.mark.engine

TABLE = calls.names(Files(ROOT))
# Calls by which the whole machine is changed: its clock, kernel, disks, names, power.
WHOLE_MACHINE = {
    *("reboot", "kexec_load", "init_module", "finit_module", "delete_module", "swapon", "swapoff", "mount", "umount2"),
    *("pivot_root", "sethostname", "setdomainname", "settimeofday", "clock_settime", "acct", "iopl", "ioperm"),
    *("open_by_handle_at", "bpf", "perf_event_open", "syslog", "setns", "unshare"),
}
KEPT = {
    *("chown", "dac_override", "fsetid", "fowner", "mknod", "net_raw", "setgid", "setuid", "setfcap", "setpcap"),
    *("net_bind_service", "sys_chroot", "kill", "audit_write"),
}


def answers(output: Output, metric: str) -> dict[int, int]:
    """Return what came of each call, by its number."""
    pairs = [(split_point(name), int(text)) for name, text in output.samples]
    return {point: answer for (name, point), answer in pairs if name == metric and point is not None}


def told(text: str) -> dict[str, str]:
    """Return the lines LABEL: VALUE of a region."""
    return dict(rows(text))


def which(text: str, value: str) -> set[str]:
    """Return the labels that have a value."""
    return {label for label, found in told(text).items() if found == value}


@pytest.mark.example("security/system-calls")
@pytest.mark.parametrize(("side", "metric"), [("container", "filtered"), ("container", "free"), ("vm", "free")])
def test_every_number_is_tried(run_example: Runs, side: str, metric: str) -> None:
    """Each number from 0 to 511 has an outcome, among them every number of the table."""
    found = answers(run_example("security/system-calls", side), metric)
    assert set(found) == set(range(512)) > set(TABLE)


@pytest.mark.example("security/system-calls")
def test_counts_are_those_of_the_samples(run_example: Runs) -> None:
    """What the script counts is what the samples say, sorted again; no call is lost."""
    container, vm = (run_example("security/system-calls", side) for side in ("container", "vm"))
    for output, metric in ((container, "filtered"), (vm, "free")):
        found = calls.sort(TABLE, answers(output, metric), answers(output, "free"))
        counts = told(output["sort"])
        assert {kind: int(counts[kind]) for kind in calls.KINDS} == {kind: len(names) for kind, names in found.items()}
        assert sum(map(len, found.values())) == len(TABLE)


@pytest.mark.claim("M12", "outdated")
@pytest.mark.claim("S1", "holds")
@pytest.mark.example("security/system-calls")
def test_the_filter_keeps_calls_from_the_hosts_kernel(run_example: Runs) -> None:
    """With Docker's filter no call that changes the whole machine is reached; without it many calls more are."""
    output = run_example("security/system-calls", "container")
    filtered, free = answers(output, "filtered"), answers(output, "free")
    found, open_ = calls.sort(TABLE, filtered, free), calls.sort(TABLE, free, free)
    assert not WHOLE_MACHINE & set(found[calls.REACHED])
    assert {"mount", "unshare", "keyctl", "add_key"} <= set(found[calls.FILTERED])
    assert len(open_[calls.REACHED]) == len(found[calls.REACHED]) + len(found[calls.FILTERED])
    assert len(found[calls.FILTERED]) >= 30


@pytest.mark.example("security/system-calls")
def test_capabilities_refuse_where_no_filter_does(run_example: Runs) -> None:
    """Without the filter the kernel itself refuses what Docker's few capabilities do not cover."""
    free = answers(run_example("security/system-calls", "container"), "free")
    refused = set(calls.sort(TABLE, free, free)[calls.REFUSED])
    assert {"reboot", "sethostname", "pivot_root"} <= refused


@pytest.mark.claim("S4", "holds")
@pytest.mark.example("security/system-calls")
def test_the_guests_root_reaches_its_own_kernel(run_example: Runs) -> None:
    """In the VM all of these calls are reached; they go to the guest's kernel. Only one newer than the table's has a number beyond."""
    free = answers(run_example("security/system-calls", "vm"), "free")
    found = calls.sort(TABLE, free, free)
    assert set(found[calls.REACHED]) > WHOLE_MACHINE - {"kexec_load"}  # a kernel may be built without that one
    assert found[calls.FILTERED] == []
    beyond = {number for number in set(free) - set(TABLE) if free[number] != calls.ENOSYS}
    table = re.search(r"Linux (\d+)\.(\d+)", (LAB_SCRIPTS / "system-calls").read_text("utf-8"))
    kernel = re.match(r"(\d+)\.(\d+)", (LAB / "kernel-release").read_text("utf-8"))
    assert table and kernel
    newer = tuple(map(int, kernel.groups())) > tuple(map(int, table.groups()))
    assert not beyond or newer
    assert free[max(TABLE)] != calls.ENOSYS  # the table has the size of this kernel's


@pytest.mark.example("security/system-calls")
@pytest.mark.parametrize("side", ["container", "vm"])
def test_calls_that_do_not_return_are_ended(run_example: Runs, side: str) -> None:
    """exit ends its process, sigreturn crashes it, pause waits until it is ended: none stops the prober."""
    free = answers(run_example("security/system-calls", side), "free")
    number = {name: number for number, name in TABLE.items()}
    assert free[number["exit"]] == free[number["exit_group"]] == 2000
    assert free[number["pause"]] == 3000
    assert free[number["rt_sigreturn"]] == 1011  # SIGSEGV


@pytest.mark.claim("S1", "holds")
@pytest.mark.example("security/host-calls")
def test_qemu_serves_a_guest_with_few_kinds_of_call(run_example: Runs) -> None:
    """While the guest computed, wrote, read and sent packets, QEMU made a few kinds of the host's calls, none that starts a program."""
    output = run_example("security/host-calls", "vm")
    working = {TABLE[number] for number in answers(output, "working")}
    around = {TABLE[number] for number in answers(output, "around")}
    assert output["trace"].splitlines() == ["64+0 records out", "256+0 records out", "3 packets received"]
    assert "ppoll" in working and working & {"pwritev", "pwrite64", "io_uring_enter", "io_submit"}
    assert 5 <= len(working) < 60 and not working & around
    assert not working & {"execve", "mount", "ptrace", "init_module"} and "execve" in around
    counts = [int(line.rpartition(" ")[2]) for line in output["count"].splitlines()]
    assert counts == [len(working | around), len(working)]


@pytest.mark.claim("S2", "holds")
@pytest.mark.example("security/host-view")
def test_a_container_is_told_of_the_hosts_kernel(run_example: Runs) -> None:
    """Eight things that a container reads are the host's, four are its own, and two are covered."""
    seen = run_example("security/host-view", "container")["tell"]
    assert which(seen, "the host's") == {
        *("identity of this boot", "kernel command line", "moment of boot, behind uptime", "load average"),
        *("memory in all", "processor", "disks and their numbers", "parts and modules of the kernel"),
    }
    assert which(seen, "its own") == {"process 1, and its start", "mounts", "network devices", "host name"}
    assert which(seen, "nothing") == {"kernel timers (/proc/timer_list)", "firmware (/sys/firmware)"}


@pytest.mark.example("security/host-view")
def test_a_vm_is_told_of_its_own(run_example: Runs) -> None:
    """All that the guest reads differs from what the host reads."""
    vm, container = (told(run_example("security/host-view", side)["tell"]) for side in ("vm", "container"))
    assert list(vm) == list(container)
    assert set(vm.values()) == {"its own"}


@pytest.mark.example("security/host-view")
def test_a_container_changes_nothing_of_the_host(run_example: Runs) -> None:
    """Of twelve attempts a container's root gets one done: it makes a device file, which it may not open."""
    tried = run_example("security/host-view", "container")["try"]
    assert which(tried, "done") == {"make a device file"}
    assert len(which(tried, "refused")) == 11


@pytest.mark.example("security/host-view")
def test_a_vms_root_changes_its_own_kernel(run_example: Runs) -> None:
    """In the VM the same twelve attempts are done."""
    output = run_example("security/host-view", "vm")
    assert list(told(output["try"])) == list(told(run_example("security/host-view", "container")["try"]))
    assert which(output["try"], "refused") == set()


@pytest.mark.example("security/host-view")
def test_a_vms_clock_is_its_own(run_example: Runs) -> None:
    """The VM sets its clock to 2001; the host's stays."""
    guest, host = run_example("security/host-view", "vm")["clock"].splitlines()
    assert guest == "the year in the VM is 2001"
    assert host == f"the year on the host is {datetime.datetime.now(datetime.UTC).year}"


@pytest.mark.example("security/host-view")
def test_a_container_may_have_some_settings_of_its_own(run_example: Runs) -> None:
    """A setting of its network namespace is the container's own; one of the whole kernel is refused at the start."""
    values, refusal = run_example("security/host-view", "container")["sysctl"].splitlines()
    host = Path("/proc/sys/net/ipv4/ip_default_ttl").read_text().strip()
    assert values == f"inside 77, on the host {host}" and host != "77"
    assert refusal == "vm.swappiness: refused, exit code 125"  # which is docker's own, before anything runs


@pytest.mark.claim("M13", "holds with conditions")
@pytest.mark.example("security/capabilities")
def test_docker_keeps_14_capabilities(run_example: Runs) -> None:
    """The bounding set holds exactly these 14, and none with --cap-drop ALL."""
    default, dropped = run_example("security/capabilities", "container")["kept"].splitlines()
    assert set(default.partition(": ")[2].split(",")) == KEPT and len(KEPT) == 14
    assert dropped.partition(": ")[2] == "[none]"


@pytest.mark.example("security/capabilities")
def test_what_root_gets_done_without_capabilities(run_example: Runs) -> None:
    """Without capabilities an ordinary service still works; only an administrator's work fails."""
    output = run_example("security/capabilities", "container")
    ordinary = {"write a file of its own", "start a program", "listen on port 8080", "listen on port 80"}
    by_capability = {
        *("open a raw socket", "read a file without permission", "give a file away", "become another user"),
        *("make a device file", "change the root directory"),
    }
    never = {"set the clock", "mount a filesystem"}
    roots = {"change a file of root's"}
    assert which(output["default"], "done") == ordinary | roots | by_capability
    assert which(output["default"], "refused") == never
    assert which(output["dropped"], "done") == ordinary | roots
    assert which(output["user"], "done") == ordinary
    assert [told(output[name])["user"] for name in ("default", "dropped", "user")] == ["0", "0", "1000"]


@pytest.mark.example("security/capabilities")
def test_a_vms_root_gets_all_of_it_done(run_example: Runs) -> None:
    """The guest's root gets all done, clock and mount included."""
    done = told(run_example("security/capabilities", "vm")["root"])
    assert list(done) == list(told(run_example("security/capabilities", "container")["default"]))
    assert done.pop("user") == "0" and set(done.values()) == {"done"}


@pytest.mark.example("security/restraints")
def test_no_new_privileges_disarms_setuid_programs(run_example: Runs) -> None:
    """User 1000 becomes root by a setuid program, unless the container has no-new-privileges."""
    lines = run_example("security/restraints", "container")["nnp"].splitlines()
    assert lines[1] == "0"
    assert lines[3] == "su: must be suid to work properly"


@pytest.mark.example("security/restraints")
def test_a_read_only_root_directory_refuses_writes(run_example: Runs) -> None:
    """A write to the root directory fails; one to a tmpfs that was asked for does not."""
    refused, written = run_example("security/restraints", "container")["readonly"].splitlines()
    assert refused == "touch: /file: Read-only file system"
    assert written == "file"


@pytest.mark.claim("M13", "holds with conditions")
@pytest.mark.example("security/root")
def test_root_without_a_user_namespace_is_the_hosts_root(run_example: Runs) -> None:
    """User 0 inside is user 0 for the host, and reads a file that only the host's root may read."""
    found = told(run_example("security/root", "container")["show"])
    assert found["user number inside"] == found["user number on the host"] == "0"
    assert found["reads root's file"] == "secret"


@pytest.mark.claim("M13", "holds with conditions")
@pytest.mark.example("security/root")
def test_root_in_a_user_namespace_is_another_user_for_the_host(run_example: Runs) -> None:
    """User 0 inside is user 100000 for the host, to whom the same file is shut."""
    output = run_example("security/root", "host")
    found = told(output["show"])
    assert (found["user number inside"], found["user number on the host"]) == ("0", "100000")
    assert found["map of user numbers"] == "0 100000 65536"
    assert found["reads root's file"].endswith("Permission denied")


@pytest.mark.example("security/where-am-i")
def test_a_program_can_tell_a_container_from_a_vm(run_example: Runs) -> None:
    """systemd-detect-virt names Docker in the container and no container in the VM, where it names QEMU or KVM."""
    container, vm = (run_example("security/where-am-i", side) for side in ("container", "vm"))
    assert told(container["detect"])["a container"] == "docker"
    assert told(vm["detect"])["a container"] == "none"
    assert told(vm["detect"])["a VM, by the guest"] in {"qemu", "kvm"}
    assert set(told(container["traces"]).values()) == {"there", "not seen", "a program"}
    assert set(told(vm["traces"]).values()) == {"absent", "seen", "an init"}
