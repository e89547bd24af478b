"""Renders system calls by name: counted by kind, and listed."""

from __future__ import annotations

from macros.base.markup import literal
from macros.base.problems import ProblemError
from macros.model.load import Data
from macros.model.system_calls import KINDS, PLACES, PROBES, TRACES, answers, names, sorted_at
from macros.pages.registry import macro
from macros.pages.uses import Use
from macros.render import tables, templates
from macros.render.links import address
from macros.render.marks import ACCELERATORS, side_name
from macros.render.pieces import cards, noted, provenance
from macros.render.results import result_note

WHEN = ("working", "around")
_markdown = templates.of("system_calls.md.j2")


def _title(data: Data, place: str, machine: str) -> str:
    facts = data.machines[machine]
    run = data.recorded.runs[(machine, PROBES, PLACES[place][0])]
    if place == "vm":
        how = ACCELERATORS[run.accelerator]
        words = f"root of the guest; {how}" if how else "root of the guest"
    else:
        docker = facts["versions"].get("docker engine", "unknown").split("+")[0]
        words = f"Docker Engine {docker}, " + ("its default filter" if place == "container" else "no filter")
        words += f"; Linux {facts['kernel'].split('-')[0]}"
    return noted(side_name(PLACES[place][0]), literal(f"{words}; {machine}"))


def _check_run(data: Data, use: Use, experiment: str, side: str) -> None:
    """Note that the calls' names cannot be read, or that a side was not recorded on the machine that pages show first."""
    try:
        names(data.files)
    except ProblemError as error:
        return use.problems.keep(error)
    if (data.machine, experiment, side) not in data.recorded.runs:
        what = f"{experiment} was not recorded on {data.machine}, side {side}"
        use.bad(what, f"run: make record EXAMPLE={experiment}")
    return None


def check_system_calls(data: Data, use: Use) -> None:
    """Check a call of `system_calls`."""
    for side in ("container", "vm"):
        _check_run(data, use, PROBES, side)


def check_call_names(data: Data, use: Use, place: str, kind: str) -> None:
    """Check a call of `call_names`."""
    if place not in PLACES:
        return use.bad(f"'{place}' is not a place of '{use.call.name}'", f"one of: {', '.join(PLACES)}")
    if kind not in KINDS:
        return use.bad(f"'{kind}' is not a kind of '{use.call.name}'", f"one of: {', '.join(KINDS)}")
    return _check_run(data, use, PROBES, PLACES[place][0])


def check_call_count(data: Data, use: Use, place: str, kind: str) -> None:
    """Check a call of `call_count`, whose kind may be "" for all."""
    check_call_names(data, use, place, kind or KINDS[0])


def check_host_calls(data: Data, use: Use, when: str) -> None:
    """Check a call of `host_calls`."""
    if when not in WHEN:
        return use.bad(f"'{when}' is not a time that '{use.call.name}' can tell of", f"one of: {', '.join(WHEN)}")
    return _check_run(data, use, TRACES, "vm")


@macro(check_system_calls)
def system_calls(data: Data) -> str:
    """Return how many calls of the table are of each kind, as a table: a row for each place and machine."""
    rows, used = [], []
    for machine in data.machines:
        for place, (side, _, _) in PLACES.items():
            if (machine, PROBES, side) not in data.recorded.runs:
                continue
            found = sorted_at(data, place, machine)
            rows.append([_title(data, place, machine), *(str(len(found[one])) for one in KINDS)])
            used.append((machine, side))
    parts = [cards(["Where", *KINDS], rows), ""]
    for machine in dict.fromkeys(machine for machine, _ in used):
        sides = dict.fromkeys(side for one, side in used if one == machine)
        parts += [result_note(data, machine, [(PROBES, side) for side in sides]), ""]
    outcomes = tables.links(tables.table_name(PROBES)).replace("This table", "The outcome of each call")
    return "\n".join([*parts, provenance(outcomes), ""])


@macro(check_call_count)
def call_count(data: Data, place: str, kind: str) -> str:
    """Return how many calls of the table are of a kind in one of PLACES, linked to the raw file; `kind` "" counts all."""
    found = sorted_at(data, place, data.machine)
    count = len(found[kind]) if kind else sum(map(len, found.values()))
    return f"[{count}]({address(data.recorded.runs[(data.machine, PROBES, PLACES[place][0])].file)})"


def _fold(title: str, found: list[str]) -> str:
    return _markdown("fold", title=title, words=" ".join(f"`{name}`" for name in found))


@macro(check_call_names)
def call_names(data: Data, place: str, kind: str) -> str:
    """Return the names of the calls of a kind in one of PLACES, folded away."""
    found = sorted_at(data, place, data.machine)[kind]
    return _fold(f"The {len(found)} calls: {kind}", found)


@macro(check_host_calls)
def host_calls(data: Data, when: str) -> str:
    """Return the names of the host's calls that QEMU's process made, folded away; `when` is "working" or "around"."""
    table = names(data.files)
    made = answers(data.results, TRACES, "vm", when)
    found = sorted(table.get(number, str(number)) for number in made)
    told = "while the guest worked" if when == "working" else "only before or after"
    return _fold(f"The {len(found)} calls that QEMU made {told}", found)
