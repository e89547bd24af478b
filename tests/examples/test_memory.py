"""What the experiments on memory and idle CPU time mean, on a fresh round of each side, and what a killed one puts back."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from snippets.runner import runs
from snippets.runner.execute import Output
from snippets.runner.paths import ROOT
from tests.conftest import EXAMPLES, Runs, built, require

pytestmark = pytest.mark.engine

MIB = 1 << 20
FILE = 64 * MIB  # what the example page-cache lets its instances read


def readings(output: Output) -> dict[str, dict[str, float]]:
    """Return the round's readings by metric and point; a metric without points has the point ""."""
    found: dict[str, dict[str, float]] = {}
    for name, text in output.samples:
        metric, _, point = name.partition("@")
        assert point not in found.setdefault(metric, {}), f"{name} was sampled twice in a round"
        found[metric][point] = float(text)
        assert found[metric][point] >= 0
    return found


def shape(found: dict[str, dict[str, float]]) -> dict[str, list[str]]:
    return {metric: list(points) for metric, points in found.items()}


@pytest.mark.example("resources/memory")
def test_memory_of_containers_is_read_by_part(run_example: Runs) -> None:
    """Each part is read at 1 and 2 containers; the daemons and the host's available memory also before the first."""
    output = run_example("resources/memory", "container")
    assert output["processes"].splitlines() == ["sleep", "containerd-shim", "docker-proxy"]
    found = readings(output)
    shared = {metric: ["0", "1", "2"] for metric in ("daemons", "available")}
    parts = {metric: ["1", "2"] for metric in ("cgroups", "anonymous", "file", "shims", "proxies")}
    assert shape(found) == shared | parts
    for metric in ("cgroups", "shims", "proxies", "daemons", "available"):
        assert min(found[metric].values()) > 4096, metric
    for point in ("1", "2"):  # a part is no larger than the whole; version 1 reads its whole in batches of 64 pages
        whole = found["cgroups"][point] + 64 * 4096 * (os.cpu_count() or 1)
        assert found["anonymous"][point] + found["file"][point] <= whole
    # No order is judged: the shims share their program's pages with those of any other container on this host.


@pytest.mark.claim("M6", "false")
@pytest.mark.example("resources/memory")
def test_memory_of_vms_is_read_by_part(run_example: Runs) -> None:
    """The guests' RAM is no larger than what the VMs were given, and every VM has touched some of it."""
    output = run_example("resources/memory", "vm")
    assert output["parts"].splitlines()[-1] == "guests"
    found = readings(output)
    parts = {"guests", "qemu"} | ({"translated"} if output.accelerator == "tcg" else set())
    assert set(found) == parts | {"available"}
    assert list(found["available"]) == ["0", "1", "2"]
    for part in parts:
        assert list(found[part]) == ["1", "2"]
        assert found[part]["2"] > found[part]["1"] > MIB / 4
    for count in (1, 2):
        assert 16 * MIB * count < found["guests"][str(count)] <= 128 * MIB * count


@pytest.mark.claim("M9", "false")
@pytest.mark.example("resources/page-cache")
def test_containers_of_one_image_share_its_page_cache(run_example: Runs) -> None:
    """A file of the image stands in the page cache once, however many containers read it; the first to read it is charged."""
    output = run_example("resources/page-cache", "container")
    inodes = output["inode"].splitlines()
    assert len(inodes) == 2 and inodes[0] == inodes[1]
    found = readings(output)
    # A page of it may have been reclaimed meanwhile.
    assert found["resident"] == pytest.approx({"0": 0, "1": FILE, "2": FILE}, rel=0.01)
    assert abs(found["charged"]["1"] - FILE) < 4 * MIB
    assert found["charged"]["2"] < 4 * MIB
    assert output["drop"].split() == ["0B"]
    first, charge, again, nothing = output["read"].splitlines()
    assert first.strip() == again.strip() == "64M"
    # What else it read is charged too, and the kernel charges in batches for each processor.
    assert re.fullmatch(r"charged to container 1: 6[3-7] MiB", charge)
    assert re.fullmatch(r"charged to container 2: [0-3] MiB", nothing)


