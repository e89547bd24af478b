"""Renders the capacity planner: a form for the browser, and all of it without JavaScript."""

from __future__ import annotations

from decimal import Decimal

from macros.base.markup import literal
from macros.base.units import NARROW, memory, quantity, rounded
from macros.model.load import Data
from macros.model.planner import GIB, MIB, Cost, Option, Plan, WorkedExample, plan
from macros.pages.registry import macro
from macros.render import templates
from macros.render.marks import side_marks
from macros.render.pieces import cards, noted, unsearched
from macros.render.results import result_note
from macros.render.sources import cite

_html = templates.of("planner.html.j2")


def _bytes(least: float, most: float) -> str:
    """Return a range of memory in words; one figure where both ends are the same in words."""
    one, other = memory(least), memory(most)
    return one if one == other else f"{one} to {other}"


def whole(least: int, most: int) -> str:
    """Return a range of whole numbers in words."""
    one, other = (quantity(n, "count") for n in (least, most))
    return one if one == other else f"{one} to {other}"


def _origin(data: Data, one: Option) -> str:
    """Return where a technology's cost comes from."""
    if one.source:
        source = data.sources[one.source]
        return f"published {source.year}{''.join(f' {cite(data, one.source, locator)}' for locator in one.locators)}"
    experiment, side = one.measured[0]
    run = data.recorded.runs[(data.machine, experiment, side)]
    name = data.machine
    links = ", ".join(f"[{e}](/{data.recorded.runs[(name, e, s)].file.removeprefix('docs/')})" for e, s in one.measured)
    return f"measured on [{name}](/checking.md#machine-{name}), {run.date}, with no accelerator, since no VM is started: {links}"


def origin(data: Data, one: Option) -> str:
    """Return where a technology's cost comes from, as plain text."""
    if one.source:
        source = data.sources[one.source]
        return f"published {source.year}: {source.short or source.title}"
    run = data.recorded.runs[(data.machine, *one.measured[0])]
    return f"measured on {data.machine}, {run.date}; no VM is started, so no accelerator plays a part"


@macro()
def planner_costs(data: Data) -> str:
    """Return what each technology costs per instance, and where that comes from."""
    rows = []
    for one in data.planner.options:
        cost = one.cost
        grows = f"{memory(cost.growth * GIB)} for each GiB of the workload" if cost.growth else "nothing"
        processors = rounded_share(cost.processors)
        once = _bytes(cost.once_least, cost.once_most) if cost.once_most else "nothing"
        rows.append(
            [
                noted(f"{side_marks(one.sides)}{literal(one.name)}", literal(one.says)),
                _bytes(cost.least, cost.most),
                grows,
                once,
                processors,
                _origin(data, one),
            ]
        )
    head = ["Technology", "Each instance (c)", "More with the workload (g)", "Once (F)", "Processor, idle (q)", "From"]
    return cards(head, rows)


def rounded_share(share: float | None) -> str:
    """Return a number of processors in words, or that it is unknown."""
    if share is None:
        return "unknown"
    return rounded(Decimal(repr(share)), 2)


@macro()
def planner_form(data: Data) -> str:
    """Return the planner as a form and a place for its answer, hidden until the script is there."""
    planner = data.planner
    content = [
        {
            "id": one.id,
            "name": one.name,
            "sides": one.sides,
            "from": origin(data, one),
            "least": one.cost.least,
            "most": one.cost.most,
            "growth": one.cost.growth,
            "onceLeast": one.cost.once_least,
            "onceMost": one.cost.once_most,
            "processors": one.cost.processors,
        }
        for one in planner.options
    ]
    first = planner.examples[min(1, len(planner.examples) - 1)]
    fields = (
        ("host", "Memory of the host, GiB", first.host.memory / GIB, "1"),
        ("kept", "Memory kept for the host itself, MiB", planner.kept / MIB, "1"),
        ("cores", "Processors of the host", first.host.processors, "1"),
        ("work", "Memory of one workload, MiB", first.work.memory / MIB, "any"),
        ("busy", "Processors that one workload uses on average", first.work.processors, "any"),
        ("wanted", "Instances wanted", first.work.wanted, "1"),
    )
    inputs = [
        {"name": name, "label": label, "value": f"{value:g}", "step": step} for name, label, value, step in fields
    ]
    form = _html("form", content=content, fields=inputs)
    return "\n".join([form, _html("status"), _html("answer")])


def _example_rows(data: Data, example: WorkedExample) -> list[list[str]]:
    rows = []
    for one in data.planner.options:
        found = plan(example.host, example.work, one.cost)
        rows.append(
            [
                f"{side_marks(one.sides)}{literal(one.name)}",
                how_many(found),
                _bytes(found.each_least, found.each_most),
                _bytes(found.lost_least, found.lost_most),
                whether_wanted_fit(example, found),
            ]
        )
    return rows


def how_many(found: Plan) -> str:
    """Return how many fit, in words, and what runs out first; of an open plan, that no more fit."""
    words = f"{whole(found.fit_least, found.fit_most)}, by {found.limit}"
    return f"at most {words}; processor use unknown" if found.open else words


def whether_wanted_fit(example: WorkedExample, found: Plan) -> str:
    """Return whether the wanted number fits: at the lower number, at the higher one only, or not; or that it is unknown."""
    if example.work.wanted > found.fit_most:
        return "no"
    if found.open:
        return "unknown"
    return "yes" if example.work.wanted <= found.fit_least else "perhaps"


@macro()
def planner_examples(data: Data) -> str:
    """Return the worked examples, a table each."""
    parts = []
    for example in data.planner.examples:
        host, work = example.host, example.work
        bare = plan(host, work, Cost(0, 0, 0, 0, 0, None)).bare
        title = (
            f"{host.memory / GIB:g}{NARROW}GiB and {host.processors:g} processors; each workload"
            f" {work.memory / MIB:g}{NARROW}MiB and {work.processors:g} of a processor; {work.wanted} wanted"
        )
        head = ["Technology", "Fit", "Lost on each", f"Lost on {work.wanted}", f"{work.wanted} fit?"]
        table = cards(head, _example_rows(data, example))
        parts.append(f"**{title}.** If an instance cost nothing, {quantity(bare, 'count')} would fit.\n\n{table}")
    kept = f"{data.planner.kept / MIB:g}{NARROW}MiB"
    used = [one.measured for one in data.planner.options if one.measured]
    note = result_note(data, data.machine, [run for runs in used for run in runs])
    told = f"In each of them, {kept} are kept for the host itself: an assumption, which the form lets you change."
    return "\n\n".join([unsearched("\n\n".join(parts)), told, note])
