"""What was run, on what, when, and what was not: rendered from the records and results themselves."""

from __future__ import annotations

from collections.abc import Iterable

from macros.base.markup import literal
from macros.model.accelerators import ENGINE, PLATFORM
from macros.model.charts import EMULATED
from macros.model.claims import Claim
from macros.model.examples import SIDES, Example
from macros.model.load import Data
from macros.pages.registry import macro
from macros.pages.uses import Site
from macros.render.examples import shown_on
from macros.render.links import address, claim_page, machine_link
from macros.render.machines import MACHINE_WORDS
from macros.render.marks import ACCELERATORS, side_name, under
from macros.render.pieces import cards

UNSHOWN = "cannot be shown here"


def _days(days: Iterable[str]) -> str:
    """Return the first and the last of some dates, in words."""
    found = sorted(set(days))
    if not found:
        return "never"
    return found[0] if len(found) == 1 else f"{found[0]} to {found[-1]}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _dates(data: Data, example: Example) -> list[str]:
    results = [run.date for (_, name, _), run in data.recorded.runs.items() if name == example.id]
    return results + [record.date for record in example.records.values()]


@macro()
def ran(data: Data) -> str:
    """Return in a paragraph what was run, on which machines, and when."""
    every = list(data.examples.values())
    scripts = sum(len(one.sides) for one in every)
    measured = [one for one in every if one.metrics]
    samples = sum(len(one.values) for found in data.recorded.results.values() for one in found.values())
    vms = {record.accelerator for one in every for record in one.records.values()} - {"none", PLATFORM}
    how = " and ".join(sorted(ACCELERATORS[one] for one in vms)) or "no accelerator at all"
    names = " and ".join(machine_link(name) for name in data.machines if _used(data, name))
    return (
        f"{_count(len(every), 'example')} with {_count(scripts, 'script')} were run and recorded, {_days(d for one in every for d in _dates(data, one))}, on {names}. "
        f"{len(measured)} of them measure; their results hold {samples} raw readings. Every VM ran under {how}. "
        f"{_count(sum(one.tested for one in data.claims.values()), 'claim')} of {len(data.claims)} rest on a test that runs these scripts again, or holds their results to account."
    )


def _used(data: Data, machine: str) -> bool:
    """Return whether anything that pages show was recorded on a machine."""
    records = any(record.machine == machine for one in data.examples.values() for record in one.records.values())
    return records or any(name == machine for name, _, _ in data.recorded.runs)


@macro()
def runs(data: Data) -> str:
    """Return what was run as a table, a row a section: examples, scripts by side, dates, and under what VMs ran."""
    by: dict[str, list[Example]] = {}
    for example in data.examples.values():
        by.setdefault(example.id.split("/")[0], []).append(example)
    rows = []
    for section, mine in by.items():
        sides = [record for one in mine for record in one.records.items()]
        scripts = [
            f"{side_name(side)}: {sum(name == side for name, _ in sides)}"
            for side in SIDES
            if any(name == side for name, _ in sides)
        ]
        how = dict.fromkeys(under(record.accelerator, record.versions.get(ENGINE, "")) for _, record in sides)
        dates = _days(date for one in mine for date in _dates(data, one))
        title = section.replace("-", " ").capitalize()
        measuring = sum(bool(one.metrics) for one in mine)
        rows.append(
            [
                title,
                f"{len(mine)}, of which {measuring if measuring < len(mine) else 'all'} measure",
                ", ".join(scripts),
                dates,
                ", ".join(filter(None, how)) or "no VM, no gVisor",
            ]
        )
    return cards(["Section", "Examples", "Scripts", "Recorded", "Ran under"], rows)


@macro()
def on_what(data: Data) -> str:
    """Return the machines in short: what each is, its engines, and why its VMs ran as they did."""
    rows = []
    for name, machine in data.machines.items():
        what = ", ".join(str(machine[key]) for key in ("system", "kernel", "cpu", "memory") if key in machine)
        versions = ", ".join(f"{literal(key)} {literal(str(value))}" for key, value in machine["versions"].items())
        more = f"{MACHINE_WORDS['cgroups']} {literal(str(machine['cgroups']))}; {versions}"
        part = sum(1 for key in data.recorded.runs if key[0] == name)
        rows.append(
            [
                machine_link(name),
                f"{literal(what)}; {machine['cpus']} processors",
                more,
                literal(machine["accelerator_reason"]),
                f"{_count(part, 'result')}",
            ]
        )
    return cards(["Machine", "It is", "With", "How VMs run there", "Results, a side each"], rows)


@macro()
def not_measured(data: Site) -> str:
    """Return what could not be measured as it should: what failed, and what has results under software emulation only."""
    hardware = {
        (experiment, side)
        for (_, experiment, side), run in data.recorded.runs.items()
        if run.accelerator not in {EMULATED, "none"} and not run.error
    }
    emulated = sorted(
        {
            experiment
            for (_, experiment, side), run in data.recorded.runs.items()
            if run.accelerator == EMULATED and (experiment, side) not in hardware
        }
    )
    lines = [
        f"- Experiments whose VM was measured under software emulation only: {', '.join(shown_on(data, name) for name in emulated)}."
        if emulated
        else "- No experiment has results under software emulation alone.",
    ]
    without = [chart for chart in data.charts.values() if chart.no_published]
    lines += [
        f"- No published figure under hardware virtualisation beside “{literal(chart.title)}”: {literal(chart.no_published)}"
        for chart in without
    ]
    absent = sorted(
        f"{shown_on(data, example.id)} ({', '.join(sorted(set(example.sides) - have))})"
        for example in data.examples.values()
        if example.metrics
        for have in [
            {side for (machine, name, side) in data.recorded.runs if (machine, name) == (data.machine, example.id)}
        ]
        if set(example.sides) - have
    )
    if absent:
        lines.append(f"- Not measured on {machine_link(data.machine)}: {'; '.join(absent)}.")
    return "\n".join(lines)


@macro()
def unshown(data: Data) -> str:
    """Return the claims that nothing here can decide, and those that rest on sources alone, as links."""
    cannot = [one for one in data.claims.values() if one.verdict == UNSHOWN]
    sources = [one for one in data.claims.values() if not one.tested and one.verdict != UNSHOWN]

    def links(found: list[Claim]) -> str:
        return ", ".join(f"[{one.id}]({claim_page(one)}#{one.id})" for one in found) or "none"

    reported = [source for source in data.sources.values() if source.read != "P"]
    return "\n".join(
        [
            f"- Claims that nothing that runs here can decide: {links(cannot)}. A source carries each.",
            f"- Claims whose verdict rests on sources alone: {links(sources)}.",
            f"- Sources that were not read in full: {len(reported)} of {len(data.sources)}; [each says so](/sources.md).",
        ]
    )


@macro()
def amended(data: Site) -> str:
    """Return the results whose script changed after they were recorded and which still hold, each with the change."""
    found: dict[str, dict[str, None]] = {}
    for (machine, experiment, _), run in data.recorded.runs.items():
        if machine == data.machine and run.amended:
            found.setdefault(run.amended, {})[f"[{literal(experiment)}]({address(run.file)})"] = None
    if not found:
        return "The script of no result has changed since it was recorded."
    return "\n".join(f"- {', '.join(results)}: {literal(why)}" for why, results in found.items())
