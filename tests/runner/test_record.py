"""Recording: the plan and its limits, rounds in turn, failures kept, an interruption survived; and the comparison."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from macros.base.problems import Problems
from macros.base.schemas import Document, validate
from macros.model.examples import Example, Metric, Side
from macros.model.results import Results, Samples, load_results, split_point
from snippets.runner import compare, engines, experiments, lab, record
from snippets.runner.execute import Output
from snippets.runner.paths import DATA, ROOT
from tests.conftest import EXAMPLES

EXPERIMENTS = [example for example in EXAMPLES.values() if example.metrics]
BUILT = lab.Lab("tcg", "chosen by the test", "6.1.0")
FIRST = experiments.first_machine()


def elsewhere(side: Side) -> bool:
    """Return whether a side may be recorded on another machine than the first, which has no processor for it."""
    return "uml-boots" in side.requires


# -- what is committed ------------------------------------------------------------------------------


def test_recording_everything_fits_its_limit() -> None:
    """40 minutes on the first machine, by what each step took there when it was recorded."""
    chosen = experiments.choose(list(EXAMPLES.values()), FIRST, named=False)
    steps = experiments.plan(chosen, FIRST, everywhere=True)
    assert len(steps) == len(EXPERIMENTS) > 0, "nothing but experiments is recorded where no example is stale"
    unknown = [step.example for step in steps if not step.measured]
    assert [one.id for one in unknown if not any(elsewhere(side) for side in one.sides.values())] == []
    assert experiments.total(steps) <= experiments.LIMIT


def test_the_first_picture_fits_its_limit() -> None:
    steps = experiments.plan(EXPERIMENTS, FIRST, quick=True, everywhere=True)
    assert all(step.rounds == 1 for step in steps)
    chosen, left_out = experiments.within(steps, experiments.QUICK_LIMIT)
    assert experiments.total(chosen) <= experiments.QUICK_LIMIT
    assert len(chosen) > 2 * len(left_out), [step.example.id for step in left_out]


def test_every_experiment_was_recorded_in_full_on_the_first_machine() -> None:
    everywhere = load_results(DATA, EXAMPLES).results
    results = everywhere[FIRST]
    for example in EXPERIMENTS:
        sampled = {split_point(m)[0] for e, _, m in results if e == example.id}
        for side in example.sides:
            if elsewhere(example.sides[side]) and not any((e, one) == (example.id, side) for e, one, _ in results):
                others = {m for mine in everywhere.values() for e, one, m in mine if (e, one) == (example.id, side)}
                assert others, f"{example.id}: its side {side} was recorded on no machine"
                sampled |= others
                continue
            mine = {split_point(m)[0]: s for (e, one, m), s in results.items() if (e, one) == (example.id, side)}
            assert mine, f"{example.id} has no result of its side {side}"
            wanted = example.sides[side].runs or example.runs
            assert min(len(samples.values) for samples in mine.values()) >= wanted, f"{example.id}/{side}"
        assert sampled == set(example.metrics), example.id


def test_counts_of_rounds_are_those_that_the_method_promises() -> None:
    """At least 20 samples where a sample takes under 1 s, 7 under 5 s, 3 above: judged by the time of a side's round.

    A side of less than a second whose readings are set beside longer sides' of the same round has as many as those. What
    does not vary is read once, and amounts of memory, which vary little, three times.
    """
    directory = DATA / "results" / FIRST
    for example in EXPERIMENTS:
        content = json.loads((directory / f"{example.id.replace('/', '.')}.json").read_text())
        taken = {
            name: max(len(m["samples"]) for m in part["metrics"].values()) for name, part in content["sides"].items()
        }
        times = {n: part["seconds"] / part.get("rounds", taken[n] + 1) for n, part in content["sides"].items()}
        units = {metric.unit for metric in example.metrics.values()}
        if example.runs == 1:
            assert units <= {"B", "count", "code"}, f"{example.id}: one round is enough only for what does not vary"
            continue
        for name, seconds in times.items():
            runs = example.sides[name].runs or example.runs
            wanted = 3 if seconds >= 5 or units <= {"B", "count"} else 7
            if seconds < 1 and sum(times.values()) < 5:
                wanted = 20
            assert runs >= wanted, f"{example.id}/{name}: {seconds} s a round"
            assert runs % 2, f"{example.id}/{name}: an odd number of rounds has a median that was measured"


# -- taking -----------------------------------------------------------------------------------------

Fake = Callable[..., Output]


@pytest.fixture(autouse=True)
def _nothing_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What whoever runs the tests may have set for a recording is not meant for these."""
    for name in ("ALL", "EFFORT", "FRESH", "QUICK", "REPEAT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def experiment() -> Example:
    """An experiment with two sides; neither of them is run."""
    chosen = EXAMPLES["architecture/carried"]
    return dataclasses.replace(chosen, id="test/fake", metrics={"speed": Metric("Speed", "s")}, runs=3)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """Put a stand-in for running a script in place; yields what was run, as (side, effort)."""
    made: list[tuple[str, str]] = []

    def run(side: object, _built: lab.Lab, *, echo: bool = False, effort: str = "once") -> Output:
        name = side.side  # type: ignore[attr-defined]
        made.append((name, effort))
        if (name, len([c for c in made if c[0] == name])) == FAILS:
            raise record.ExampleError("it broke\nand said more")
        regions = {"show": "printed\n"}
        return Output(f"test/fake/{name}", regions, "printed\n", 0, False, 0.5, "none", (("speed", str(len(made))),))

    monkeypatch.setattr(record, "run_side", run)
    yield made
    globals()["FAILS"] = ("", 0)


FAILS = ("", 0)  # a side, and which of its rounds fails


def test_sides_take_turns_and_the_first_round_is_not_measured(
    experiment: Example, calls: list[tuple[str, str]]
) -> None:
    spent: list[float] = []
    taken = record.take(experiment, experiment.sides.values(), BUILT, spent.append)
    assert calls == [("container", "once"), ("vm", "once")] + [("container", "full"), ("vm", "full")] * 3
    assert [one.samples["speed"] for one in taken] == [[3, 5, 7], [4, 6, 8]]
    assert len(spent) == 8
    part = record.part_of(experiment, taken[0], BUILT)
    schema = {"experiment": "test/fake", "machine": "m", "date": "2026-01-31", "commit": "none", "versions": {}}
    document = Document(path=DATA / "x.json", content=schema | {"sides": {"container": part}}, problems=Problems(ROOT))
    assert validate(document, DATA / "schema" / "result.json"), document.problems.found


def test_a_side_that_fails_is_kept_as_an_error_and_the_other_goes_on(
    experiment: Example, calls: list[tuple[str, str]]
) -> None:
    globals()["FAILS"] = ("container", 2)
    container, vm = record.take(experiment, experiment.sides.values(), BUILT, lambda _: None)
    assert calls.count(("container", "full")) == 1
    assert len(vm.samples["speed"]) == 3
    part = record.part_of(experiment, container, BUILT)
    assert part["error"] == "it broke"
    assert part["metrics"] == {}


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        (("speed", "fast"), "is not a number"),
        (("speed", "-1"), "is negative"),
        (("speed", "inf"), "is not finite"),
        (("speed", "nan"), "is not finite"),
        (("Speed!", "1"), "neither METRIC nor METRIC@POINT"),
        (("sped", "1"), "does not declare"),
        (("speed@2", "1"), "write METRIC alone"),
    ],
)
def test_a_sample_that_cannot_be_is_refused(experiment: Example, reading: tuple[str, str], said: str) -> None:
    side = experiment.sides["vm"]
    output = Output(side.id, {}, "", 0, False, 1.0, "none", (reading,))
    with pytest.raises(record.ExampleError, match=said):
        record.samples_of(experiment, side, output)