@pytest.mark.claim("M9", "false")
@pytest.mark.example("resources/page-cache")
def test_copies_in_writable_layers_are_cached_one_by_one(run_example: Runs) -> None:
    """A copy of the file in a container's own layer takes page cache of its own, charged to that container."""
    found = readings(run_example("resources/page-cache", "container"))
    assert found["resident-copies"] == pytest.approx({"1": FILE, "2": 2 * FILE}, rel=0.01)
    for container in ("1", "2"):
        before = found["charged"][container]
        # The kernel charges in batches for each processor: what it tells may lag behind by some pages.
        assert abs(found["charged-copy"][container] - before - FILE) < 4 * MIB
    assert {"cached", "cached-copies"} <= set(found)  # of the whole host, where other tests run: recorded, not judged


@pytest.mark.example("resources/page-cache")
def test_each_guest_caches_the_file_for_itself(run_example: Runs) -> None:
    """Every guest has the file in a cache of its own, in RAM that QEMU holds for it; the host's page cache has it once more."""
    output = run_example("resources/page-cache", "vm")
    assert output["drop"].split() == ["0B"]
    for number, region in ((1, "first"), (2, "second")):
        assert output[region].split("\n")[0] == f"guest {number} caches 64 MiB, the host"
        assert output[region].split()[-1] == "64M"
    found = readings(output)
    # A page of it may have been reclaimed meanwhile.
    assert found["resident"] == pytest.approx({"0": 0, "1": FILE, "2": FILE}, rel=0.01)
    assert all(abs(cache - FILE) < 4 * MIB for cache in found["guest-cache"].values())
    # Less than the file each, since the guest's kernel also reuses RAM that it touched and freed while it started.
    guests = found["guests"]
    assert guests["1"] - guests["0"] > FILE / 4
    assert guests["2"] - guests["1"] > FILE / 4


@pytest.mark.claim("M8", "false")
@pytest.mark.example("resources/same-pages")
def test_guest_ram_may_be_merged_and_is_not_unless_the_host_says_so(run_example: Runs) -> None:
    """The guests' RAM carries the mark of mergeable memory; a test never touches the host's switch."""
    require(*EXAMPLES["resources/same-pages"].sides["vm"].requires)
    switch = Path("/sys/kernel/mm/ksm")
    before = {name: (switch / name).read_text() for name in ("run", "pages_to_scan", "sleep_millisecs")}
    output = run_example("resources/same-pages", "vm")
    assert {name: (switch / name).read_text() for name in before} == before
    assert output["flag"] == "131072 KiB\n"
    found = readings(output)
    assert shape(found) == {"mergeable": ["2"]}
    assert 32 * MIB < found["mergeable"]["2"] <= 2 * 132 * MIB


@pytest.mark.claim("M7", "false")
@pytest.mark.example("resources/balloon")
def test_balloon_and_reports_give_memory_back(run_example: Runs) -> None:
    """Freed memory stays with QEMU until the balloon takes it, or until the guest reports it."""
    output = run_example("resources/balloon", "vm")
    assert output["balloon"] == "actual=128\n"
    found = readings(output)
    assert set(found) == set(EXAMPLES["resources/balloon"].metrics)
    pss = {metric: points[""] for metric, points in found.items()}
    assert pss["touched"] - pss["idle"] > 250 * MIB
    assert pss["touched"] - pss["freed"] < 50 * MIB  # the host does not see that the guest freed it
    assert pss["freed"] - pss["ballooned"] > 200 * MIB
    assert pss["reporting-touched"] - pss["reporting-idle"] > 200 * MIB
    assert pss["reporting-touched"] - pss["reporting-freed"] > 150 * MIB


