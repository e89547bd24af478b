"""What the committed results say, for the claims about quantities. Nothing here compares a VM under software emulation
with anything but VMs under software emulation."""

from __future__ import annotations

import functools

import pytest

from macros.base.statistics import Estimate, difference, estimate, ratio, slope
from macros.model.results import Results, Samples, load_repeats, load_results
from snippets.runner import experiments
from snippets.runner.paths import DATA
from tests.conftest import EXAMPLES

MIB = 1024 * 1024


@functools.cache
def results() -> Results:
    """Return the results of the machine that the pages show first. Raises ProblemError for one that is out of date."""
    return load_results(DATA, EXAMPLES).results[experiments.first_machine()]


@functools.cache
def repeats() -> tuple[Results, ...]:
    """Return the results of the two repeats on that machine."""
    return tuple(found.results[experiments.first_machine()] for found in load_repeats(DATA, EXAMPLES))


def samples(experiment: str, side: str, metric: str) -> Samples:
    """Return the samples of a metric."""
    return results()[(experiment, side, metric)]


def median(experiment: str, side: str, metric: str) -> float:
    """Return the median of a metric, in its unit."""
    return estimate(samples(experiment, side, metric).values).median


def between(experiment: str, side: str, above: str, below: str) -> Estimate:
    """Return the paired difference of two metrics of one side."""
    return difference(samples(experiment, side, above).values, samples(experiment, side, below).values)


def per_instance(experiment: str, side: str, *metrics: str) -> Estimate:
    """Return what one more instance adds to the sum of the metrics."""
    points = sorted(
        int(key[2].partition("@")[2])
        for key in results()
        if key[:2] == (experiment, side) and key[2].startswith(f"{metrics[0]}@")
    )
    assert len(points) > 2
    return slope(
        {
            p: [sum(v) for v in zip(*(samples(experiment, side, f"{m}@{p}").values for m in metrics), strict=True)]
            for p in points
        }
    )


def same_work(experiment: str, one: str, other: str, metric: str) -> Estimate:
    """Return the paired ratio of one metric on two sides that do the same work, over the rounds of all recordings.

    Those are the one that pages show and its two repeats. Refuses what is emulated.
    """
    above, below = list[float](), list[float]()
    for found in (results(), *repeats()):
        first, second = found[(experiment, one, metric)], found[(experiment, other, metric)]
        assert "tcg" not in {first.accelerator, second.accelerator}
        above += first.values
        below += second.values
    return ratio(above, below)


# -- start-up ---------------------------------------------------------------------------------------


@pytest.mark.claim("R3", "holds with conditions")
@pytest.mark.claim("R6", "false")
@pytest.mark.claim("C1", "holds")
@pytest.mark.claim("M1", "false")
@pytest.mark.example("resources/startup")
def test_a_container_starts_in_a_fraction_of_a_second() -> None:
    found = estimate(samples("resources/startup", "container", "docker-bridge").values)
    assert found.high < 1.0
    assert found.count >= 20


@pytest.mark.claim("U2", "holds")
@pytest.mark.example("use-cases/ci-job")
def test_a_small_job_in_a_fresh_container_is_done_within_a_second() -> None:
    """Container made, program built and tested, container removed; most of it is the start."""
    whole = estimate(samples("use-cases/ci-job", "container", "whole").values)
    assert whole.high < 1.0
    assert whole.count >= 7
    first = samples("use-cases/ci-job", "container", "first-line").values
    assert ratio(first, samples("use-cases/ci-job", "container", "whole").values, paired=True).low > 0.5


@pytest.mark.claim("R3", "holds with conditions")
@pytest.mark.claim("M1", "false")
@pytest.mark.claim("M2", "false")
@pytest.mark.example("resources/startup")
def test_namespaces_are_a_small_part_of_starting_a_container() -> None:
    """What the kernel does takes milliseconds; the engine takes the rest."""
    namespaces = between("resources/startup", "host", "namespaces", "process")
    assert namespaces.low > 0 and namespaces.high < 0.1
    bridge = estimate(samples("resources/startup", "container", "docker-bridge").values)
    assert bridge.low > 5 * estimate(samples("resources/startup", "host", "namespaces").values).high


