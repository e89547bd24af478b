"""What a verdict expects of our own results: the entries `expects` of claims.yml, checked against what was recorded.

An entry names a result and a bound, a quantity or another result. The result *shows* what is expected if its whole
interval lies on the right side of the bound, *contradicts* it if the whole interval lies on the wrong side, and
else leaves it *open*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from macros.base.schemas import Document, Where
from macros.base.statistics import Estimate, ratio
from macros.base.units import TIMES, in_ours
from macros.model.charts import EMULATED, Row, reading
from macros.model.examples import Example
from macros.model.results import Recorded, Samples, split_point

BELOW, ABOVE = "below", "above"
SHOWN, OPEN, CONTRADICTED = "shown", "open", "contradicted"
TIMED = frozenset(("s", "B/s", "bit/s", "1/s"))  # units in which a reading under software emulation shows nothing
Wrong = tuple[str, str]
"""What is wrong with an entry, and what would be right."""


@dataclass(frozen=True)
class Expectation:
    """That a row lies below or above a bound: `bound` in `unit`, or `bound` times what the row `than` shows.

    `share` says that the bound was written in per cent, so that pages show it in per cent.
    """

    says: str
    row: Row
    relation: str
    bound: float
    unit: str
    than: Row | None
    share: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a machine's results say of an expectation: the estimate, its unit, and one of SHOWN, OPEN, CONTRADICTED."""

    estimate: Estimate
    unit: str
    word: str
    file: str
    date: str
    emulated: bool


def _row(entry: Mapping[str, Any], says: str) -> Row:
    return Row(says, entry["experiment"], entry["side"], entry["metric"], entry.get("minus", ""), entry.get("over", ""))


def parse(entry: Mapping[str, Any]) -> Expectation:
    """Return an entry of `expects`, which fits the schema. Raises ValueError for a value that is not a quantity."""
    row = _row(entry, entry["says"])
    if "than" in entry:
        than = _row(entry["than"], entry["says"])
        return Expectation(entry["says"], row, entry["is"], float(entry.get("times", "1")), TIMES, than)
    bound, unit = in_ours(entry["value"], entry["unit"])
    return Expectation(entry["says"], row, entry["is"], bound, unit, None, share=entry["unit"] == "%")


def _unit(row: Row, examples: Mapping[str, Example]) -> str | Wrong:
    example = examples.get(row.experiment)
    if example is None or not example.metrics:
        return f"there is no experiment '{row.experiment}'", "name an example with metrics"
    if row.side not in example.sides:
        return f"{example.id} has no side '{row.side}'", f"one of: {', '.join(example.sides)}"
    units = set()
    for written in filter(None, (row.metric, row.minus, row.over)):
        metric, _ = split_point(written)
        if metric not in example.metrics:
            return f"{example.id} declares no metric '{metric}'", f"one of: {', '.join(example.metrics)}"
        units.add(example.metrics[metric].unit)
    if len(units) > 1:
        return f"{example.id}: metrics of two units", "take two metrics of one unit"
    return TIMES if row.over else units.pop()


def wrong_with(found: Expectation, examples: Mapping[str, Example], recorded: Recorded, first: str) -> Wrong | None:
    """Return what is wrong with an expectation and what would be right, or None.

    An emulated side is compared with no other side, and a time or a rate of it has no bound. Where there is nothing wrong
    with the entry, but no result of the first machine, that is wrong, too.
    """
    unit = _unit(found.row, examples)
    if isinstance(unit, tuple):
        return unit
    if found.than is not None:
        other = _unit(found.than, examples)
        if isinstance(other, tuple):
            return other
        if other != unit:
            return f"a comparison of {unit} with {other}", "compare results of one unit"
    elif unit != found.unit:
        return f"a bound in {found.unit} for a result in {unit}", "give the bound in the unit of the result"
    for machine in recorded.machines:
        rows = [row for row in (found.row, found.than) if row is not None]
        runs = {row: recorded.runs.get((machine, row.experiment, row.side)) for row in rows}
        emulated = [row for row, run in runs.items() if run and run.accelerator == EMULATED]
        if emulated and found.than is None and unit in TIMED:
            return "a time or a rate under software emulation, which shows nothing", "take the entry out"
        if emulated and found.than is not None and found.than.side != found.row.side:
            return "a figure under software emulation compared with another side's", "compare within the VM"
        if judge(found, recorded, machine) is None and machine == first:
            missing = ", ".join(f"{row.experiment} {row.side} {row.metric}" for row in rows)
            return f"no result of {missing} on {first}", f"run: make record EXAMPLE={found.row.experiment}"
    return None


def _samples(recorded: Recorded, machine: str, row: Row) -> Samples | None:
    return recorded.results.get(machine, {}).get((row.experiment, row.side, row.metric))


def judge(found: Expectation, recorded: Recorded, machine: str) -> Outcome | None:
    """Return what the results of a machine say of an expectation, or None where it has none. Raises ValueError for a ratio to a value that is not above 0."""
    run = recorded.runs.get((machine, found.row.experiment, found.row.side))
    if run is None or run.error:
        return None
    unit = found.unit
    if found.than is None:
        read = reading(recorded, machine, found.row, lines=False)
        if read is None or None not in read.estimates:
            return None
        estimate = read.estimates[None]
    else:
        one, two = _samples(recorded, machine, found.row), _samples(recorded, machine, found.than)
        if one is None or two is None:
            return None
        estimate = ratio(one.values, two.values, paired=one.experiment == two.experiment)
    below = found.relation == BELOW
    if (estimate.high < found.bound) if below else (estimate.low > found.bound):
        word = SHOWN
    elif (estimate.low >= found.bound) if below else (estimate.high <= found.bound):
        word = CONTRADICTED
    else:
        word = OPEN
    return Outcome(estimate, unit, word, run.file, run.date, run.accelerator == EMULATED)


ExpectationCheck = Callable[[Expectation], Wrong | None]
"""Says what is wrong with an expectation, given the results, and what would be right."""


def read_expectations(
    document: Document, where: Where, name: str, entries: list[Mapping[str, Any]], check: ExpectationCheck
) -> tuple[Expectation, ...]:
    """Return what one claim expects; note each entry that is wrong. The entries stand at `where`; `name` names the claim."""
    kept = []
    for position, entry in enumerate(entries):
        try:
            found = parse(entry)
            wrong = check(found)
        except ValueError as error:
            wrong, found = (str(error), "see docs/data/schema/claims.json"), None
        if wrong:
            what, remedy = wrong
            document.bad((*where, position), f"{name}: expects {position + 1}: {what}", remedy)
        if found:
            kept.append(found)
    return tuple(kept)
