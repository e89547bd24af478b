"""The axis of a chart: its ends, its ticks, and where a value stands on it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from macros.base.units import scale, tick


@dataclass(frozen=True)
class Axis:
    """An axis from `low` to `high`, with the values at which a line stands."""

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool
    unit: str

    def share(self, value: float) -> float:
        """Return where a value stands, from 0 to 1; what lies beyond an end stands at it."""
        low, high = (math.log10(self.low), math.log10(self.high)) if self.log else (self.low, self.high)
        if self.log:
            value = math.log10(value) if value > 0 else low
        return min(1.0, max(0.0, (value - low) / (high - low)))

    def words(self) -> str:
        """Say what the axis is."""
        ends = f"from {tick(self.low, self.unit, self._near(self.low))} to {tick(self.high, self.unit, self._near(self.high))}"
        if self.log:
            return f"logarithmic, {ends}; each line is ten times the one before"
        step = self.ticks[1] - self.ticks[0]
        return f"linear, {ends}, a line each {tick(step, self.unit, self.high)}"

    def _near(self, value: float) -> float:
        if self.log:
            return min(value, 1.0) if self.unit == "s" else value  # 100 s, not 1.67 min
        return max(abs(self.low), abs(self.high))

    def label(self, value: float) -> str:
        """Return the text of a tick."""
        return tick(value, self.unit, self._near(value))


def axis(values: Iterable[float], unit: str, *, log: bool = False) -> Axis:
    """Return an axis that holds all `values`; a linear one also holds 0. On a logarithmic one all must be above 0."""
    known = list(values)
    if log:
        least, most = min(known, default=1.0), max(known, default=10.0)
        low, high = math.floor(math.log10(least)), math.ceil(math.log10(most))
        low -= math.isclose(least, 10.0**low)  # a bar has a length
        high += high == low
        decades = tuple(float(Decimal(10) ** power) for power in range(low, high + 1))
        return Axis(decades[0], decades[-1], decades, log=True, unit=unit)
    low_, high_ = min([0.0, *known]), max([0.0, *known])
    if low_ == high_:
        high_ = 1.0
    size = float(scale(max(high_, -low_), unit)[1])
    reach = (high_ - low_) / size
    step = next(
        n * 10.0**power
        for power in range(math.floor(math.log10(reach)) - 2, math.floor(math.log10(reach)) + 2)
        for n in (1, 2, 5)
        if reach / (n * 10.0**power) <= 5
    )
    least_, most_ = math.floor(low_ / size / step + 1e-9), math.ceil(high_ / size / step - 1e-9)
    ticks = tuple(float(n * Decimal(repr(step)) * Decimal(repr(size))) for n in range(least_, most_ + 1))
    return Axis(ticks[0], ticks[-1], ticks, log=False, unit=unit)
