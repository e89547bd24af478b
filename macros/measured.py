"""What was measured, in words and tables: medians, ratios, slopes, the plan, the failures, the machines."""

from __future__ import annotations

from . import estimates
from .charts import EMULATED
from .data import Data
from .estimates import Estimate
from .figures import CODE, NARROW, TIMES, quantity, span
from .pages import Call, Shown
from .render import ACCELERATORS, SIDE_LABELS, cards, escape, side_name, slug
from .results import Samples, split_point

MACHINE_WORDS = {
    "system": "system",
    "kernel": "kernel of the host",
    "architecture": "architecture",
    "cpu": "processor",
    "cpus": "processors",
    "memory": "memory",
    "virtual": "is itself",
    "cgroups": "control groups, version",
    "docker_storage": "Docker's storage driver",
    "docker_cgroups": "Docker's cgroup driver",
}
EMULATION = "under software emulation"
ENOUGH = 6  # rounds from which on an interval of 95 % can be told
INTERVAL = "interval"  # the one detail that `result` can add
PLAIN = ("experiment", "side", "metric")
SECOND = ("experiment2", "side2", "metric2")


def address(file: str) -> str:
    """Return the address of a published file of this project: docs/data/x is /data/x, the rest as it is."""
    return f"/{file.removeprefix('docs/')}"


def rounds(count: int) -> str:
    """Return how often something was measured, in words."""
    return "one round" if count == 1 else f"{count} rounds"


def _wide(found: Estimate) -> bool:
    """Return whether the interval is wider than a tenth of the median, so that a third digit would say nothing."""
    return found.certain and found.high - found.low > abs(found.median) / 10


def between(found: Estimate, unit: str) -> str:
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


# -- words -----------------------------------------------------------------------------------------


def _emulated(samples: Samples) -> bool:
    return samples.accelerator == EMULATED


def result(data: Data, experiment: str, side: str, metric: str, detail: str = "") -> str:
    """Return the median of a result with its unit, linked to the raw samples; software emulation is named.

    `metric` may name a point, as memory@8. With `detail` "interval", the 95 % interval follows.
    """
    found = data.results[(experiment, side, metric)]
    estimate = estimates.estimate(found.values)
    more = f" ({between(estimate, found.unit)})" if detail else ""
    return f"[{amount(estimate, found.unit)}]({address(found.file)}){more}{f' {EMULATION}' if _emulated(found) else ''}"


def _told(one: Samples, two: Samples, found: Estimate, unit: str) -> str:
    """Return a comparison in words: what it is, or that the experiment cannot tell."""
    other = f"; [second result]({address(two.file)})" if two.file != one.file else ""
    under = f" {EMULATION}" if _emulated(one) else ""
    if estimates.same(found, 1 if unit == TIMES else 0) and found.certain:
        measured = f"[{amount(found, unit)}]({address(one.file)}), {between(found, unit)}{other}"
        return f"no difference that this experiment can tell ({measured}){under}"
    return f"[{amount(found, unit)}]({address(one.file)}) ({between(found, unit)}{other}){under}"


def ratio(data: Data, experiment: str, side: str, metric: str, experiment2: str, side2: str, metric2: str) -> str:
    """Return how many times the second result the first is, with its interval; of one experiment, round by round."""
    one, two = data.results[(experiment, side, metric)], data.results[(experiment2, side2, metric2)]
    found = estimates.ratio(one.values, two.values, paired=experiment == experiment2)
    return _told(one, two, found, TIMES)


def difference(data: Data, experiment: str, side: str, metric: str, experiment2: str, side2: str, metric2: str) -> str:
    """Return by how much the first result exceeds the second, with its interval; of one experiment, round by round."""
    one, two = data.results[(experiment, side, metric)], data.results[(experiment2, side2, metric2)]
    found = estimates.difference(one.values, two.values, paired=experiment == experiment2)
    return _told(one, two, found, one.unit)


def a_minute(data: Data, experiment: str, side: str, metric: str, window: str) -> str:
    """Return how much of a metric comes together in a minute: its readings over the windows, in s, of the same rounds."""
    one, two = data.results[(experiment, side, metric)], data.results[(experiment, side, window)]
    found = estimates.a_minute(one.values, two.values)
    under = f" {EMULATION}" if _emulated(one) else ""
    return f"[{amount(found, one.unit)}]({address(one.file)}) a minute ({between(found, one.unit)}){under}"