@pytest.mark.claim("R3", "holds with conditions")
@pytest.mark.claim("M2", "false")
@pytest.mark.example("resources/docker-run-steps")
def test_most_of_starting_a_container_is_making_it_ready() -> None:
    """Between runc's start and the container being ready lies more than half of the time to the first line."""
    name = "resources/docker-run-steps"
    for kind in ("bridge", "none"):
        prepared, runc, whole = (
            samples(name, "container", f"{kind}-{step}").values for step in ("prepared", "runc", "first-line")
        )
        preparing = [end - start for end, start in zip(prepared, runc, strict=True)]
        assert ratio(preparing, whole, paired=True).low > 0.5


@pytest.mark.example("resources/docker-run-steps")
def test_the_default_network_costs_more_at_the_end_than_a_container_without_one() -> None:
    name = "resources/docker-run-steps"
    bridge = between(name, "container", "bridge-disconnected", "bridge-exited")
    none = between(name, "container", "none-disconnected", "none-exited")
    assert bridge.low > none.high


@pytest.mark.claim("R5", "holds")
@pytest.mark.example("resources/startup-system", "resources/startup-vm")
def test_a_small_guest_starts_sooner_than_a_whole_system() -> None:
    """Both under the same accelerator: it is the guest that takes the time, not the machine it runs on."""
    whole = samples("resources/startup-system", "vm", "system")
    small = samples("resources/startup-vm", "vm", "q35")
    assert whole.accelerator == small.accelerator
    found = (results(), *repeats())
    smalls = [value for one in found for value in one[("resources/startup-vm", "vm", "q35")].values]
    wholes = [value for one in found for value in one[("resources/startup-system", "vm", "system")].values]
    assert ratio(smalls, wholes, paired=False).high < 0.5


@pytest.mark.claim("R6", "false")
def test_no_guest_takes_a_minute_even_emulated() -> None:
    """An upper bound only: it says nothing of how fast hardware virtualisation is."""
    for experiment, metric in (("startup-vm", "microvm"), ("startup-vm", "q35"), ("startup-system", "system")):
        assert estimate(samples(f"resources/{experiment}", "vm", metric).values).high < 60


@pytest.mark.claim("P3", "holds")
@pytest.mark.example("resources/many-starts")
def test_many_containers_start_faster_together_than_in_turn() -> None:
    for count in (16, 32):
        together = between("resources/many-starts", "container", f"at-once@{count}", f"in-turn@{count}")
        assert together.high < 0


# -- memory and idle time ---------------------------------------------------------------------------


@pytest.mark.claim("R1", "holds")
@pytest.mark.claim("R4", "holds")
@pytest.mark.claim("P3", "holds")
@pytest.mark.claim("C1", "holds")
@pytest.mark.claim("S1", "holds")
@pytest.mark.claim("U1", "holds")
@pytest.mark.example("resources/memory")
def test_one_more_idle_container_costs_a_few_megabytes() -> None:
    found = per_instance("resources/memory", "container", "cgroups", "shims")
    assert found.low > 0 and found.high < 20 * MIB


@pytest.mark.claim("R4", "holds")
@pytest.mark.claim("M3", "false")
@pytest.mark.example("resources/memory")
def test_most_of_an_idle_containers_memory_is_its_shim() -> None:
    assert (
        per_instance("resources/memory", "container", "shims").low
        > per_instance("resources/memory", "container", "cgroups").high
    )


@pytest.mark.claim("R1", "holds")
@pytest.mark.claim("M9", "false")
@pytest.mark.example("resources/page-cache")
def test_containers_of_one_image_share_the_page_cache() -> None:
    """The host holds the file once, however many read it, and the first reader is charged for it."""
    first = median("resources/page-cache", "container", "resident@1")
    assert first >= 64 * MIB
    for count in (2, 3, 4):
        assert median("resources/page-cache", "container", f"resident@{count}") == pytest.approx(first, rel=0.01)
        charged = median("resources/page-cache", "container", f"charged@{count}")
        assert charged < 0.01 * median("resources/page-cache", "container", "charged@1")


@pytest.mark.claim("M9", "false")
@pytest.mark.example("resources/page-cache")
def test_copies_of_a_file_are_cached_one_by_one() -> None:
    copies = [median("resources/page-cache", "container", f"resident-copies@{count}") for count in (1, 2, 3, 4)]
    assert copies[3] - copies[0] == pytest.approx(3 * 64 * MIB, rel=0.05)


@pytest.mark.claim("R7", "holds with conditions")
@pytest.mark.claim("P5", "holds")
@pytest.mark.example("resources/page-cache")
def test_each_guest_caches_a_file_for_itself() -> None:
    """What a guest holds does not depend on the accelerator: it counts the file in its own memory."""
    for guest in (1, 2):
        assert median("resources/page-cache", "vm", f"guest-cache@{guest}") >= 64 * MIB


