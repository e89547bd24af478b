"""Renders how many medians of one recording the other reproduced."""

from __future__ import annotations

from macros.base.markup import literal
from macros.base.statistics import estimate
from macros.model.load import Data
from macros.model.repeats import NEAR, pairs, share
from macros.model.results import REPEATS, Samples
from macros.pages.registry import macro
from macros.pages.uses import Use
from macros.render.links import address
from macros.render.marks import side_name, under
from macros.render.pieces import cards, unsearched
from macros.render.results import amount, interval


def _linked(samples: Samples) -> str:
    """Return a median with its interval, linked to the raw samples."""
    found = estimate(samples.values)
    return f"[{amount(found, samples.unit)}]({address(samples.file)}) ({interval(found, samples.unit)})"


def check_repeats(data: Data, use: Use) -> None:
    """Check a call of `repeats`: something must have been recorded twice."""
    if len(data.repeats) != len(REPEATS) or not pairs(*data.repeats):
        what = f"'repeats', but no metric of {data.machine} was recorded twice for it"
        use.bad(what, "run: make record REPEAT=1, then make record REPEAT=2")


@macro(check_repeats)
def repeats(data: Data) -> str:
    """Return how many medians of one recording the other reproduced, a table of the quantities that it did not, and how many of
    the recording that pages show were reproduced by the first of the two."""
    one, two = data.repeats
    found = pairs(one, two)
    calls = pairs(one, two, outcomes=True)
    rows = []
    for pair in found:
        if pair.repeats:
            continue
        example = data.examples[pair.first.experiment]
        numbers = [_linked(samples) for samples in (pair.first, pair.second)]
        how = under(pair.first.accelerator, pair.first.release)
        where = side_name(pair.first.side) + (f" ({how})" if how else "")
        rows.append([f"{literal(example.title)}: `{pair.first.metric}`", where, *numbers])
    said = (
        f"{len(found) - len(rows)} of {len(found)} medians were reproduced ({100 * share(found):.0f} %): one lies in the "
        f"other's interval, or within {100 * NEAR:.0f} % of it."
    )
    if calls:
        same = sum(pair.repeats for pair in calls)
        said += f" So were {same} of {len(calls)} outcomes of system calls, which are not quantities and are counted separately."
    if shown := pairs(data.results, one):
        said += (
            f" Of the recording that the pages show, which was made at another hour, {100 * share(shown):.0f} % of the medians "
            "were reproduced by the first of the two."
        )
    if not rows:
        return said
    table = cards(["These did not", "Side", "First", "Second"], rows)
    return f"{said}\n\n{unsearched(table)}"
