"""Two recordings: how far the medians of one come out again in the other, made from scratch on the same machine."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .data import Data
from .estimates import estimate
from .measured import address, amount, between
from .pages import Call, Shown
from .render import ACCELERATORS, cards, escape, side_name
from .results import REPEATS, Results, Samples

NEAR = 0.1  # medians that differ by no more than this share count as the same
WANTED = 0.9  # the share of medians that must come out again
OUTCOME = "code"  # the unit of what is no quantity: how a system call ended


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

    They are counted apart: there are far more outcomes than quantities, and nearly all come out again, which would hide
    how many quantities do not.
    """
    found = [Pair(samples, second[key]) for key, samples in first.items() if key in second]
    if outcomes:
        # A call that one recording met and the other did not has not come out again.
        found += [Pair(one, replace(one, values=())) for key, one in first.items() if key not in second]
        found += [Pair(replace(one, values=()), one) for key, one in second.items() if key not in first]
    return [pair for pair in found if (pair.first.unit == OUTCOME) == outcomes]


def share(found: list[Pair]) -> float:
    """Return which share of the pairs repeats, from 0 to 1. Raises ValueError for none."""
    if not found:
        raise ValueError("no metric was recorded twice")
    return sum(pair.repeats for pair in found) / len(found)


def _linked(samples: Samples) -> str:
    """Return a median with its interval, linked to the raw samples."""
    found = estimate(samples.values)
    return f"[{amount(found, samples.unit)}]({address(samples.file)}) ({between(found, samples.unit)})"


def repeats(data: Data) -> str:
    """Return how many medians of one recording came out again in the other, a table of the quantities that did not, and how many of
    the recording that pages show came out again in the first of the two."""
    one, two = data.repeats
    found = pairs(one, two)
    calls = pairs(one, two, outcomes=True)
    rows = []
    for pair in found:
        if pair.repeats:
            continue
        example = data.examples[pair.first.experiment]
        numbers = [_linked(samples) for samples in (pair.first, pair.second)]
        how = ACCELERATORS[pair.first.accelerator]
        where = side_name(pair.first.side) + (f" ({how})" if how else "")
        rows.append([f"{escape(example.title)}: `{pair.first.metric}`", where, *numbers])
    said = (
        f"{len(found) - len(rows)} of {len(found)} medians came out again ({100 * share(found):.0f} %): one lies in the "
        f"other's interval, or within {100 * NEAR:.0f} % of it."
    )
    if calls:
        same = sum(pair.repeats for pair in calls)
        said += (
            f" So did {same} of {len(calls)} outcomes of system calls, which are no quantities and are counted apart."
        )
    if shown := pairs(data.results, one):
        said += (
            f" Of the recording that the pages show, which was made at another hour, {100 * share(shown):.0f} % of the medians "
            "came out again in the first of the two."
        )
    if not rows:
        return said
    table = cards(["These did not", "Side", "First", "Second"], rows)
    return f'{said}\n\n<div data-search-exclude markdown="1">\n\n{table}\n\n</div>'


def check_repeats(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `repeats`: something must have been recorded twice. See `pages.Check`."""
    if len(data.repeats) == len(REPEATS) and pairs(*data.repeats):
        return ""
    what = f"'{call.name}', but no metric of {data.machine} was recorded twice for it"
    return f"{what}\nrun: make record REPEAT=1, then make record REPEAT=2"
