"""Medians and their intervals against brute force, and every edge of what is computed from samples."""

from __future__ import annotations

import itertools
import math
import random
import statistics

import pytest

from macros.base.statistics import OUTSIDE, Estimate, a_minute, difference, estimate, onset, ratio, same, slope


def test_what_is_used_in_a_minute() -> None:
    assert a_minute([1.0, 4.0, 3.0], [10.0, 20.0, 10.0]) == estimate([6.0, 12.0, 18.0])
    for windows in ([], [0.0], [1.0, 1.0]):
        with pytest.raises(ValueError, match="a window for each reading"):
            a_minute([1.0], windows)


@pytest.mark.parametrize("count", [1, 2, 5, 6, 7, 8, 9, 10, 21, 22, 31])
def test_the_interval_is_the_narrowest_that_covers_enough(count: int) -> None:
    """Of a fair coin's throws written down: moved in by one reading at each end, it would cover less than 95 of 100."""
    found = estimate([float(place) for place in range(count)])
    low, high = int(found.low), int(found.high)
    assert (found.median, found.count, high) == (statistics.median(range(count)), count, count - 1 - low)
    if count < 6:
        assert low == 0
        return
    # reading number k of the sorted ones lies above the median where at most k of all lie below it
    throws = [sum(faces) for faces in itertools.product((0, 1), repeat=count)] if count < 11 else None
    below = [throws.count(k) if throws else math.comb(count, k) for k in range(count + 1)]
    assert sum(below[: low + 1]) / 2**count <= OUTSIDE < sum(below[: low + 2]) / 2**count


@pytest.mark.parametrize(("count", "low"), [(7, 1), (21, 6)])
def test_the_interval_of_the_usual_numbers_of_rounds(count: int, low: int) -> None:
    """Seven readings reach from the least to the greatest, twenty-one from the sixth least to the sixth greatest."""
    found = estimate([float(place) for place in range(1, count + 1)])
    assert (found.low, found.high) == (low, count + 1 - low)


@pytest.mark.parametrize("count", [7, 21])
def test_the_interval_covers_the_truth_as_often_as_it_says(count: int) -> None:
    """Also of a distribution that is far from even; 2,000 draws scatter by half a point in a hundred."""
    chance = random.Random(count)
    rounds = [estimate([chance.lognormvariate(0, 1) for _ in range(count)]) for _ in range(2000)]
    assert sum(one.low <= 1 <= one.high for one in rounds) / len(rounds) > 0.94


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
def test_a_ratio_to_what_is_not_above_0_is_refused(below: list[float]) -> None:
    with pytest.raises(ValueError, match="ratio to a value that is not above 0"):
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
