"""The axis of a chart: its ends, its ticks, and where a value stands on it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from macros.base.units import middle, plain_in, scale

# What an axis says of a unit that is no unit.
WORDS = {"": "as a number", "a second": "as a number a second", "times": "as a ratio"}


@dataclass(frozen=True)
class Axis:
    """An axis from `low` to `high`, with the values at which a line stands; `scale` is the unit in which all is written."""

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool
    unit: str
    scale: tuple[str, Decimal] = ("", Decimal(1))

    def share(self, value: float) -> float:
        """Return where a value stands, from 0 to 1; what lies beyond an end stands at it."""
        low, high = (math.log10(self.low), math.log10(self.high)) if self.log else (self.low, self.high)
        if self.log:
            value = math.log10(value) if value > 0 else low
        return min(1.0, max(0.0, (value - low) / (high - low)))

    def words(self) -> str:
        """Say what the axis is."""
        kind = "logarithmic, each line is ten times the one before" if self.log else "linear"
        return f"{kind}, {WORDS.get(self.scale[0], f'in {self.scale[0]}')}"

    def label(self, value: float) -> str:
        """Return the text of a tick, without the unit."""
        return plain_in(value, self.scale)

    def labelled(self, most: int = 6) -> tuple[float, ...]:
        """Return the ticks that have a label: all, or every second, third and so on, where there would be more than `most`."""
        every = -(-len(self.ticks) // most)
        return self.ticks[::every]


def axis(values: Iterable[float], unit: str, *, log: bool = False) -> Axis:
    """Return an axis that holds all `values`; a linear one also holds 0. On a logarithmic one all must be above 0."""
    known = list(values)
    if log:
        least, most = min(known, default=1.0), max(known, default=10.0)
        low, high = math.floor(math.log10(least)), math.ceil(math.log10(most))
        low -= math.isclose(least, 10.0**low)  # a bar has a length
        high += high == low
        decades = tuple(float(Decimal(10) ** power) for power in range(low, high + 1))
        return Axis(decades[0], decades[-1], decades, log=True, unit=unit, scale=middle(known, unit, log=True))
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
    return Axis(ticks[0], ticks[-1], ticks, log=False, unit=unit, scale=middle([ticks[-1], ticks[0]], unit, log=False))
