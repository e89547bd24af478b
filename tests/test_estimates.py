"""Medians and their intervals against brute force, and every edge of what is computed from samples."""

from __future__ import annotations

import itertools
import random
import statistics

import pytest

from macros.estimates import OUTSIDE, Estimate, a_minute, difference, estimate, onset, ratio, same, slope


def test_what_is_used_in_a_minute() -> None:
    assert a_minute([1.0, 4.0, 3.0], [10.0, 20.0, 10.0]) == estimate([6.0, 12.0, 18.0])
    for windows in ([], [0.0], [1.0, 1.0]):
        with pytest.raises(ValueError, match="a window for each reading"):
            a_minute([1.0], windows)


def quantiles(medians: list[float]) -> tuple[float, float]:
    """Return the least values at or below which more than 2.5 %, and at least 97.5 %, of the medians lie."""
    ordered = sorted(medians)
    count = len(ordered)
    low = next(one for n, one in enumerate(ordered, 1) if n / count > OUTSIDE)
    return low, next(one for n, one in enumerate(ordered, 1) if n / count >= 1 - OUTSIDE)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_the_interval_is_that_of_every_possible_resample(count: int) -> None:
    """For few values every resample can be written down; an even number may only err to the wide side."""
    values = [3.0, 1.0, 4.0, 1.5, 9.0, 2.6][:count]
    found = estimate(values)
    low, high = quantiles([statistics.median(one) for one in itertools.product(values, repeat=count)])
    assert found.median == statistics.median(values)
    assert found.count == count
    if count % 2:
        assert (found.low, found.high) == (low, high)
    else:
        assert found.low <= low <= high <= found.high


@pytest.mark.parametrize("count", [7, 21, 31])
def test_the_interval_is_that_of_random_resamples(count: int) -> None:
    chance = random.Random(count)
    values = [chance.lognormvariate(0, 1) for _ in range(count)]
    medians = [statistics.median(chance.choices(values, k=count)) for _ in range(20_000)]
    low, high = quantiles(medians)
    ordered = sorted(values)
    found = estimate(values)
    assert abs(ordered.index(found.low) - ordered.index(low)) <= 1
    assert abs(ordered.index(found.high) - ordered.index(high)) <= 1


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    chance = random.Random(3)
    rounds = [estimate([chance.gauss(0, 1) for _ in range(21)]) for _ in range(600)]
    share = sum(one.low <= 0 <= one.high for one in rounds) / len(rounds)
    assert 0.92 <= share <= 1


def test_order_does_not_matter_and_three_values_give_the_whole_range() -> None:
    assert {estimate(one) for one in itertools.permutations((5.0, 1.0, 3.0))} == {Estimate(3, 1, 5, 3)}


def test_one_value_has_no_interval_and_none_is_refused() -> None:
    assert not estimate([7]).certain
    assert estimate([7, 7]).certain
    with pytest.raises(ValueError, match="no values"):
        estimate([])


def test_equal_values_give_an_interval_of_no_width() -> None:
    assert estimate([2.0] * 21) == Estimate(2, 2, 2, 21)


def test_a_ratio_is_taken_round_by_round() -> None:
    """The machine was slow in the second round, on both sides: the pairs do not show it, the medians would."""
    found = ratio([2.0, 20.0, 2.2], [1.0, 10.0, 1.1])
    assert (found.median, found.low, found.high) == pytest.approx((2, 2, 2))


def test_without_pairs_the_interval_holds_every_end() -> None:
    above, below = [2.0, 20.0, 2.2], [1.0, 10.0, 1.1]
    for found in (ratio(above, below, paired=False), ratio(above, [*below, 1.1, 1.1])):
        assert found.median == pytest.approx(2)
        assert found.low == pytest.approx(2 / 10)
        assert found.high == pytest.approx(20)
    apart = difference(above, below, paired=False)
    assert (apart.median, apart.low, apart.high) == pytest.approx((1.1, 2 - 10, 20 - 1))
    assert difference(above, below[:2]).count == 2


@pytest.mark.parametrize("below", [[], [0.0], [1.0, 0.0], [1.0, -1.0]])
def test_a_ratio_to_nothing_is_refused(below: list[float]) -> None:
    with pytest.raises(ValueError, match="ratio to nothing"):
        ratio([1.0] * len(below), below)


def test_a_difference_may_be_negative() -> None:
    assert difference([1.0, 2.0, 3.0], [2.0, 2.5, 4.0]) == Estimate(-1, -1, -0.5, 3)


def test_a_slope_is_fitted_to_each_round() -> None:
    points = {1: [10.0, 11.0, 12.0], 2: [13.0, 14.0, 15.0], 4: [19.0, 20.0, 21.0]}
    found = slope(points)
    assert (found.median, found.low, found.high) == pytest.approx((3, 3, 3))
    assert slope({0: [0.0, 0.0, 0.0], 10: [10.0, 20.0, 40.0]}) == Estimate(2, 1, 4, 3)
    assert slope({1: [1.0, 2.0], 2: [2.0]}).count == 1
    for few in ({}, {1: [1.0]}):
        with pytest.raises(ValueError, match="two points"):
            slope(few)


def test_an_onset_is_what_comes_with_the_first() -> None:
    """Readings that jump by 5 and by 7 with the first; the reading at 0 pulls the line of four points to three tenths of that."""
    found = onset({0: [10.0, 10.0], 1: [17.0, 19.0], 2: [19.0, 21.0], 3: [21.0, 23.0]})
    assert (found.low, found.high) == pytest.approx((5 * 0.3, 7 * 0.3))
    assert found.count == 2
    assert onset({0: [3.0], 1: [4.0], 2: [5.0]}).median == pytest.approx(0)
    for few in ({}, {0: [1.0]}, {1: [1.0], 2: [2.0]}):
        with pytest.raises(ValueError, match="needs"):
            onset(few)


@pytest.mark.parametrize(
    ("low", "high", "nothing", "answer"),
    [
        (0.9, 1.1, 1, True),
        (1, 1.1, 1, True),
        (0.9, 1, 1, True),
        (1.01, 1.1, 1, False),
        (-1, 1, 0, True),
        (1, 2, 0, False),
    ],
)
def test_when_there_is_no_difference_to_state(low: float, high: float, nothing: float, answer: bool) -> None:
    assert same(Estimate((low + high) / 2, low, high, 7), nothing) is answer