def check_a_minute(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `a_minute`. See `pages.Check`."""
    given = _given(call)
    one, two = _known(data, given, PLAIN), _known(data, given, ("experiment", "side", "window"))
    if isinstance(one, str):
        return one
    if isinstance(two, str):
        return two
    if two.unit != "s" or min(two.values) <= 0 or len(one.values) != len(two.values):
        return f"{two.metric} is no window of {one.metric}\nname a metric in s, above 0, that was sampled in the same rounds"
    return ""


def _points(data: Data, experiment: str, side: str, metric: str) -> dict[int, Samples]:
    """Return the results of a metric by point, those that have one."""
    found = {}
    for (e, s, name), samples in data.results.items():
        base, point = split_point(name)
        if (e, s, base) == (experiment, side, metric) and point is not None:
            found[point] = samples
    return dict(sorted(found.items()))


def per_instance(data: Data, experiment: str, side: str, metric: str) -> str:
    """Return what one more adds to a metric that was sampled at several points: the slope, with its interval."""
    points = _points(data, experiment, side, metric)
    found = estimates.slope({point: samples.values for point, samples in points.items()})
    one = next(iter(points.values()))
    under = f" {EMULATION}" if _emulated(one) else ""
    return f"[{amount(found, one.unit)}]({address(one.file)}) ({between(found, one.unit)}){under}"


def _given(call: Call) -> dict[str, str]:
    return {key: str(value) for key, value in call.kwargs.items()}


def _known(data: Data, given: dict[str, str], names: tuple[str, str, str]) -> Samples | str:
    """Return the result that a call names, or what is wrong and the remedy."""
    experiment, side, metric = (given.get(name, "") for name in names)
    if found := data.results.get((experiment, side, metric)):
        if found.unit == CODE:
            return f"{experiment} {side} {metric} is a number that names something, no quantity\nshow what it names"
        return found
    run = data.recorded.runs.get((data.machine, experiment, side))
    if run and run.error:
        return f"{experiment} {side} failed when it was recorded: {run.error}\nmend it and run: make record EXAMPLE={experiment}"
    near = sorted(key for key in data.results if key[0] == experiment) or sorted(data.results)
    return f"there is no result {experiment} {side} {metric}\none of: {'; '.join(' '.join(k) for k in near) or 'none is recorded'}"


def check_result(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `result`. See `pages.Check`."""
    given = _given(call)
    if given.get("detail", "") not in {"", INTERVAL}:
        return f"'{given['detail']}' is no detail of a result\nwrite \"{INTERVAL}\", or leave it out"
    found = _known(data, given, PLAIN)
    return found if isinstance(found, str) else ""


def check_comparison(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `ratio` or `difference`. See `pages.Check`."""
    given = _given(call)
    one, two = _known(data, given, PLAIN), _known(data, given, SECOND)
    if isinstance(one, str):
        return one
    if isinstance(two, str):
        return two
    if one == two:
        return "a result compared with itself\nname two results"
    if one.unit != two.unit:
        return f"a comparison of {one.unit} with {two.unit}\ncompare results of one unit"
    if _emulated(one) != _emulated(two) or (_emulated(one) and one.side != two.side):
        other = two if _emulated(one) else one
        what = f"a figure under software emulation is not ranked against that of a {SIDE_LABELS[other.side].lower()}"
        return f"{what}: it says nothing of hardware virtualisation\nstate each by itself with {{{{ result(…) }}}}, or show both in a chart, with a published figure"
    if call.name == "ratio" and min(two.values) <= 0:
        return f"a ratio to {two.experiment} {two.side} {two.metric}, which holds 0\nwrite difference"
    return ""


def check_per_instance(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `per_instance`. See `pages.Check`."""
    given = _given(call)
    experiment, side, metric = (given.get(name, "") for name in PLAIN)
    if len(_points(data, experiment, side, metric)) >= 2:
        return ""
    pointed = sorted({f"{e} {s} {split_point(m)[0]}" for e, s, m in data.results if "@" in m})
    return (
        f"there are no two points of {experiment} {side} {metric}\none of: {'; '.join(pointed) or 'none is recorded'}"
    )


# -- tables ----------------------------------------------------------------------------------------


def results(data: Data, experiment: str) -> str:
    """Return an experiment's medians as a table, a row a metric, point and side, with the raw file and the scripts."""
    example = data.examples[experiment]
    metrics = list(example.metrics)
    found = [s for s in data.results.values() if s.experiment == experiment]
    rows = ["| What | Where | Value |", "|---|---|---:|"]
    for one in sorted(found, key=lambda s: (metrics.index(split_point(s.metric)[0]), s.point or 0)):
        metric = example.metrics[split_point(one.metric)[0]]
        at = "" if one.point is None else f", {metric.at}: {one.point}"
        how = f" ({ACCELERATORS[one.accelerator]})" if ACCELERATORS[one.accelerator] else ""
        estimate = estimates.estimate(one.values)
        of = f" ({between(estimate, one.unit)})" if estimate.certain else ""
        rows.append(f"| {escape(metric.title + at)} | {side_name(one.side)}{how} | {amount(estimate, one.unit)}{of} |")
    for failure in data.failures:
        if (failure.experiment, failure.machine) == (experiment, data.machine):
            rows.append(
                f"| Failed when it was recorded: {escape(failure.message)} | {side_name(failure.side)} | none |"
            )
    note = provenance(data, data.machine, [(experiment, side) for side in example.sides])
    return "\n".join(['<div data-search-exclude markdown="1">', "", *rows, "", "</div>", "", note])


def check_results(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `results`. See `pages.Check`."""
    experiment = _given(call).get("experiment", "")
    known = sorted({s.experiment for s in data.results.values()})
    return (
        ""
        if experiment in known
        else f"there is no result of '{experiment}'\none of: {', '.join(known) or 'none is recorded'}"
    )


def provenance(data: Data, machine: str, recorded: list[tuple[str, str]]) -> str:
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
        parts.append(f"Recorded {date} on [{machine}](/checking.md#machine-{slug(machine)}){at}. {'; '.join(files)}.")
    return f'<p class="provenance" data-search-exclude markdown="1">{" ".join(parts)}</p>'


def plan(data: Data) -> str:
    """Return all experiments as a table: sides, rounds, how long recording took on the first machine, accelerators."""
    rows, total = [], 0.0
    for example in data.examples.values():
        if not example.metrics:
            continue
        runs = {side: data.recorded.runs.get((data.machine, example.id, side)) for side in example.sides}
        done = [run for run in runs.values() if run]
        seconds = sum(run.seconds for run in done)
        total += seconds
        title = f"[{escape(example.title)}]({address(done[0].file)})" if done else escape(example.title)
        how = dict.fromkeys(ACCELERATORS[run.accelerator] for run in done)
        took = quantity(seconds, "s", 2) if seconds else "unknown"
        sides = ", ".join(side_name(side) for side in example.sides)
        counts = {side: example.sides[side].runs or example.runs for side in example.sides}
        fewer = "; ".join(
            f"{side_name(side)} {count}" for side, count in counts.items() if count != max(counts.values())
        )
        measured = rounds(max(counts.values())) + (f" ({fewer})" if fewer else "")
        rows.append([title, sides, measured, took, ", ".join(filter(None, how)) or "none is started"])
    head = ["Experiment", "Sides", "Measured in", "Took", "VMs run under"]
    count = "One experiment" if len(rows) == 1 else f"{len(rows)} experiments"
    note = f"{count}, {quantity(total, 's', 2)} of recording in all, the first round of a side included where it is not measured."
    return f'{cards(head, rows)}\n\n<p class="provenance" data-search-exclude>{note}</p>'


def check_plan(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `plan`. See `pages.Check`."""
    if any(example.metrics for example in data.examples.values()):
        return ""
    return f"'{call.name}' without an experiment\nadd [metrics] to an example"


def failures(data: Data) -> str:
    """Return the runs that failed when they were recorded, or that none did."""
    if not data.failures:
        return "None of the runs that were recorded failed."
    return "\n".join(
        f"- {escape(data.examples[one.experiment].title)}, {SIDE_LABELS[one.side].lower()}, on {one.machine}: {escape(one.message)}"
        f" ([as recorded]({address(data.recorded.runs[(one.machine, one.experiment, one.side)].file)}))"
        for one in data.failures
    )


def machines(data: Data) -> str:
    """Return every machine on which something was recorded, as a table each."""
    parts = []
    for name, machine in data.machines.items():
        rows = {MACHINE_WORDS.get(key, key): str(machine[key]) for key in MACHINE_WORDS if key in machine}
        rows |= {str(key): str(value) for key, value in machine["versions"].items()}
        rows["how VMs run"] = f"{ACCELERATORS[machine['accelerator']] or 'not at all'}; {machine['accelerator_reason']}"
        lines = [
            f"### {name} {{ #machine-{slug(name)} }}",
            "",
            "| What | This machine |",
            "|---|---|",
            *(f"| {escape(k)} | {escape(v)} |" for k, v in rows.items()),
        ]
        lines += ["", f"As data: [machine.json](/data/results/{name}/machine.json)."]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
