"""What the experiments of Performance sample, once a side, and what of them does not depend on speed."""

from __future__ import annotations

import pytest

from snippets.runner.execute import Output
from tests.conftest import EXAMPLES, Runs

pytestmark = pytest.mark.engine

STORAGE = {"host": {"host"}, "container": {"layer", "volume", "tmpfs"}, "vm": {"raw", "qcow2"}}
NETWORK = {"host": {"loopback"}, "container": {"bridge", "published", "host", "none"}, "vm": {"user", "tap"}}
# Wide enough for any machine and for software emulation: they find a wrong unit or a wrong field, not a slow machine.
PLAUSIBLE = {"s": (1e-9, 10.0), "1/s": (1.0, 1e8), "B/s": (1e4, 1e12), "bit/s": (1e5, 1e13)}


def readings(output: Output, experiment: str) -> dict[str, float]:
    """Return the samples by metric; each metric is sampled once, in the unit that the experiment declares."""
    found = {metric: float(text) for metric, text in output.samples}
    assert len(found) == len(output.samples)
    for metric, value in found.items():
        low, high = PLAUSIBLE[EXAMPLES[experiment].metrics[metric].unit]
        assert low <= value <= high, f"{metric}: {value}"
    return found


@pytest.mark.example("performance/cpu")
@pytest.mark.parametrize("side", ["host", "container", "vm"])
def test_cpu_samples_each_metric(run_example: Runs, side: str) -> None:
    """sysbench ran three times on each side and reported a rate each time."""
    output = run_example("performance/cpu", side)
    assert set(readings(output, "performance/cpu")) == set(EXAMPLES["performance/cpu"].metrics)
    first, *transferred = output["show"].splitlines()
    assert first.startswith("events per second: ")
    assert [line.count("MiB transferred") for line in transferred] == [1, 1]


@pytest.mark.claim("M3", "false")
@pytest.mark.claim("M10", "holds with conditions")
@pytest.mark.example("performance/syscall")
def test_system_calls_are_filtered_unless_unconfined(run_example: Runs) -> None:
    """By default a filter stands before each system call of a container (seccomp mode 2), and with unconfined none."""
    output = run_example("performance/syscall", "container")
    assert output["filtered"].splitlines()[0].split() == ["Seccomp:", "2"]
    assert output["unconfined"].splitlines()[0].split() == ["Seccomp:", "0"]
    assert set(readings(output, "performance/syscall")) == {"call", "pipe", "call-unconfined", "pipe-unconfined"}


@pytest.mark.example("performance/syscall")
def test_system_calls_on_the_host(run_example: Runs) -> None:
    """A round trip through pipes takes several system calls and two switches of processes: longer than one call."""
    found = readings(run_example("performance/syscall", "host"), "performance/syscall")
    assert set(found) == {"call", "pipe"}
    assert found["pipe"] > found["call"]


@pytest.mark.example("performance/storage")
@pytest.mark.parametrize("side", ["host", "container", "vm"])
def test_storage_samples_each_place(run_example: Runs, side: str) -> None:
    """The same three jobs of fio ended without an error at each place."""
    output = run_example("performance/storage", side)
    metrics = ("stream", "read", "read-slowest", "write", "write-slowest")
    expected = {f"{metric}-{place}" for metric in metrics for place in STORAGE[side]}
    found = readings(output, "performance/storage")
    assert set(found) == expected
    assert output["show"].split() == [str(3 * len(STORAGE[side]))]


@pytest.mark.example("performance/storage")
def test_memory_is_not_the_disk(run_example: Runs) -> None:
    """A tmpfs answers without the disk: 99 of 100 reads take less time than on a volume, which reads past the page cache.

    The rates are not compared: one stall of the job, on a busy machine, takes most of a fifth of a second from its rate,
    and is but one read of thousands here.
    """
    found = readings(run_example("performance/storage", "container"), "performance/storage")
    assert found["read-slowest-tmpfs"] < found["read-slowest-volume"]


@pytest.mark.example("performance/network")
@pytest.mark.parametrize("side", ["host", "container", "vm"])
def test_network_samples_each_way(run_example: Runs, side: str) -> None:
    """Over each way data arrived and requests were answered."""
    found = readings(run_example("performance/network", side), "performance/network")
    assert set(found) == {f"{metric}-{way}" for metric in ("stream", "trip") for way in NETWORK[side]}


@pytest.mark.example("performance/network")
def test_published_port_on_loopback_goes_through_a_proxy(run_example: Runs) -> None:
    """A process docker-proxy exists for the published port."""
    lines = run_example("performance/network", "container")["published"].splitlines()
    assert lines == ["a docker-proxy passes on what comes to this port"]
