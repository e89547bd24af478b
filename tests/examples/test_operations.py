"""What the examples of Operations mean, on fresh output: what is saved and continues, what is kept, what is seen from outside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from snippets.runner.execute import Output
from tests.conftest import Runs

BOOT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

pytestmark = pytest.mark.engine


def labelled(text: str) -> dict[str, str]:
    """Return lines LABEL: VALUE as a dictionary."""
    return dict(line.split(": ", 1) for line in text.splitlines())


def samples(output: Output) -> dict[str, float]:
    """Return an experiment's samples by name."""
    return {name: float(text) for name, text in output.samples}


@pytest.mark.example("operations/snapshot")
def test_a_vm_goes_on_from_its_snapshot(run_example: Runs) -> None:
    """After it was killed, the VM loaded from the snapshot counts on from the snapshot, before the number it was killed at."""
    output = run_example("operations/snapshot", "vm")
    assert output["kill"].split() == ["ten"]  # the snapshot lies in the disk's file
    told = labelled(output["counter"])
    assert 10 <= int(told["goes on at"]) < int(told["killed at"])


@pytest.mark.example("operations/snapshot")
def test_a_committed_image_keeps_files_and_no_process(run_example: Runs) -> None:
    """The image has the last number in its file; a container from it counts from 1. Pausing keeps the process itself."""
    output = run_example("operations/snapshot", "container")
    assert labelled(output["pause"]) == {"counted while paused": "0"}
    assert int(labelled(output["commit"])["in the file"]) > 10
    assert labelled(output["anew"]) == {"counts from": "1"}


@pytest.mark.example("operations/migration")
def test_a_running_guest_moves_without_losing_a_number(run_example: Runs) -> None:
    """The numbers of both consoles together are 1, 2, 3 …, and the guest is stopped on the side that it left."""
    output = run_example("operations/migration", "vm")
    assert output["migrate"].split() == ['"status":', '"postmigrate"']
    assert labelled(output["counter"]) == {"numbers missing or twice": "none"}
    found = samples(output)
    assert 0 < found["downtime"] < found["total"]
    assert found["transferred"] > 1024 * 1024 and found["counted"] >= 30


@pytest.mark.example("operations/checkpoint")
def test_a_checkpoint_depends_on_the_hosts_kernel(run_example: Runs) -> None:
    """Where CRIU accepts the kernel, runc saves and restores the container; where not, CRIU says why. The counter continues in both cases."""
    output = run_example("operations/checkpoint", "host")
    verdict, said = output["checkpoint"].splitlines()
    outcome = labelled(verdict)["checkpoint"]
    assert outcome in {"works", "fails"}
    assert outcome == "works" or said.startswith("Error (criu/"), said
    assert labelled(output["after"]) == {"the container": "goes on"}


@pytest.mark.example("operations/checkpoint")
def test_a_process_is_saved_as_files_and_goes_on(run_example: Runs) -> None:
    """In the lab's guest CRIU turns a process into files; restored, its next number is the one after the last."""
    told = labelled(run_example("operations/checkpoint", "vm")["boot"])
    assert told["the process"] == "gone"
    assert told["counted meanwhile"] == "0"
    assert int(told["goes on at"]) == int(told["saved at"]) + 1 > 5


@pytest.mark.example("operations/update")
def test_a_replaced_container_keeps_its_volume_alone(run_example: Runs) -> None:
    """The running container keeps its image; its successor finds the volume's file, and not the one of the writable layer."""
    output = run_example("operations/update", "container")
    before, after, kept, lost = output["replace"].splitlines()
    assert (before, after, kept) == ("application 1", "application 2", "kept")
    assert "/state" in lost and "No such file" in lost


@pytest.mark.example("operations/update")
def test_a_new_base_needs_a_rebuilt_image(run_example: Runs) -> None:
    """The image built before still holds the old base; rebuilt, it differs in the base's layer, and shares the one below."""
    output = run_example("operations/update", "container")
    assert output["base"].splitlines() == ["base 1", "base 2", "application 2"]
    old, new = (line.split() for line in output["layers"].splitlines())
    assert len(old) == len(new) == 3
    assert old[0] == new[0] and old[1] != new[1]


@pytest.mark.example("operations/update")
def test_a_vm_boots_another_kernel_while_the_host_runs_on(run_example: Runs) -> None:
    """Two boots of one disk are two instances of a kernel; the disk's content is kept, the host's boot id stays."""
    output = run_example("operations/update", "vm")
    first = output["boot"].strip()
    second, kept, host = output["again"].splitlines()
    boots = {first, second, Path("/proc/sys/kernel/random/boot_id").read_text().strip()}
    assert len(boots) == 3 and all(BOOT_ID.fullmatch(boot) for boot in boots)
    assert (kept, host) == ("kept", "the host has not been rebooted")


@pytest.mark.example("operations/reboot")
def test_a_restart_policy_decides_what_runs_after_a_power_cut(run_example: Runs) -> None:
    """Without a policy nothing comes back; `always` brings back even what was stopped by hand, `unless-stopped` does not."""
    told = labelled(run_example("operations/reboot", "container")["after"])
    running = {name for name, state in told.items() if state == "running"}
    assert len(told) == 6 and set(told.values()) == {"running", "exited"}
    assert running - {"on-failure"} == {"always", "always-stopped", "unless-stopped"}


@pytest.mark.example("operations/watch")
def test_the_host_sees_the_workload_of_a_container(run_example: Runs) -> None:
    """Logs, memory and state come from the host's own account of the program, which is in its process list."""
    output = run_example("operations/watch", "container")
    assert output["logs"].splitlines()[0] == "out"
    usage, counted = output["metrics"].splitlines()
    assert "/ 64MiB" in usage and usage.split()[-1] == "1"
    assert 0 < int(counted) < 64 * 1024 * 1024
    assert output["state"].splitlines() == ["running false", "sleep"]


@pytest.mark.example("operations/watch")
def test_the_host_sees_a_vm_and_not_its_workload(run_example: Runs) -> None:
    """QEMU tells the memory that it gave and what the disk was asked to write; what the memory is used for, the guest alone tells."""
    output = run_example("operations/watch", "vm")
    assert output["logs"].strip() == "out"
    given, written, guest = output["metrics"].splitlines()
    base = re.search(r'"base-memory": (\d+)', given)
    assert base and int(base[1]) == 128 * 1024 * 1024
    assert written == '"wr_bytes": 65536'
    told = re.fullmatch(r"MemTotal: (\d+) kB MemFree: (\d+) kB MemAvailable: (\d+) kB", guest)
    assert told, guest
    total, _, available = (int(kib) * 1024 for kib in told.groups())
    assert 0 < available < total - 4 * 1024 * 1024, "the guest says how much it uses"
    assert total < int(base[1])
    assert output["state"].splitlines() == ['"status": "running"', "qemu-system-x86"]


@pytest.mark.example("operations/backup")
@pytest.mark.parametrize(("side", "region"), [("container", "restore"), ("vm", "compare")])
def test_a_backup_holds_what_was_there_before_the_change(run_example: Runs, side: str, region: str) -> None:
    """The original has changed since the backup, and what is restored from the backup has not."""
    assert run_example("operations/backup", side)[region].split() == ["second", "first"]
