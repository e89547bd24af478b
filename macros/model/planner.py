"""The capacity planner: how many instances fit on a host, and what is lost to overhead.

Pure functions; docs/assets/js/choosing.js computes the same in the browser, in the same order of operations, and a test
compares the two.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from macros.base import statistics
from macros.base.schemas import Document
from macros.base.units import in_ours
from macros.model.charts import EMULATED
from macros.model.results import Results, split_point
from macros.model.sources import ADD_SOURCE, Source

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
# What a part of a figure's name says that it is of, as the name of an option that plans with it must say too.
SUBJECTS = {
    "firecracker": "Firecracker",
    "hypervisor": "Cloud Hypervisor",
    "light": "light",
    "qemu": "QEMU",
    "runc": "runc",
    "runsc": "gVisor",
}


@dataclass(frozen=True)
class Cost:
    """What one more idle instance costs: memory in bytes, from `least` to `most`, and processors, None if unknown.

    `growth` is what it costs more for each byte of the workload. What exists once, however many instances run,
    takes from `once_least` to `once_most`.
    """

    least: float
    most: float
    growth: float
    once_least: float
    once_most: float
    processors: float | None


@dataclass(frozen=True)
class Host:
    """A host: memory in bytes, processors, and `kept`, the memory that it keeps for itself."""

    memory: float
    kept: float
    processors: float


@dataclass(frozen=True)
class Work:
    """What one instance's workload needs, bytes and processors on average, and how many instances are wanted."""

    memory: float
    processors: float
    wanted: int


@dataclass(frozen=True)
class Plan:
    """How many fit, at least and at most, and what the wanted number takes: bytes in all and of overhead, at least and at most.

    `bare` is how many would fit if an instance cost nothing. `limit` is "memory" or "processors", whichever runs out first
    at the lower number. Where an idle instance's use of processors is unknown, the plan is `open`: no more than these
    numbers fit, and how many fewer is not known.
    """

    fit_least: int
    fit_most: int
    bare: int
    limit: str
    open: bool
    each_least: float
    each_most: float
    needed_least: float
    needed_most: float
    lost_least: float
    lost_most: float


def count(room: float, each: float) -> int:
    """Return how many of `each` go into `room`. `each` is above 0."""
    return max(0, math.floor(room / each))


def plan(host: Host, work: Work, cost: Cost) -> Plan:
    """Return how many instances fit and what is lost. `work.memory` and `work.processors` are above 0."""
    room = host.memory - host.kept
    each_least = cost.least + cost.growth * work.memory
    each_most = cost.most + cost.growth * work.memory
    by_processors = count(host.processors, work.processors + (cost.processors or 0))
    by_memory = count(room - cost.once_most, work.memory + each_most)
    lost_least = cost.once_least + work.wanted * each_least
    lost_most = cost.once_most + work.wanted * each_most
    needed = work.wanted * work.memory
    return Plan(
        fit_least=min(by_memory, by_processors),
        fit_most=min(count(room - cost.once_least, work.memory + each_least), by_processors),
        bare=min(count(room, work.memory), count(host.processors, work.processors)),
        limit="memory" if by_memory <= by_processors else "processors",
        open=cost.processors is None,
        each_least=each_least,
        each_most=each_most,
        needed_least=needed + lost_least,
        needed_most=needed + lost_most,
        lost_least=lost_least,
        lost_most=lost_most,
    )


@dataclass(frozen=True)
class Option:
    """A row of planner.yml: a technology, its cost, and where that comes from."""

    id: str
    name: str
    sides: tuple[str, ...]
    says: str
    cost: Cost
    measured: tuple[tuple[str, str], ...]  # (experiment, side), or none
    source: str  # the key of a source, or ""
    locators: tuple[str, ...]


@dataclass(frozen=True)
class WorkedExample:
    """A worked example: a host and a workload."""

    host: Host
    work: Work


@dataclass(frozen=True)
class Planner:
    """All that the planner's page shows."""

    kept: int
    options: tuple[Option, ...]
    examples: tuple[WorkedExample, ...]


