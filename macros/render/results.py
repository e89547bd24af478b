"""Renders results in words and tables: medians, ratios, slopes, experiments and failures."""

from __future__ import annotations

from macros.base import statistics
from macros.base.markup import literal
from macros.base.statistics import Estimate
from macros.base.units import CODE, NARROW, TIMES, quantity, span
from macros.model.accelerators import PLATFORM
from macros.model.charts import EMULATED
from macros.model.load import Data
from macros.model.results import Samples, split_point
from macros.pages.registry import macro
from macros.pages.uses import Use
from macros.render import tables, templates
from macros.render.links import address, machine_link
from macros.render.marks import in_text, side_name, under
from macros.render.pieces import cards, provenance, unsearched

EMULATION = "under software emulation"
ENOUGH = 6  # the fewest rounds for which there is an interval of 95 %
INTERVAL = "interval"  # the one detail that `result` can add
_html = templates.of("results.html.j2")


def rounds(count: int) -> str:
    """Return how often something was measured, in words."""
    return "one round" if count == 1 else f"{count} rounds"


def _wide(found: Estimate) -> bool:
    """Return whether the interval is wider than a tenth of the median, so that a third digit would say nothing."""
    return found.certain and found.high - found.low > abs(found.median) / 10


def interval(found: Estimate, unit: str) -> str:
    """Return the interval of an estimate in words, or that there is none.

    From the least to the greatest of five readings lies their median in 1 - 2 / 2**5 = 94 % of cases, of three in 75 %:
    what rests on fewer than six is called a range.
    """
    if not found.certain:
        return "one round, no interval"
    digits = 2 if unit == TIMES and _wide(found) else 3
    kind = "95 % interval" if found.count >= ENOUGH else f"range of {rounds(found.count)}"
    return f"{kind} {span(found.low, found.high, unit, found.median, digits).removesuffix(f'{NARROW}{TIMES}')}"


def amount(found: Estimate, unit: str) -> str:
    """Return the median of an estimate with its unit; a ratio has as many digits as its interval bears."""
    return quantity(found.median, unit, 2 if unit == TIMES and _wide(found) else 3)


def _emulated(samples: Samples) -> bool:
    return samples.accelerator == EMULATED


def _how(samples: Samples) -> str:
    """Return what a figure must say of how it was obtained: software emulation, or gVisor's release and platform."""
    if _emulated(samples):
        return f" {EMULATION}"
    return f" ({under(samples.accelerator, samples.release)})" if samples.accelerator == PLATFORM else ""


def _known(data: Data, use: Use, experiment: str, side: str, metric: str, machine: str = "") -> Samples | None:
    """Return the result that a call names, or None with the problem noted."""
    if machine and machine not in data.recorded.results:
        use.bad(f"there is no machine '{machine}'", f"one of: {', '.join(sorted(data.recorded.results))}")
        return None
    if machine == data.machine:
        use.bad(f"'{machine}' is the machine that pages show first", "leave the machine out")
        return None
    results = data.recorded.results[machine] if machine else data.results
    if found := results.get((experiment, side, metric)):
        if found.unit == CODE:
            what = f"{experiment} {side} {metric} is a number that names something, not a quantity"
            use.bad(what, "show what it names")
            return None
        return found
    run = data.recorded.runs.get((machine or data.machine, experiment, side))
    if run and run.error:
        what = f"{experiment} {side} failed when it was recorded: {run.error}"
        use.bad(what, f"correct it and run: make record EXAMPLE={experiment}")
        return None
    near = sorted(key for key in results if key[0] == experiment) or sorted(results)
    known = "; ".join(" ".join(key) for key in near) or "none is recorded"
    use.bad(f"there is no result {experiment} {side} {metric}", f"one of: {known}")
    return None


def check_result(data: Data, use: Use, experiment: str, side: str, metric: str, detail: str, machine: str) -> None:
    """Check a call of `result`."""
    if detail not in {"", INTERVAL}:
        return use.bad(f"'{detail}' is not a detail of a result", f'write "{INTERVAL}", or leave it out')
    _known(data, use, experiment, side, metric, machine)
    return None


def check_comparison(
    data: Data, use: Use, experiment: str, side: str, metric: str, experiment2: str, side2: str, metric2: str
) -> None:
    """Check a call of `ratio` or `difference`."""
    one = _known(data, use, experiment, side, metric)
    two = _known(data, use, experiment2, side2, metric2) if one else None
    if one is None or two is None:
        return None
    if one == two:
        return use.bad("a result compared with itself", "name two results")
    if one.unit != two.unit:
        return use.bad(f"a comparison of {one.unit} with {two.unit}", "compare results of one unit")
    if _emulated(one) != _emulated(two) or (_emulated(one) and one.side != two.side):
        other = in_text((two if _emulated(one) else one).side)
        what = f"a figure under software emulation is not ranked against that of a {other}: it says nothing of hardware virtualisation"
        remedy = "state each by itself with {{ result(…) }}, or show both in a chart, with a published figure"
        return use.bad(what, remedy)
    if use.call.name == "ratio" and min(two.values) <= 0:
        return use.bad(f"a ratio to {two.experiment} {two.side} {two.metric}, which holds 0", "write difference")
    return None