@pytest.mark.claim("R7", "holds with conditions")
@pytest.mark.claim("P5", "holds")
@pytest.mark.claim("M7", "false")
@pytest.mark.example("resources/balloon")
def test_memory_that_a_guest_frees_stays_with_it() -> None:
    """Until a balloon asks for it, or the guest reports its free pages."""
    name = "resources/balloon"
    assert ratio(samples(name, "vm", "freed").values, samples(name, "vm", "touched").values).low > 0.9
    assert between(name, "vm", "ballooned", "freed").high < -100 * MIB
    assert between(name, "vm", "reporting-freed", "reporting-touched").high < -100 * MIB


@pytest.mark.claim("P5", "holds")
@pytest.mark.claim("M8", "false")
@pytest.mark.example("resources/same-pages")
def test_merging_equal_pages_saves_memory_of_equal_guests() -> None:
    assert between("resources/same-pages", "vm", "merged@4", "apart@4").high < 0


@pytest.mark.claim("R4", "holds")
@pytest.mark.claim("P3", "holds")
@pytest.mark.claim("C1", "holds")
@pytest.mark.example("resources/idle-cpu")
def test_an_idle_container_uses_next_to_no_cpu() -> None:
    name = "resources/idle-cpu"
    used = [
        sum(values)
        for values in zip(
            samples(name, "container", "workload").values, samples(name, "container", "shim").values, strict=True
        )
    ]
    assert ratio(used, samples(name, "container", "window").values).high < 0.01


# -- disk -------------------------------------------------------------------------------------------


@pytest.mark.claim("R1", "holds")
@pytest.mark.claim("R2", "holds with conditions")
@pytest.mark.claim("C1", "holds")
@pytest.mark.claim("M17", "false")
@pytest.mark.example("resources/disk")
def test_instances_share_what_they_start_from() -> None:
    """Ten containers, and ten overlays on one VM disk: each takes little more than what it wrote. Full copies do not share."""
    copies = median("resources/disk", "vm", "copies@10")
    assert median("resources/disk", "container", "layers@10") < 10 * 1.5 * MIB
    assert median("resources/disk", "vm", "overlays@10") < 10 * 2.5 * MIB < copies / 10


@pytest.mark.claim("M17", "false")
@pytest.mark.example("resources/disk")
def test_a_vms_disk_can_be_smaller_than_an_image() -> None:
    """One Debian: as a compressed disk it is smaller than unpacked as an image. A size depends on no accelerator."""
    assert median("resources/disk", "vm", "qcow2-compressed") < median("resources/disk", "container", "full")


@pytest.mark.claim("R2", "holds with conditions")
@pytest.mark.claim("P1", "holds with conditions")
@pytest.mark.claim("M3", "false")
@pytest.mark.example("resources/copy-up")
def test_the_first_write_to_a_file_of_the_image_copies_all_of_it() -> None:
    name = "resources/copy-up"
    assert median(name, "container", "layer@256") >= 256 * MIB
    assert between(name, "container", "first@256", "again@256").low > 0
    assert between(name, "container", "first@256", "volume@256").low > 0


# -- limits -----------------------------------------------------------------------------------------


@pytest.mark.example("resources/limits", "resources/limits-v2")
@pytest.mark.parametrize(("name", "side"), [("resources/limits", "container"), ("resources/limits-v2", "vm")])
def test_half_a_processor_is_what_half_a_processor_gives(name: str, side: str) -> None:
    """A maximum that is enforced, on both versions of control groups; in a VM by the guest's own accounts."""
    obtained = ratio(samples(name, side, "limited-used").values, samples(name, side, "limited-window").values)
    assert obtained.high < 0.56
    assert median(name, side, "throttled") > 0


@pytest.mark.claim("M22", "false")
@pytest.mark.example("resources/limits", "resources/limits-v2")
@pytest.mark.parametrize(("name", "side"), [("resources/limits", "container"), ("resources/limits-v2", "vm")])
def test_limits_of_memory_and_processes_are_exact(name: str, side: str) -> None:
    assert set(samples(name, side, "memory-peak").values) == {64 * MIB}
    assert set(samples(name, side, "processes").values) == {32}


# -- performance ------------------------------------------------------------------------------------


