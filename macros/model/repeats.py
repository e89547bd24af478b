"""Two recordings made from scratch on the same machine: how many medians of one the other reproduced."""

from __future__ import annotations

from dataclasses import dataclass, replace

from macros.base.statistics import estimate
from macros.model.results import Results, Samples

NEAR = 0.1  # medians that differ by no more than this share count as the same
WANTED = 0.9  # the share of medians that must be reproduced
OUTCOME = "code"  # the unit of an outcome, which is not a quantity: how a system call ended


@dataclass(frozen=True)
class Pair:
    """One metric of two recordings."""

    first: Samples
    second: Samples

    @property
    def repeats(self) -> bool:
        """Whether one of the two medians lies in the other's 95 % interval, or within a tenth of the other."""
        if not (self.first.values and self.second.values):
            return False
        one, two = estimate(self.first.values), estimate(self.second.values)
        return (
            one.low <= two.median <= one.high
            or two.low <= one.median <= two.high
            or abs(one.median - two.median) <= NEAR * max(abs(one.median), abs(two.median))
        )


def pairs(first: Results, second: Results, *, outcomes: bool = False) -> list[Pair]:
    """Return the quantities that both recordings hold, in the order of the first; with `outcomes`, those instead.

    They are counted separately: there are far more outcomes than quantities, and nearly all are reproduced, which would hide
    how many quantities are not.
    """
    found = [Pair(samples, second[key]) for key, samples in first.items() if key in second]
    if outcomes:
        # A call that only one of the recordings has was not reproduced.
        found += [Pair(one, replace(one, values=())) for key, one in first.items() if key not in second]
        found += [Pair(replace(one, values=()), one) for key, one in second.items() if key not in first]
    return [pair for pair in found if (pair.first.unit == OUTCOME) == outcomes]


def share(found: list[Pair]) -> float:
    """Return which share of the pairs repeats, from 0 to 1. Raises ValueError for none."""
    if not found:
        raise ValueError("no metric was recorded twice")
    return sum(pair.repeats for pair in found) / len(found)
