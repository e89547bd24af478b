"""Medians, intervals, ratios and slopes: the one place where samples become figures.

Every interval is the distribution-free one of the median that belongs to the sign test (Conover, Practical
Nonparametric Statistics, 3rd edition, 1999, section 3.2): it reaches from one reading to another, chosen by how
often a fair coin falls so, and covers the median of what was drawn from in at least 95 of 100 cases, whatever the
distribution. It needs six readings; with fewer it runs from the least to the greatest, covers less, and is shown
as a range. (A percentile bootstrap interval covers only 7 of 8 cases with seven readings.)
No random numbers are drawn, so that two builds agree.
"""

from __future__ import annotations

import functools
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

OUTSIDE = 0.025  # how often, at most, the median lies beyond one end of the interval


@dataclass(frozen=True)
class Estimate:
    """A median with its 95 % interval, from `count` values; with fewer than six of them, with their range."""

    median: float
    low: float
    high: float
    count: int

    @property
    def certain(self) -> bool:
        """Whether there is an interval at all: one value has none."""
        return self.count > 1


@functools.cache
def _place(count: int) -> int:
    """Return which of `count` values, from each end, is the end of the interval: 1 for the least and the greatest."""
    return max((k for k in range(1, count + 1) if _beyond(count, k) <= OUTSIDE), default=1)


def _beyond(count: int, position: int) -> float:
    """Return how often the median of a distribution lies below the `position`-th least (from 1) of `count` values drawn from it.

    That is where fewer than `position` of them fall below the median, as each does in half of all cases.
    """
    return sum(math.comb(count, k) for k in range(position)) / float(2**count)


def estimate(values: Sequence[float]) -> Estimate:
    """Return the median of `values` with its interval. Raises ValueError for no values.

    The interval runs from the k-th least value to the k-th greatest, for the greatest k by which the median lies
    beyond each end in at most 2.5 of 100 cases; where there is none, below six values, from the least to the greatest.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    count = len(ordered)
    place = _place(count)
    return Estimate(statistics.median(ordered), ordered[place - 1], ordered[count - place], count)


def ratio(above: Sequence[float], below: Sequence[float], *, paired: bool = True) -> Estimate:
    """Return the median of `above[i] / below[i]`, where value i of both comes from the same round.

    If `paired` is false, or the two do not have the same number of values, there are no pairs: the ratio is then that of
    the medians, and its interval reaches from the least to the greatest ratio of the two intervals' ends.
    Raises ValueError if `below` is empty or has a value that is not above 0.
    """
    if not below or min(below) <= 0:
        raise ValueError("a ratio to a value that is not above 0, or to no value")
    if paired and len(above) == len(below):
        return estimate([a / b for a, b in zip(above, below, strict=True)])
    over, under = estimate(above), estimate(below)
    return Estimate(
        over.median / under.median, over.low / under.high, over.high / under.low, min(over.count, under.count)
    )


def a_minute(used: Sequence[float], windows: Sequence[float]) -> Estimate:
    """Return the median of what is used in a minute, of readings `used[i]` over `windows[i]` seconds of the same round.

    Raises ValueError where a window is not above 0, or has no reading.
    """
    if not windows or min(windows) <= 0 or len(used) != len(windows):
        raise ValueError("a window for each reading, above 0")
    return estimate([60 * one / seconds for one, seconds in zip(used, windows, strict=True)])


def difference(above: Sequence[float], below: Sequence[float], *, paired: bool = True) -> Estimate:
    """Return the median of `above[i] - below[i]`, paired as `ratio` is; without pairs, the interval of all ends."""
    if paired and len(above) == len(below):
        return estimate([a - b for a, b in zip(above, below, strict=True)])
    over, under = estimate(above), estimate(below)
    return Estimate(
        over.median - under.median, over.low - under.high, over.high - under.low, min(over.count, under.count)
    )


def _lines(points: Mapping[int, Sequence[float]]) -> list[tuple[float, float]]:
    """Return the slope and the intercept of the least-squares line of each round (value i of every point)."""
    if len(points) < 2:
        raise ValueError("a slope needs two points")
    rounds = min(len(values) for values in points.values())
    places = list(points)
    fitted = (statistics.linear_regression(places, [points[p][i] for p in places]) for i in range(rounds))
    return [(line.slope, line.intercept) for line in fitted]


def slope(points: Mapping[int, Sequence[float]]) -> Estimate:
    """Return what one more costs: the slope of the least-squares line through the values at each point.

    A line is fitted to each round (value i of every point); the estimate is the median of the rounds' slopes.
    Raises ValueError for fewer than two points.
    """
    return estimate([rise for rise, _ in _lines(points)])


def onset(points: Mapping[int, Sequence[float]]) -> Estimate:
    """Return what comes once, with the first: by how much the line of `slope` at 0 lies above the reading at 0.

    Raises ValueError for fewer than two points, or none at 0.
    """
    if 0 not in points:
        raise ValueError("an onset needs a reading at 0")
    return estimate([at_0 - value for (_, at_0), value in zip(_lines(points), points[0], strict=False)])


def same(found: Estimate, nothing: float) -> bool:
    """Return whether the interval contains `nothing` (1 for a ratio, 0 for a difference), so that there is no difference to state."""
    return found.low <= nothing <= found.high
