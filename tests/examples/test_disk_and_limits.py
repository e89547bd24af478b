"""What the experiments on disk space, limits and neighbours mean, on fresh output; never how fast this machine is."""

from __future__ import annotations

import math
import re

import pytest

from snippets.runner.execute import Output
from tests.conftest import Runs

MIB = 1024 * 1024
STATES = ("alone", "beside", "weighted", "apart")

pytestmark = pytest.mark.engine


def readings(output: Output, *names: str) -> dict[str, float]:
    """Return an experiment's samples, which are exactly those of `names`, one of each, finite and positive.

    Only `throttled` may be 0: on a busy machine a group may never come to the end of its quota.
    """
    found = {name: float(text) for name, text in output.samples}
    assert len(found) == len(output.samples)
    assert set(found) == set(names)
    assert all(math.isfinite(value) and (value > 0 or name == "throttled") for name, value in found.items()), found
    return found


@pytest.mark.example("resources/disk")
def test_containers_of_one_image_share_its_files_on_disk(run_example: Runs) -> None:
    """Beside the image, a container that wrote 1 MiB takes that and little more; two take twice that, not the image again."""
    output = run_example("resources/disk", "container")
    found = readings(output, "small", "full", "stated", "layers@1", "layers@2")
    assert MIB <= int(output["size"]) < 1.1 * MIB
    assert MIB < found["layers@1"] < 1.5 * MIB < 0.1 * found["full"]
    assert found["layers@2"] == pytest.approx(2 * found["layers@1"], rel=0.05)
    assert found["full"] > 20 * found["small"]


@pytest.mark.claim("M17", "false")
@pytest.mark.example("resources/disk")
def test_overlays_of_one_disk_share_its_blocks(run_example: Runs) -> None:
    """An overlay in which a guest wrote 1 MiB takes a few MiB and shows the whole disk; a full copy takes the disk's space."""
    output = run_example("resources/disk", "vm")
    names = ("small", "full", "stated", "qcow2", "qcow2-compressed")
    found = readings(output, *names, *(f"{name}@{n}" for name in ("overlays", "copies") for n in (1, 2)))
    size = re.search(r"virtual size: .*\((\d+) bytes\)", output["overlays"])
    assert size is not None and int(size[1]) == found["stated"] > found["full"]
    assert len(output["write"].split()) == 10  # the guest mounted every overlay and wrote to it
    assert MIB < found["overlays@1"] < 4 * MIB < 0.1 * found["copies@1"]
    assert found["overlays@2"] == pytest.approx(2 * found["overlays@1"], rel=0.2)
    assert found["copies@2"] == pytest.approx(2 * found["copies@1"], rel=0.05)
    assert found["qcow2-compressed"] < found["qcow2"] <= 1.1 * found["full"]


@pytest.mark.example("resources/copy-up")
def test_one_byte_written_copies_the_whole_file(run_example: Runs) -> None:
    """After two bytes were written to a file of the image, the writable layer holds all of the file."""
    output = run_example("resources/copy-up", "container")
    names = [f"{name}@{mib}" for name in ("first", "again", "volume", "layer") for mib in (1, 32)]
    found = readings(output, *names)
    for mib in (1, 32):
        assert mib * MIB <= found[f"layer@{mib}"] < (mib + 1) * MIB
    assert output["layer"].split() == [str(int(found["layer@32"])), "bytes"]


@pytest.mark.claim("S3", "holds with conditions")
@pytest.mark.example("resources/limits")
def test_a_container_gets_what_its_limits_say(run_example: Runs) -> None:
    """Half a CPU is half of the time, by periods; at the limits of memory and processes the kernel kills, and refuses."""
    output = run_example("resources/limits", "container")
    names = "limited-used limited-window periods unlimited-used unlimited-window memory-peak processes shares-1024 shares-512"
    found = readings(output, "throttled", *names.split())
    assert "quota and period: 50000 100000" in output["cpu"].splitlines()
    # No more than asked for; how much less depends on what else runs. A slice of 5 ms may be taken over.
    assert found["limited-used"] <= 0.5 * found["limited-window"] + 0.06
    assert found["throttled"] <= found["periods"] <= 10 * found["limited-window"] + 10
    assert output["memory"].splitlines()[:2] == ["ended with 137", "oom_kill 1"]
    assert 60 * MIB < found["memory-peak"] <= 64 * MIB
    assert found["processes"] == 32
    assert "can't fork" in output["pids"]
    assert found["shares-1024"] > found["shares-512"]


@pytest.mark.example("resources/limits-v2")
def test_version_2_control_groups_do_the_same(run_example: Runs) -> None:
    """The numbers that docker run writes, written by hand into files of version 2 in a guest, have the same effects."""
    output = run_example("resources/limits-v2", "vm")
    names = "limited-used limited-window periods throttled memory-peak processes weight-100 weight-50"
    found = readings(output, *names.split())
    assert found["limited-used"] <= 0.5 * found["limited-window"] + 0.1
    assert found["throttled"] <= found["periods"]
    lines = output["show"].splitlines()
    assert "ended with 137" in lines and "oom_kill 1" in lines
    assert 60 * MIB < found["memory-peak"] <= 64 * MIB
    assert found["processes"] == 32
    assert found["weight-100"] > found["weight-50"]


@pytest.mark.example("performance/neighbours")
def test_a_neighbours_limits_change_while_it_runs(run_example: Runs) -> None:
    """The service is measured in every state of its neighbour; at the end a quarter of a CPU is the neighbour's limit."""
    states = (*STATES, "quota")
    slow = (f"{state}-slow" for state in states)
    output = run_example("performance/neighbours", "container")
    found = readings(output, *states, *slow, "memory-alone", "memory-apart", "memory-quota")
    assert output["neighbour"].split() == ["1024", "250000000"]  # shares; billionths of a CPU
    assert all(found[f"{state}-slow"] < 10 for state in states)  # seconds, not milliseconds


@pytest.mark.example("performance/neighbours")
def test_a_neighbouring_vm_is_moved_and_weighted_as_a_process(run_example: Runs) -> None:
    """The host moves the neighbour's QEMU to the service's CPU and lowers its weight; the service is measured each time."""
    output = run_example("performance/neighbours", "vm")
    found = readings(output, *STATES, *(f"{state}-slow" for state in STATES))
    assert output["beside"].split() == ["Cpus_allowed_list:", "0"]
    assert output["weighted"].split() == ["19"]
    assert all(found[f"{state}-slow"] < 10 for state in STATES)


@pytest.mark.example("performance/neighbours-disk")
def test_a_write_limit_is_the_limit_in_force(run_example: Runs) -> None:
    """The neighbour under the limit wrote about what the limit allows, in bytes a second, and not what it could."""
    output = run_example("performance/neighbours-disk", "container")
    states = ("alone", "beside", "limited")
    names = [*states, *(f"{state}-slow" for state in states), "neighbour-beside", "neighbour-limited"]
    found = readings(output, *names)
    asked = int(output["limit"])
    assert asked == 20 * MIB
    # 16 writes of 1 MiB are under way when it begins and when it ends
    assert found["neighbour-limited"] < 3 * asked
    assert found["neighbour-limited"] < found["neighbour-beside"]
    assert all(found[state] <= found[f"{state}-slow"] for state in states)
