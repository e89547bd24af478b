"""Compares the medians of this machine with the published ones, and says what cannot be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from macros.base.statistics import estimate
from macros.base.units import CODE, quantity
from macros.model.examples import Example
from macros.model.results import Recorded, Results, load_machine, load_results, split_point
from macros.render.marks import ACCELERATORS

from . import record
from .experiments import QUICK, first_machine
from .paths import DATA


@dataclass(frozen=True)
class Row:
    """One metric of both machines, as text; `remark` says why no ratio is given, or what it rests on."""

    what: str
    published: str
    here: str
    ratio: str
    remark: str


def incomparable(example: Example, mine: str, theirs: str, here: dict[str, Any], there: dict[str, Any]) -> str:
    """Return why the two readings cannot be compared, or "".

    `mine` and `theirs` are the accelerators, `here` and `there` what the machines are.
    """
    if mine != theirs:
        return f"not comparable: {ACCELERATORS[mine]} here, {ACCELERATORS[theirs]} there"
    for key in example.depends:
        if here.get(key) != there.get(key):
            word = {"cgroups": "cgroup version", "docker_storage": "storage driver"}[key]
            return f"not comparable: {word} {here.get(key, 'unknown')} here, {there.get(key, 'unknown')} there"
    return ""


def rows(
    examples: dict[str, Example], published: Results, there: dict[str, Any], mine: Results, here: dict[str, Any]
) -> list[Row]:
    """Return a row for each metric that this machine has, in the order of the examples."""
    order = list(examples)
    found = []
    for key in sorted(mine, key=lambda k: (order.index(k[0]), k[1], split_point(k[2])[0], split_point(k[2])[1] or 0)):
        one, other = mine[key], published.get(key)
        if one.unit == CODE:
            continue
        ours = estimate(one.values)
        median = quantity(ours.median, one.unit)
        if other is None:
            found.append(Row(" ".join(key), "none", median, "", "not published"))
            continue
        theirs = estimate(other.values)
        between = f" ({quantity(theirs.low, one.unit)} to {quantity(theirs.high, one.unit)})" if theirs.certain else ""
        remark = incomparable(examples[key[0]], one.accelerator, other.accelerator, here, there)
        ratio = ""
        if not remark and theirs.median > 0:
            ratio = f"{ours.median / theirs.median:.2f}"
            remark = "one reading here" if len(one.values) == 1 else ""
        found.append(Row(" ".join(key), f"{quantity(theirs.median, one.unit)}{between}", median, ratio, remark))
    return found


def own(recorded: Recorded, machine: str, examples: dict[str, Example]) -> Recorded:
    """Return what was recorded on this machine: in full, or else the quick picture. Raises ExampleError for neither."""
    if machine != first_machine() and machine in recorded.results:
        return recorded
    if (QUICK / machine).is_dir():
        return load_machine(DATA, QUICK / machine, examples)
    raise record.ExampleError(
        f"nothing was recorded on {machine} that could be compared\n"
        "    remedy: make record QUICK=1 (4 minutes), or make record, with MACHINE= and a name of its own for this machine"
    )


def compare(examples: dict[str, Example]) -> int:
    """Print this machine's medians next to the published ones. Return the exit code."""
    machine, first = record.machine_slug(), first_machine()
    recorded = load_results(DATA, examples)
    mine = own(recorded, machine, examples)
    here, there = mine.machines[machine], recorded.machines[first]
    table = Table(box=None, pad_edge=False)
    for title in ("what", f"published: {first} (95 % interval)", f"here: {machine}", "here / published", "remark"):
        table.add_column(title, overflow="fold")
    for row in rows(examples, recorded.results[first], there, mine.results.get(machine, {}), here):
        table.add_row(row.what, row.published, row.here, row.ratio, row.remark)
    console = Console(highlight=False, markup=False)
    console.print(table)
    for name, what in ((first, there), (machine, here)):
        how = ACCELERATORS[what["accelerator"]] or "no VMs"
        console.print(
            f"{name}: {what['cpu']}, {what['cpus']} processors, kernel {what['kernel']}, cgroups {what['cgroups']}, VMs under {how}"
        )
    return 0
