"""Two recordings: what counts as the same, and that one of the committed two repeats the other."""

from __future__ import annotations

import pytest

from macros.model.load import Data
from macros.model.repeats import OUTCOME, WANTED, Pair, pairs, share
from macros.model.results import Samples, load_repeats, load_results
from macros.render.repeats import repeats
from snippets.runner import experiments, record
from snippets.runner.paths import DATA
from tests.conftest import EXAMPLES


def pair(one: tuple[float, ...], two: tuple[float, ...]) -> Pair:
    first, second = (Samples("t/e", "vm", "m", "s", values, "none", "here", "d", "f") for values in (one, two))
    return Pair(first, second)


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ((1.0, 2.0, 9.0), (8.0, 8.5, 9.0), True),  # the second's median lies in the first's interval
        ((8.0, 8.5, 9.0), (1.0, 2.0, 9.0), True),  # and the other way round
        ((1.0, 1.0, 1.0), (1.1, 1.1, 1.1), True),  # apart, by less than a tenth
        ((1.0, 1.0, 1.0), (1.2, 1.2, 1.2), False),
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), True),
        ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), False),
    ],
)
def test_what_repeats(one: tuple[float, ...], two: tuple[float, ...], same: bool) -> None:
    assert pair(one, two).repeats is same


def test_an_outcome_that_one_recording_lacks_is_not_reproduced() -> None:
    here = Samples("t/e", "vm", "working@28", "code", (1.0,), "none", "here", "d", "f")
    again = Samples("t/e", "vm", "around@3", "code", (1.0,), "none", "here", "d", "f")
    keys = {one.metric: ("t/e", "vm", one.metric) for one in (here, again)}
    first, second = {keys[one.metric]: one for one in (here, again)}, {keys["around@3"]: again}
    for found in (pairs(first, second, outcomes=True), pairs(second, first, outcomes=True)):
        assert sorted(pair.repeats for pair in found) == [False, True]


def test_nothing_recorded_twice_has_no_share() -> None:
    with pytest.raises(ValueError, match="recorded twice"):
        share([])


def test_nine_medians_in_ten_are_reproduced() -> None:
    """Of every experiment that is recorded on the first machine, in two whole recordings of the scripts as they are."""
    first = experiments.first_machine()
    shown = load_results(DATA, EXAMPLES).results[first]
    one, two = (recorded.results[first] for recorded in load_repeats(DATA, EXAMPLES))
    shown_names, one_names, two_names = (
        {key for key, samples in recorded.items() if samples.unit != OUTCOME} for recorded in (shown, one, two)
    )
    assert shown_names == one_names == two_names
    assert share(pairs(one, two)) >= WANTED
    assert share(pairs(one, two, outcomes=True)) >= WANTED


@pytest.mark.parametrize(("number", "ends"), [("", "data/results/m"), ("1", "repeats/1/m"), ("2", "repeats/2/m")])
def test_each_recording_has_its_place(number: str, ends: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPEAT", number)
    assert record.results_of("m").as_posix().endswith(ends)


def test_there_is_no_third_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPEAT", "3")
    with pytest.raises(record.ExampleError, match="neither 1 nor 2"):
        record.results_of("m")


def test_what_was_measured_under_emulation_says_so(data: Data) -> None:
    """In the table of what was not reproduced, each row of a VM names its accelerator."""
    rows = [line for line in repeats(data).splitlines() if "Virtual machine" in line]
    assert rows, "no median of a VM differs: take another case for this test"
    assert all("Virtual machine (software emulation (TCG))" in row for row in rows)