@pytest.mark.example("resources/idle-cpu")
def test_idle_cpu_time_is_read_over_a_window(run_example: Runs) -> None:
    """CPU time and the window it was used in are read for the container and its shim, and for QEMU."""
    container = readings(run_example("resources/idle-cpu", "container"))
    vm = readings(run_example("resources/idle-cpu", "vm"))
    assert set(container) == {"workload", "shim", "daemons", "window"}
    assert set(vm) == {"qemu", "window"}
    for found in (container, vm):
        assert 2 <= found["window"][""] < 20
    # A sleeping process uses none; a guest's kernel has its timers.
    assert container["workload"][""] < 0.01 < container["window"][""]
    assert 0 < vm["qemu"][""] < (os.cpu_count() or 1) * vm["window"][""]


OFF = {"run": "0\n", "pages_to_scan": "100\n", "sleep_millisecs": "20\n"}
Switch = Callable[[str], "tuple[subprocess.Popen[bytes], Path]"]


@pytest.fixture
def merging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Switch]:
    """Return a function that starts a full round of same-pages on a directory that stands for the host's switch.

    It returns the runner's process and that directory, once the round has changed the setting that it was given.
    """
    require(*EXAMPLES["resources/same-pages"].sides["vm"].requires)
    monkeypatch.setattr(runs, "STATE", tmp_path / "state")
    monkeypatch.setattr(runs, "RUNS", tmp_path / "state" / "runs")
    built("qemu")
    switch = tmp_path / "ksm"
    switch.mkdir(exist_ok=True)
    for name, value in (OFF | {"full_scans": "0\n", "pages_sharing": "0\n", "pages_shared": "0\n"}).items():
        (switch / name).write_text(value)
    started: list[subprocess.Popen[bytes]] = []

    def start(setting: str) -> tuple[subprocess.Popen[bytes], Path]:
        script = EXAMPLES["resources/same-pages"].sides["vm"].script
        kept = {key: value for key, value in os.environ.items() if not key.startswith("CVM_")}
        added = {"EFFORT": "full", "KSM_DIRECTORY": str(switch), "CVM_STATE": str(runs.STATE)}
        words = [sys.executable, "-m", "snippets.runner", "run", str(script)]
        process = subprocess.Popen(
            words,
            cwd=ROOT,
            env=kept | added,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        started.append(process)
        end = time.monotonic() + 600
        while (switch / setting).read_text() in (OFF[setting], ""):  # empty while it is being written
            assert process.poll() is None and time.monotonic() < end, f"the round did not change {setting}"
            time.sleep(0.05)
        return process, switch

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()
    runs.sweep()


def settings(switch: Path) -> dict[str, str]:
    return {name: (switch / name).read_text() for name in OFF}


@pytest.mark.example("resources/same-pages")
def test_merging_is_put_back_when_its_script_is_killed(merging: Switch) -> None:
    """SIGKILL ends the script before it can put anything back; the runner does so when it cleans up."""
    runner, switch = merging("run")  # the last to be changed
    assert not settings(switch).items() & OFF.items()
    (run,) = (path.name for path in runs.RUNS.iterdir())
    for pid in runs.processes(run):
        with suppress(OSError):  # a process of the script's that has just ended
            if Path(f"/proc/{pid}/comm").read_text() == "bash\n":
                os.kill(pid, signal.SIGKILL)
    assert runner.wait(400) == 128 + signal.SIGKILL
    assert settings(switch) == OFF


@pytest.mark.example("resources/same-pages")
def test_merging_is_put_back_when_the_runner_is_killed_or_told_to_end(merging: Switch) -> None:
    """After SIGTERM the runner puts the settings back; after SIGKILL the script's supervisor does, and nobody has to ask."""
    runner, switch = merging("pages_to_scan")
    runner.terminate()
    runner.wait(400)
    assert settings(switch) == OFF
    runner, switch = merging("pages_to_scan")
    runner.kill()
    runner.wait(400)
    end = time.monotonic() + 300
    while settings(switch) != OFF and time.monotonic() < end:
        time.sleep(0.05)
    assert settings(switch) == OFF
    assert runs.sweep(), "the killed runner left nothing, so this test shows nothing"