def check_a_minute(data: Data, use: Use, experiment: str, side: str, metric: str, window: str) -> None:
    """Check a call of `a_minute`."""
    one = _known(data, use, experiment, side, metric)
    two = _known(data, use, experiment, side, window) if one else None
    if one and two and (two.unit != "s" or min(two.values) <= 0 or len(one.values) != len(two.values)):
        remedy = "name a metric in s, above 0, that was sampled in the same rounds"
        use.bad(f"{two.metric} is not a window of {one.metric}", remedy)


def check_per_instance(data: Data, use: Use, experiment: str, side: str, metric: str) -> None:
    """Check a call of `per_instance`."""
    if len(_points(data, experiment, side, metric)) < 2:
        pointed = sorted({f"{e} {s} {split_point(m)[0]}" for e, s, m in data.results if "@" in m})
        what = f"there are no two points of {experiment} {side} {metric}"
        use.bad(what, f"one of: {'; '.join(pointed) or 'none is recorded'}")


def check_results(data: Data, use: Use, experiment: str) -> None:
    """Check a call of `results`."""
    known = sorted({samples.experiment for samples in data.results.values()})
    if experiment not in known:
        remedy = f"one of: {', '.join(known) or 'none is recorded'}"
        use.bad(f"there is no result of '{experiment}'", remedy)


def check_experiments(data: Data, use: Use) -> None:
    """Check a call of `experiments`."""
    if not any(example.metrics for example in data.examples.values()):
        use.bad(f"'{use.call.name}' without an experiment", "add [metrics] to an example")


@macro(check_result)
def result(data: Data, experiment: str, side: str, metric: str, detail: str = "", machine: str = "") -> str:
    """Return the median of a result with its unit, linked to the raw samples; software emulation is named.

    `metric` may name a point, as memory@8. With `detail` "interval", the 95 % interval follows. `machine` names one
    other than the first, for what the first could not record; the text then names it too.
    """
    found = (data.recorded.results[machine] if machine else data.results)[(experiment, side, metric)]
    estimate = statistics.estimate(found.values)
    more = f" ({interval(estimate, found.unit)})" if detail else ""
    where = f" on the machine {machine_link(machine)}" if machine else ""
    return f"[{amount(estimate, found.unit)}]({address(found.file)}){more}{_how(found)}{where}"


def _told(one: Samples, two: Samples, found: Estimate, unit: str) -> str:
    """Return a comparison in words: what it is, or that the experiment cannot tell."""
    other = f"; [second result]({address(two.file)})" if two.file != one.file else ""
    how = _how(one)
    if statistics.same(found, 1 if unit == TIMES else 0) and found.certain:
        measured = f"[{amount(found, unit)}]({address(one.file)}), {interval(found, unit)}{other}"
        return f"no difference that this experiment can tell ({measured}){how}"
    return f"[{amount(found, unit)}]({address(one.file)}) ({interval(found, unit)}{other}){how}"


@macro(check_comparison)
def ratio(data: Data, experiment: str, side: str, metric: str, experiment2: str, side2: str, metric2: str) -> str:
    """Return how many times the second result the first is, with its interval; of one experiment, round by round."""
    one, two = data.results[(experiment, side, metric)], data.results[(experiment2, side2, metric2)]
    found = statistics.ratio(one.values, two.values, paired=experiment == experiment2)
    return _told(one, two, found, TIMES)


@macro(check_comparison)
def difference(data: Data, experiment: str, side: str, metric: str, experiment2: str, side2: str, metric2: str) -> str:
    """Return by how much the first result exceeds the second, with its interval; of one experiment, round by round."""
    one, two = data.results[(experiment, side, metric)], data.results[(experiment2, side2, metric2)]
    found = statistics.difference(one.values, two.values, paired=experiment == experiment2)
    return _told(one, two, found, one.unit)


@macro(check_a_minute)
def a_minute(data: Data, experiment: str, side: str, metric: str, window: str) -> str:
    """Return how much of a metric comes together in a minute: its readings over the windows, in s, of the same rounds."""
    one, two = data.results[(experiment, side, metric)], data.results[(experiment, side, window)]
    found = statistics.a_minute(one.values, two.values)
    how = _how(one)
    return f"[{amount(found, one.unit)}]({address(one.file)}) a minute ({interval(found, one.unit)}){how}"


def _points(data: Data, experiment: str, side: str, metric: str) -> dict[int, Samples]:
    """Return the results of a metric by point, those that have one."""
    found = {}
    for (e, s, name), samples in data.results.items():
        base, point = split_point(name)
        if (e, s, base) == (experiment, side, metric) and point is not None:
            found[point] = samples
    return dict(sorted(found.items()))


@macro(check_per_instance)
def per_instance(data: Data, experiment: str, side: str, metric: str) -> str:
    """Return what one more adds to a metric that was sampled at several points: the slope, with its interval."""
    points = _points(data, experiment, side, metric)
    found = statistics.slope({point: samples.values for point, samples in points.items()})
    one = next(iter(points.values()))
    how = _how(one)
    return f"[{amount(found, one.unit)}]({address(one.file)}) ({interval(found, one.unit)}){how}"


