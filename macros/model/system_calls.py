"""System calls by name: what an experiment found out about each, sorted and counted.

The prober tries every number twice in a container, with and without the filter, and once in a VM. One run alone
does not show which it was: the filter answers with errors that the kernel also gives. Calls are therefore sorted by comparing runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from macros.model.files import Files
from macros.model.load import Data
from macros.model.results import Results

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


def names(files: Files) -> dict[int, str]:
    """Return the names of the lab's kernel's system calls by their numbers. Raises ProblemError for a file that cannot be read."""
    text = files.text(files.root / TABLE)
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
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
    return sort(names(data.files), answers(results, PROBES, side, metric), answers(results, PROBES, side, free))