def measured_cost(results: Results, of: dict[str, Any]) -> Cost:
    """Return the cost by what was measured. Raises KeyError where a result is missing, ValueError where it cannot be the basis of a plan."""
    experiment, side = of["experiment"], of["side"]
    points = {}
    for (e, s, name), samples in results.items():
        metric, point = split_point(name)
        if (e, s, metric) == (experiment, side, of["falls"]) and point is not None:
            points[point] = samples
    if len(points) < 2:
        raise KeyError(f"{experiment} {side} {of['falls']}")
    if any(samples.accelerator == EMULATED for samples in points.values()):
        raise ValueError("a figure under software emulation")
    busy = of["busy"]
    above, below = (results[(busy["experiment"], busy["side"], busy[name])] for name in ("metric", "over"))
    once = results[(experiment, side, of["fixed"])]
    for samples, unit in (*((one, "B") for one in points.values()), (once, "B"), (above, "s"), (below, "s")):
        if samples.unit != unit:
            raise ValueError(f"'{samples.metric}' in the unit '{samples.unit}', where '{unit}' is planned with,")
    values = {point: samples.values for point, samples in sorted(points.items())}
    slope, onset = statistics.slope(values), statistics.onset(values)
    fixed = statistics.estimate(once.values)
    share = statistics.ratio(above.values, below.values).median
    # What is available falls as instances are added, so slope and onset are below 0.
    return Cost(
        least=max(0.0, -slope.high),
        most=max(0.0, -slope.low),
        growth=0.0,
        once_least=fixed.low + max(0.0, -onset.high),
        once_most=fixed.high + max(0.0, -onset.low),
        processors=share,
    )


def published_cost(source: Source, of: dict[str, Any]) -> tuple[Cost, tuple[str, ...]]:
    """Return the cost by published figures, and their locators.

    Raises KeyError where a figure is missing, ValueError where one is of another unit than the plan needs.
    """
    locators: list[str] = []

    def value(name: str, unit: str = "B") -> float:
        figure = source.figures[name]
        locators.append(figure.locator)
        found, ours = in_ours(figure.value, figure.unit)
        if ours != unit:
            raise ValueError(f"the figure '{name}' in the unit '{figure.unit}', where '{unit}' is planned with,")
        return found

    def amount(given: dict[str, str]) -> float:
        return value(given["figure"]) - (value(given["less"]) if "less" in given else 0)

    cost = Cost(
        least=amount(of["least"]),
        most=amount(of["most"]),
        growth=value(of["per_gib"]) / GIB if "per_gib" in of else 0.0,
        once_least=0.0,
        once_most=0.0,
        processors=value(of["processors"], "count") if "processors" in of else None,
    )
    return cost, tuple(dict.fromkeys(locators))


def foreign(name: str, of: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with an option that plans with a figure of something that its name does not name."""
    used = [*of["least"].values(), *of["most"].values(), *(of[key] for key in ("per_gib", "processors") if key in of)]
    for figure in dict.fromkeys(used):
        for part in figure.split("-"):
            if part in SUBJECTS and SUBJECTS[part] not in name:
                yield f"'{name}' is planned with the figure '{figure}', which is of {SUBJECTS[part]}"


def read_planner(document: Document, sources: Mapping[str, Source], results: Results) -> Planner:
    """Return what planner.yml plans with, and note what is wrong with it: an option without a cost is left out."""
    found: list[Option] = []
    for position, entry in enumerate(document.content["technologies"]):
        where = ("technologies", position)
        given = entry.get("measured") or entry["published"]
        locators: tuple[str, ...] = ()
        try:
            if "measured" in entry:
                cost = measured_cost(results, given)
            elif given["source"] not in sources:
                document.bad(where, f"there is no source '{given['source']}'", ADD_SOURCE)
                continue
            else:
                cost, locators = published_cost(sources[given["source"]], given)
        except KeyError as error:
            name = error.args[0]
            what = f"there is no {' '.join(name) if isinstance(name, tuple) else name}"
            document.bad(where, what, "name a result that is recorded, or a figure of the source")
            continue
        except ValueError as error:
            document.bad(where, f"{error} cannot be the basis of a plan", "name a published figure instead")
            continue
        for what in foreign(entry["name"], given) if "published" in entry else ():
            document.bad(where, what, "name a figure of the same technology, or the technology in the option's name")
        if not 0 <= cost.least <= cost.most:
            what = "the cost is negative, or its lower end is above its upper end"
            document.bad(where, what, "correct the figures that it is made from")
        measured = (
            ((given["experiment"], given["side"]), (given["busy"]["experiment"], given["busy"]["side"]))
            if "measured" in entry
            else ()
        )
        option = Option(
            id=entry["id"],
            name=entry["name"],
            sides=tuple(entry["sides"]),
            says=entry["says"],
            cost=cost,
            measured=measured,
            source=given.get("source", ""),
            locators=locators,
        )
        if any(option.id == other.id for other in found):
            document.bad(where, f"the id '{option.id}' occurs twice", "give each an id of its own")
        found.append(option)
    kept = document.content["kept_for_host"]["memory_mib"] * MIB
    return Planner(kept=kept, options=tuple(found), examples=tuple(_examples(document.content["examples"], kept)))


def _examples(entries: list[dict[str, Any]], kept: int) -> Iterator[WorkedExample]:
    for one in entries:
        host = Host(memory=one["host_gib"] * GIB, kept=kept, processors=one["cores"])
        work = Work(memory=one["work_mib"] * MIB, processors=float(one["work_processors"]), wanted=one["wanted"])
        yield WorkedExample(host, work)
