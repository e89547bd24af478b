"""System calls by name: what an experiment found out about each, sorted and counted.

The prober tries every number twice in a container, with and without the filter, and once in a VM. What one run says
cannot be told from itself: the filter answers with errors that the kernel gives too. So calls are sorted by comparing runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .data import Data
from .measured import address, provenance
from .pages import Call, Shown
from .problems import read
from .render import ACCELERATORS, cards, escape, side_name
from .results import Results

TABLE = Path("snippets/lab/system-calls")  # number and name, a line each
PROBES, TRACES = "security/system-calls", "security/host-calls"
EPERM, ENOSYS, SIGNAL = 1, 38, 1000  # see snippets/security/system-calls/probe.c
REACHED, FILTERED, REFUSED, ABSENT, SILENT = KINDS = (
    "reached",
    "refused by the filter",
    "refused without the filter too",
    "not in this kernel",
    "did not return",
)
# Of each place: its side, the metric that was sampled there, and the one without a filter to compare it with.
PLACES = {
    "container": ("container", "filtered", "free"),
    "unconfined": ("container", "free", "free"),
    "vm": ("vm", "free", "free"),
}


def names(root: Path) -> dict[int, str]:
    """Return the names of the lab's kernel's system calls by their numbers. Raises ProblemError for a file that cannot be read."""
    lines = [line.split() for line in read(root / TABLE, root).splitlines() if line and not line.startswith("#")]
    return {int(number): name for number, name in lines}


def kind(filtered: int, free: int) -> str:
    """Return what became of a call, one of KINDS, from what came of it with the filter and without.

    Each is 0 for success, an error's number, or from SIGNAL on an end without an answer.
    """
    if free == ENOSYS:
        return ABSENT
    if free >= SIGNAL:
        return SILENT
    if free == EPERM:
        return REFUSED
    return FILTERED if filtered in {EPERM, ENOSYS, SIGNAL + 31} else REACHED  # 31: SIGSYS, of stricter filters


def answers(results: Results, example: str, side: str, metric: str) -> dict[int, int]:
    """Return the first sample at each point of a metric: by number, what came of the call."""
    return {
        found.point: int(found.values[0])
        for (e, s, _), found in results.items()
        if (e, s, found.metric.partition("@")[0]) == (example, side, metric) and found.point is not None
    }


def sort(table: Mapping[int, str], filtered: Mapping[int, int], free: Mapping[int, int]) -> dict[str, list[str]]:
    """Return the names of the table's calls by kind, each kind in the order of numbers."""
    found: dict[str, list[str]] = {one: [] for one in KINDS}
    for number in sorted(set(table) & set(filtered) & set(free)):
        found[kind(filtered[number], free[number])].append(table[number])
    return found


def sorted_at(data: Data, place: str, machine: str) -> dict[str, list[str]]:
    """Return the calls' names by kind, as seen in one of PLACES on a machine; empty lists where nothing was recorded."""
    side, metric, free = PLACES[place]
    results = data.recorded.results.get(machine, {})
    return sort(names(data.root), answers(results, PROBES, side, metric), answers(results, PROBES, side, free))


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
    return f"{side_name(PLACES[place][0])}<br><small>{escape(words)}; {escape(machine)}</small>"


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
        parts += [provenance(data, machine, [(PROBES, side) for side in sides]), ""]
    return "\n".join(parts)


def call_count(data: Data, place: str, kind: str) -> str:
    """Return how many calls of the table are of a kind in one of PLACES, linked to the raw file; `kind` "" counts all."""
    found = sorted_at(data, place, data.machine)
    count = len(found[kind]) if kind else sum(map(len, found.values()))
    return f"[{count}]({address(data.recorded.runs[(data.machine, PROBES, PLACES[place][0])].file)})"


def _fold(title: str, found: list[str]) -> str:
    words = " ".join(f"`{name}`" for name in found)
    return f'<details data-search-exclude markdown="1"><summary>{escape(title)}</summary>\n\n{words}\n\n</details>'


def call_names(data: Data, place: str, kind: str) -> str:
    """Return the names of the calls of a kind in one of PLACES, folded away."""
    found = sorted_at(data, place, data.machine)[kind]
    return _fold(f"The {len(found)} calls: {kind}", found)


def host_calls(data: Data, when: str) -> str:
    """Return the names of the host's calls that QEMU's process made, folded away; `when` is "working" or "around"."""
    table = names(data.root)
    made = answers(data.results, TRACES, "vm", when)
    found = sorted(table.get(number, str(number)) for number in made)
    told = "while the guest worked" if when == "working" else "only before or after"
    return _fold(f"The {len(found)} calls that QEMU made {told}", found)


def check_recorded(data: Data, call: Call, _: Shown) -> str:
    """Check a call of a macro of this module. See `pages.Check`."""
    place, wanted, when = (str(call.kwargs.get(name, "")) for name in ("place", "kind", "when"))
    if "place" in call.kwargs and place not in PLACES:
        return f"'{place}' is no place of '{call.name}'\none of: {', '.join(PLACES)}"
    asked = "kind" in call.kwargs and not (call.name == "call_count" and wanted == "")
    if asked and wanted not in KINDS:
        return f"'{wanted}' is no kind of '{call.name}'\none of: {', '.join(KINDS)}"
    if "when" in call.kwargs and when not in {"working", "around"}:
        return f"'{when}' is not when '{call.name}' can tell of\none of: working, around"
    experiment, sides = (TRACES, ["vm"]) if "when" in call.kwargs else (PROBES, ["container", "vm"])
    for side in [PLACES[place][0]] if place in PLACES else sides:
        if (data.machine, experiment, side) not in data.recorded.runs:
            return (
                f"{experiment} was not recorded on {data.machine}, side {side}\nrun: make record EXAMPLE={experiment}"
            )
    return ""