@pytest.mark.claim("R2", "holds with conditions")
@pytest.mark.claim("R4", "holds")
@pytest.mark.claim("P2", "holds")
@pytest.mark.claim("C1", "holds")
@pytest.mark.example("performance/cpu")
def test_computing_in_a_container_is_as_fast_as_on_its_host() -> None:
    """Within 5 per cent, or indistinguishable."""
    found = same_work("performance/cpu", "container", "host", "primes")
    assert found.low < 1.05 and found.high > 0.95
    assert found.high - found.low < 0.1, "too unsteady to tell"


@pytest.mark.example("performance/syscall")
def test_the_filter_of_system_calls_costs_less_than_a_call() -> None:
    name = "performance/syscall"
    filtered = ratio(samples(name, "container", "call").values, samples(name, "container", "call-unconfined").values)
    assert filtered.high < 2


@pytest.mark.claim("R4", "holds")
@pytest.mark.claim("P1", "holds with conditions")
@pytest.mark.claim("P2", "holds")
@pytest.mark.claim("M3", "false")
@pytest.mark.claim("M4", "false")
@pytest.mark.example("performance/network")
def test_the_way_to_a_container_is_longer_than_the_loopback() -> None:
    """A request to a published port takes longer than over the host's loopback; of the bridge alone it is not certain."""
    name = "performance/network"
    loopback = samples(name, "host", "trip-loopback").values
    assert ratio(samples(name, "container", "trip-published").values, loopback).low > 1


@pytest.mark.claim("P2", "holds")
@pytest.mark.example("performance/network")
def test_host_networking_is_the_hosts_own_network() -> None:
    name = "performance/network"
    found = ratio(samples(name, "container", "trip-host").values, samples(name, "host", "trip-loopback").values)
    assert found.low < 1.25 and found.high < 1.5


@pytest.mark.claim("P1", "holds with conditions")
@pytest.mark.example("performance/storage")
def test_a_volume_is_the_hosts_file_system() -> None:
    name = "performance/storage"
    found = ratio(samples(name, "container", "read-volume").values, samples(name, "host", "read-host").values)
    assert 0.7 < found.low < 1.2 and 0.8 < found.high < 1.4


@pytest.mark.claim("P3", "holds")
@pytest.mark.claim("M22", "false")
@pytest.mark.example("performance/neighbours")
def test_a_neighbour_on_the_same_processor_takes_half() -> None:
    """Without limits, two containers on one processor get about the same, however many processes each runs."""
    name = "performance/neighbours"
    found = ratio(samples(name, "container", "beside").values, samples(name, "container", "alone").values)
    assert found.low > 0.4 and found.high < 0.6
    for state, least in (("weighted", 0.8), ("quota", 0.65)):
        kept = ratio(samples(name, "container", state).values, samples(name, "container", "alone").values)
        assert kept.low > least, state
    apart = ratio(samples(name, "container", "apart").values, samples(name, "container", "beside").values)
    assert apart.low > 1


@pytest.mark.claim("M22", "false")
@pytest.mark.example("performance/neighbours-disk")
def test_a_neighbours_disk_writes_are_felt_until_they_are_limited() -> None:
    name = "performance/neighbours-disk"
    felt = ratio(samples(name, "container", "beside").values, samples(name, "container", "alone").values)
    assert felt.low > 2
    limited = ratio(samples(name, "container", "beside").values, samples(name, "container", "limited").values)
    assert limited.low > 1
    written = estimate(samples(name, "container", "neighbour-limited").values)
    assert written.high < 1.2 * 20 * MIB


# -- the instrument ---------------------------------------------------------------------------------


@pytest.mark.example("resources/selfcheck")
@pytest.mark.parametrize("side", ["host", "container"])
def test_our_stopwatch_agrees_with_hyperfine(side: str) -> None:
    """The two clocks stop at different events a moment apart: ours at the line, hyperfine's at the command's end."""
    name = "resources/selfcheck"
    found = ratio(samples(name, side, "startup-ours").values, samples(name, side, "startup-hyperfine").values)
    assert found.low > 0.5 and found.high < 2


@pytest.mark.example("resources/selfcheck")
@pytest.mark.parametrize("side", ["host", "container"])
def test_our_memory_agrees_with_a_sum_by_hand(side: str) -> None:
    name = "resources/selfcheck"
    found = ratio(samples(name, side, "memory-ours").values, samples(name, side, "memory-by-hand").values)
    assert found.low > 0.98 and found.high < 1.02
