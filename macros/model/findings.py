"""What a chart finds: a sentence whose numbers come from the chart's rows, and comparisons that must be true of them.

The sentence names a row in braces, `{docker-exec}`, or a ratio of two, `{microvm / q35}`. A row is named by its `name`,
otherwise by its metric, a published one by its figure; a line's point follows: `{at-once@32}`. Each of `holds` compares
two rows: `A < B` says that A is less beyond what chance explains, `A = B` that this experiment can tell no difference;
`1` stands for the number. A comparison must hold on the machine that pages show first; where it does not on another one,
the sentence names the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from macros.base.statistics import Estimate, ratio

NAME = r"[a-z][a-z0-9-]*(?:@\d+)?"
BRACES = re.compile(r"\{([^{}]*)\}")
RATIO = re.compile(rf"({NAME}) / ({NAME})")
HOLDS = re.compile(rf"({NAME}|1) ([<=]) ({NAME}|1)")
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Finding:
    """A sentence with rows in braces, and the comparisons on which it rests."""

    text: str
    holds: tuple[str, ...]

    def names(self) -> Iterator[str]:
        """Yield every row that the sentence or a comparison names, with its point."""
        for found in BRACES.findall(self.text):
            both = RATIO.fullmatch(found)
            yield from both.groups() if both else (found,)
        for one in self.holds:
            if written := HOLDS.fullmatch(one):
                yield from {written[1], written[3]} - {"1"}

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the rows that the sentence or a comparison compares with each other."""
        for found in BRACES.findall(self.text):
            if both := RATIO.fullmatch(found):
                yield both[1], both[2]
        for one in self.holds:
            if written := HOLDS.fullmatch(one):
                yield written[1], written[3]


@dataclass(frozen=True)
class Known:
    """What a row shows on a machine. `values` are its rounds, where they can be paired with those of the same `run`."""

    estimate: Estimate
    values: tuple[float, ...] = ()
    run: tuple[str, str] = ("", "")

    def below(self, other: Known) -> bool:
        """Return whether it is less than another, beyond what chance explains: rounds of one run are compared in pairs."""
        if self.run == other.run and self.values and other.values and min(other.values) > 0:
            return ratio(self.values, other.values).high < 1
        return self.estimate.high < other.estimate.low


def misfit(finding: Finding, known: Mapping[str, Known]) -> Iterator[str]:
    """Yield each comparison that is not true of the rows `known` of one machine; those it lacks are passed over."""
    known = {**known, "1": Known(Estimate(1, 1, 1, 1))}
    for one in finding.holds:
        written = HOLDS.fullmatch(one)
        if not written or written[1] not in known or written[3] not in known:
            continue
        first, second = known[written[1]], known[written[3]]
        differ = first.below(second) or second.below(first)
        if not (first.below(second) if written[2] == "<" else not differ):
            yield one
    for found in BRACES.findall(finding.text):
        both = RATIO.fullmatch(found)
        if both and both[1] in known and both[2] in known:
            above, below = known[both[1]], known[both[2]]
            if not (above.below(below) or below.below(above)):
                yield f"{found}, between which this experiment can tell no difference"


def typed_numbers(finding: Finding, excused: str) -> list[str]:
    """Return the numbers of the sentence that are neither a row's nor a part of `excused`, the title and the labels."""
    points = " ".join(name.partition("@")[2] for name in finding.names())
    allowed = set(NUMBER.findall(f"{excused} {points}"))
    return [number for number in NUMBER.findall(BRACES.sub("", finding.text)) if number not in allowed]
