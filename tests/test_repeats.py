"""The second recording: what counts as the same, and that the committed one repeats the first."""

from __future__ import annotations

import pytest

from conftest import EXAMPLES
from macros.repeats import WANTED, Pair, pairs, share
from macros.results import Samples, load_repeats, load_results
from runner import experiments
from runner.paths import DATA


def pair(one: tuple[float, ...], two: tuple[float, ...]) -> Pair:
    first, second = (Samples("t/e", "vm", "m", "s", values, "none", "here", "d", "f") for values in (one, two))
    return Pair(first, second)


@pytest.mark.parametrize(
    ("one", "two", "repeats"),
    [
        ((1.0, 2.0, 9.0), (8.0, 8.5, 9.0), True),  # the second's median lies in the first's interval
        ((8.0, 8.5, 9.0), (1.0, 2.0, 9.0), True),  # and the other way round
        ((1.0, 1.0, 1.0), (1.1, 1.1, 1.1), True),  # apart, by less than a tenth
        ((1.0, 1.0, 1.0), (1.2, 1.2, 1.2), False),
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), True),
        ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), False),
    ],
)
def test_what_repeats(one: tuple[float, ...], two: tuple[float, ...], repeats: bool) -> None:
    assert pair(one, two).repeats is repeats


def test_the_share_of_nothing_is_no_share() -> None:
    with pytest.raises(ValueError, match="recorded twice"):
        share([])


def test_nine_medians_in_ten_came_out_again() -> None:
    """Of every metric that is recorded on the first machine: the second recording is whole."""
    first = experiments.first_machine()
    results = load_results(DATA, EXAMPLES).results[first]
    second = load_repeats(DATA, EXAMPLES).results[first]
    assert {key[0] for key in results} == {key[0] for key in second}
    assert share(pairs(results, second)) >= WANTED
    assert share(pairs(results, second, outcomes=True)) >= WANTED