@macro(check_results)
def results(data: Data, experiment: str) -> str:
    """Return an experiment's medians as a table, a row a metric, point and side, with the raw file and the scripts."""
    example = data.examples[experiment]
    metrics = list(example.metrics)
    found = [s for s in data.results.values() if s.experiment == experiment]
    rows = ["| What | Where | Value |", "|---|---|---:|"]
    for one in sorted(found, key=lambda s: (metrics.index(split_point(s.metric)[0]), s.point or 0)):
        metric = example.metrics[split_point(one.metric)[0]]
        at = "" if one.point is None else f", {metric.at}: {one.point}"
        words = under(one.accelerator, one.release)
        how = f" ({words})" if words else ""
        estimate = statistics.estimate(one.values)
        of = f" ({interval(estimate, one.unit)})" if estimate.certain else ""
        rows.append(f"| {literal(metric.title + at)} | {side_name(one.side)}{how} | {amount(estimate, one.unit)}{of} |")
    for failure in data.failures:
        if (failure.experiment, failure.machine) == (experiment, data.machine):
            rows.append(
                f"| Failed when it was recorded: {literal(failure.message)} | {side_name(failure.side)} | none |"
            )
    note = result_note(data, data.machine, [(experiment, side) for side in example.sides])
    table = "\n".join(rows)
    return f"{unsearched(table)}\n\n{note}\n\n{provenance(tables.links(tables.table_name(experiment)))}"


def result_note(data: Data, machine: str, recorded: list[tuple[str, str]]) -> str:
    """Return when, where and at what commit these (experiment, side) were recorded on a machine, with links."""
    runs = {key: data.recorded.runs[(machine, *key)] for key in recorded if (machine, *key) in data.recorded.runs}
    parts = []
    for date, commit in dict.fromkeys((run.date, run.commit) for run in runs.values()):
        mine = {key: run for key, run in runs.items() if (run.date, run.commit) == (date, commit)}
        changed = ", with changes that were not committed" if commit.endswith("+") else ""
        at = "" if commit == "none" else f" at commit {commit.rstrip('+')}{changed}"
        files = []
        for experiment in dict.fromkeys(e for e, _ in mine):
            sides = {side: run for (e, side), run in mine.items() if e == experiment}
            of = rounds(max([1, *(run.rounds for run in sides.values())]))
            raw = address(next(iter(sides.values())).file)
            scripts = " · ".join(f"[{side}](/snippets/{experiment}/{side}.sh)" for side in sides)
            files.append(f"{experiment}, {of}: [raw samples]({raw}) · scripts: {scripts}")
        parts.append(f"Recorded {date} on {machine_link(machine)}{at}. {'; '.join(files)}.")
    return provenance(" ".join(parts))


@macro(check_experiments)
def experiments(data: Data) -> str:
    """Return all experiments as a table: sides, rounds, how long recording took on the first machine, accelerators."""
    rows, total = [], 0.0
    for example in data.examples.values():
        if not example.metrics:
            continue
        runs = {side: data.recorded.runs.get((data.machine, example.id, side)) for side in example.sides}
        done = [run for run in runs.values() if run]
        seconds = sum(run.seconds for run in done)
        total += seconds
        title = f"[{literal(example.title)}]({address(done[0].file)})" if done else literal(example.title)
        how = dict.fromkeys(under(run.accelerator, run.release) for run in done)
        took = quantity(seconds, "s", 2) if seconds else "unknown"
        if done:
            title += f" · [medians](/tables/{tables.table_name(example.id)}.csv)"
        sides = ", ".join(side_name(side) for side in example.sides)
        counts = {side: example.sides[side].runs or example.runs for side in example.sides}
        fewer = "; ".join(
            f"{side_name(side)} {count}" for side, count in counts.items() if count != max(counts.values())
        )
        measured = rounds(max(counts.values())) + (f" ({fewer})" if fewer else "")
        rows.append([title, sides, measured, took, ", ".join(filter(None, how)) or "no VM, no gVisor"])
    head = ["Experiment", "Sides", "Measured in", "Took", "Ran under"]
    count = "One experiment" if len(rows) == 1 else f"{len(rows)} experiments"
    note = f"{count}, {quantity(total, 's', 2)} of recording in all, the first round of a side included where it is not measured."
    every = f"The medians of all experiments as [CSV](/tables/{tables.ALL}.csv) and [JSON](/tables/{tables.ALL}.json)."
    return f"{cards(head, rows)}\n\n{_html('total', text=note)}\n\n{provenance(every)}"


@macro()
def failures(data: Data) -> str:
    """Return the runs that failed when they were recorded, or that none did."""
    if not data.failures:
        return "None of the runs that were recorded failed."
    return "\n".join(
        f"- {literal(data.examples[one.experiment].title)}, {in_text(one.side)}, on {one.machine}: {literal(one.message)}"
        f" ([as recorded]({address(data.recorded.runs[(one.machine, one.experiment, one.side)].file)}))"
        for one in data.failures
    )