def test_a_metric_with_points_asks_for_one(experiment: Example) -> None:
    pointed = dataclasses.replace(experiment, metrics={"memory": Metric("Memory", "B", "instances")})
    side = experiment.sides["vm"]
    good = Output(side.id, {}, "", 0, False, 1.0, "none", (("memory@8", "4096"),))
    assert record.samples_of(pointed, side, good) == {"memory@8": [4096.0]}
    with pytest.raises(record.ExampleError, match="METRIC@POINT"):
        record.samples_of(pointed, side, dataclasses.replace(good, samples=(("memory", "4096"),)))
    with pytest.raises(record.ExampleError, match="sampled nothing"):
        record.samples_of(pointed, side, dataclasses.replace(good, samples=()))


def test_an_interrupted_recording_goes_on(
    experiment: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was done is not done again; a script that changed since is; at the end nothing is remembered."""
    two = [dataclasses.replace(experiment, id=f"test/{name}") for name in ("one", "two")]
    done: list[str] = []

    def take_one(one: Example, *_: object, **__: object) -> record.Outcome:
        if one.id == "test/two" and len(done) == 1:
            done.append("interrupted")
            raise KeyboardInterrupt
        done.append(one.id)
        return record.Outcome([], [], [])

    monkeypatch.setattr(experiments, "BUILD", tmp_path)
    monkeypatch.setattr(record, "DATA", tmp_path)
    (tmp_path / "machines.yml").write_text("first: here\n")
    monkeypatch.setattr(experiments, "first_machine", lambda: "here")
    monkeypatch.setattr(record, "record", take_one)
    monkeypatch.setattr(record, "machine_slug", lambda: "here")
    monkeypatch.setattr(record, "prepare", lambda _: BUILT)
    monkeypatch.setattr(record, "machine_facts", lambda *_: "{}")
    monkeypatch.setattr(engines, "missing", lambda _: [])
    with pytest.raises(KeyboardInterrupt):
        experiments.record_all(two)
    assert experiments.record_all(two) == 0
    assert done == ["test/one", "interrupted", "test/two"]
    assert "1 of 2 are done" in capsys.readouterr().out
    assert experiments.record_all(two) == 0
    assert done[3:] == ["test/one", "test/two"]


def test_on_another_machine_the_recorded_output_stays() -> None:
    assert experiments.choose(list(EXAMPLES.values()), "somewhere-else", named=False) == EXPERIMENTS
    assert experiments.choose(list(EXAMPLES.values()), FIRST, named=False) == EXPERIMENTS
    assert experiments.choose(list(EXAMPLES.values()), FIRST, named=False, every=True) == list(EXAMPLES.values())


# -- comparing --------------------------------------------------------------------------------------


def samples(side: str, values: tuple[float, ...], accelerator: str = "none") -> Results:
    return {("test/fake", side, "speed"): Samples("test/fake", side, "speed", "s", values, accelerator, "m", "d", "f")}


def test_a_comparison_gives_the_ratio_of_medians(experiment: Example) -> None:
    both = {"test/fake": experiment}
    published, mine = samples("container", (1.0, 2.0, 3.0)), samples("container", (4.0, 5.0, 6.0))
    (row,) = compare.rows(both, published, {}, mine, {})
    assert (row.ratio, row.remark) == ("2.50", "")
    assert row.published.replace("\u202f", " ") == "2.00 s (1.00 s to 3.00 s)"


def test_a_comparison_says_what_cannot_be_compared(experiment: Example) -> None:
    published, mine = samples("vm", (1.0, 2.0, 3.0), "tcg"), samples("vm", (4.0,), "kvm")
    (row,) = compare.rows({"test/fake": experiment}, published, {}, mine, {})
    assert row.ratio == ""
    assert "not comparable: hardware virtualisation (KVM) here, software emulation (TCG) there" in row.remark
    depends = dataclasses.replace(experiment, depends=("cgroups",))
    published, mine = samples("container", (1.0, 2.0, 3.0)), samples("container", (4.0, 5.0, 6.0))
    (row,) = compare.rows({"test/fake": depends}, published, {"cgroups": "1"}, mine, {"cgroups": "2"})
    assert (row.ratio, row.remark) == ("", "not comparable: cgroup version 2 here, 1 there")


def test_a_comparison_needs_something_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(compare, "QUICK", tmp_path)
    with pytest.raises(record.ExampleError, match="make record QUICK=1"):
        compare.own(load_results(DATA, EXAMPLES), FIRST, EXAMPLES)
