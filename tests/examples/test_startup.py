"""What the experiments about start-up mean and sample, on fresh output: shapes and meanings, never how long something took."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from pathlib import Path

import pytest

from macros.model.results import load_results, split_point
from snippets.runner.execute import Output
from snippets.runner.paths import DATA, LAB_SCRIPTS
from tests.conftest import EXAMPLES, Runs

engine = pytest.mark.engine
STEPS = (
    *("created", "attached", "connected", "handed-over", "bundled", "shim", "runc", "prepared", "started", "announced"),
    *("first-line", "told", "exited", "died", "disconnected", "destroyed", "returned"),
)
TICK = 0.01  # seconds: the time of a file is that of the kernel's last tick, at most this long ago


def samples(output: Output, *names: str) -> dict[str, float]:
    """Return the samples by name, each positive and finite, after checking that they are exactly those named."""
    assert sorted(name for name, _ in output.samples) == sorted(names)
    values = {name: float(text) for name, text in output.samples}
    assert all(math.isfinite(value) and value > 0 for value in values.values()), values
    return values


@pytest.mark.example("resources/startup", "resources/startup-vm")
@engine
@pytest.mark.parametrize(
    ("name", "side", "metrics"),
    [
        ("resources/startup", "host", ("process", "namespaces", "sandbox", "runc")),
        ("resources/startup", "container", ("docker-exec", "docker-none", "docker-bridge")),
        ("resources/startup-vm", "host", ("uml",)),
        ("resources/startup-vm", "container", ("docker-bridge",)),
        ("resources/startup-vm", "vm", ("microvm", "q35")),
    ],
)
def test_each_rung_writes_the_same_line(run_example: Runs, name: str, side: str, metrics: tuple[str, ...]) -> None:
    """Every rung of the ladder writes "ready" and nothing else, and is sampled once."""
    output = run_example(name, side)
    assert set(output.regions.values()) == {"ready\n"}
    samples(output, *metrics)


@pytest.mark.example("resources/startup-system")
@engine
@pytest.mark.parametrize("side", ["container", "vm"])
def test_debian_is_up_when_it_says_ready(run_example: Runs, side: str) -> None:
    """systemd says that the system runs, with no unit that failed, before the line that ends the measurement."""
    output = run_example("resources/startup-system", side)
    assert output["show"].split() == ["running", "ready"]
    samples(output, "system")


@pytest.mark.example("resources/docker-run-steps")
@engine
def test_the_engine_announces_its_steps_in_order(run_example: Runs) -> None:
    """The daemon's events come in the order create, attach, start, die, destroy, after the program's own line."""
    shown = run_example("resources/docker-run-steps", "container")["events"].splitlines()
    assert shown == ["ready", *(f"container {action}" for action in ("create", "attach", "start", "die", "destroy"))]


@pytest.mark.claim("M2", "false")
@pytest.mark.example("resources/docker-run-steps")
@engine
@pytest.mark.parametrize("network", ["bridge", "none"])
def test_docker_run_takes_its_steps_in_order(run_example: Runs, network: str) -> None:
    """The times of engine, containerd, files and client agree: one clock, and no step before the one that it needs."""
    output = run_example("resources/docker-run-steps", "container")
    names = [f"{kind}-{step}" for kind in ("bridge", "none") for step in STEPS]
    hook = ["runc-hook"] * ("runc-hook" in dict(output.samples))  # an engine may use none
    taken = samples(output, *names, "runc-plain", "runc-filter", *hook)
    at = {step: taken[f"{network}-{step}"] for step in STEPS}
    chains = (
        ("created", "connected", "handed-over", "bundled", "shim", "runc", "prepared", "started", "announced", "died"),
        ("created", "attached", "first-line", "told", "exited", "died", "destroyed"),
        ("exited", "disconnected", "destroyed"),  # before or after the event of the death, by the engine's version
        ("handed-over", "prepared", "first-line", "returned"),
    )
    for chain in chains:
        for before, after in itertools.pairwise(chain):
            assert at[before] <= at[after] + TICK, (before, after, at)


@pytest.mark.example("resources/many-starts")
@engine
@pytest.mark.parametrize(
    ("side", "points"),
    [("container", ("in-turn@1", "in-turn@2", "at-once@1", "at-once@2")), ("vm", ("in-turn@1", "at-once@2"))],
)
def test_many_starts_count_what_was_asked(run_example: Runs, side: str, points: tuple[str, ...]) -> None:
    """Each number of instances that was asked for is sampled."""
    output = run_example("resources/many-starts", side)
    assert output["show"] == "ready\n"
    assert all(value > 0 for value in samples(output, *points).values())


@pytest.mark.example("resources/selfcheck")
@engine
@pytest.mark.parametrize("side", ["host", "container"])
def test_memory_read_twice_is_the_same(run_example: Runs, side: str) -> None:
    """The kernel's sum of a process's memory is the sum of its parts, except for their rounding to whole kB."""
    output = run_example("resources/selfcheck", side)
    taken = samples(output, "startup-ours", "startup-hyperfine", "memory-ours", "memory-by-hand")
    assert taken["memory-ours"] == pytest.approx(taken["memory-by-hand"], rel=0.05)


def test_every_declared_metric_was_recorded_on_some_side() -> None:
    """No experiment declares a metric that its scripts never sample, on whichever machine can run them."""
    results = load_results(DATA, EXAMPLES).results.values()
    recorded = {(key[0], split_point(key[2])[0]) for mine in results for key in mine}
    declared = {(example.id, metric) for example in EXAMPLES.values() for metric in example.metrics}
    assert declared <= recorded


def stopwatch(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the lab's stopwatch."""
    command = [sys.executable, "-I", "-S", str(LAB_SCRIPTS / "stopwatch.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


def test_the_clock_stops_at_the_line_and_not_at_the_end(tmp_path: Path) -> None:
    """A command that continues after its line is timed to the line, and the stopwatch waits for its end."""
    done = stopwatch("sh", "-c", f"echo not yet; echo is it ready; sleep 2; touch {tmp_path}/ended")
    assert done.returncode == 0 and 0 < float(done.stdout) < 2
    assert (tmp_path / "ended").exists()


@pytest.mark.parametrize("kind", ["--at-once", "--in-turn"])
def test_many_commands_are_numbered_and_ended(tmp_path: Path, kind: str) -> None:
    """Each instance gets its number; all are gone when the last line has come."""
    done = stopwatch(kind, "3", "sh", "-c", f"echo $$ >{tmp_path}/{{}}; echo ready; exec sleep 60")
    *count, seconds = done.stdout.split()
    assert count == (["3"] if kind == "--in-turn" else [])
    assert float(seconds) > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "2", "3"]
    for path in tmp_path.iterdir():
        assert not Path(f"/proc/{path.read_text().strip()}").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["true"],
        ["sh", "-c", "echo already"],  # the word is part of another
        ["printf", "ready"],  # the line has no end
        ["--at-once", "2", "true"],
        ["--in-turn", "1,2", "true"],
    ],
)
def test_without_the_line_there_is_no_time(words: list[str]) -> None:
    """Where the line never comes there is a message and no number."""
    done = stopwatch(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("ended without a line that holds 'ready'\n")
