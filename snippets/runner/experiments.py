"""Carries out `make record`: the plan with its expected times, the progress, what was done before an interruption."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from macros.base.schemas import read_yaml
from macros.model.example_reader import recording_problems
from macros.model.examples import Example
from macros.model.results import MACHINE

from . import lab, record
from .files import replace
from .paths import BUILD, DATA, ROOT
from .seal import seal

LIMIT = 40 * 60  # seconds that all of `make record` may take
QUICK_LIMIT = 4 * 60  # the same for `make record QUICK=1`
QUICK = BUILD / "quick"
WORKERS = 2  # how many examples that measure nothing are recorded at once


@dataclass(frozen=True)
class Step:
    """One example of a plan: how many rounds it takes, the seconds expected of them, and whether those were ever measured.

    The expectation is what the same took when it was recorded, on this machine or else on another; where it never was, it
    is the time limit of every round.
    """

    example: Example
    rounds: int
    seconds: float
    measured: bool


def first_machine() -> str:
    """Return the machine whose results the pages show first."""
    return str(read_yaml(DATA / "machines.yml", ROOT)[0]["first"])


def _known(example: Example, machine: str) -> dict[str, Any]:
    """Return the sides of the example's result on this machine, or else on another, or nothing."""
    name = f"{example.id.replace('/', '.')}.json"
    paths = [DATA / "results" / machine / name, *sorted((DATA / "results").glob(f"*/{name}"))]
    path = next((path for path in paths if path.is_file()), None)
    sides: dict[str, Any] = json.loads(path.read_text("utf-8"))["sides"] if path else {}
    return sides


def plan(examples: Iterable[Example], machine: str, *, quick: bool = False, everywhere: bool = False) -> list[Step]:
    """Return what recording these examples takes, in their order: of each the sides that can run here.

    `everywhere` plans for a machine that lacks nothing, whatever this one has.
    """
    steps = []
    for example in examples:
        sides = list(example.sides.values()) if everywhere else record.able(example)[0]
        if not sides:
            continue
        rounds = {side.side: 1 if quick else record.rounds_of(example, side) for side in sides}
        known = _known(example, machine) if example.metrics else {}
        expected, measured = 0.0, True
        for side in sides:
            past = example.records.get(side.side)
            part = known.get(side.side, {})
            if quick and "once" in part:
                expected += part["once"]
            elif not quick and "seconds" in part:
                # What it took, for as many rounds as it takes: `runs` or `warmup` may have changed since.
                taken = max((len(metric["samples"]) for metric in part["metrics"].values()), default=0)
                expected += part["seconds"] * rounds[side.side] / part.get("rounds", taken + 1)
            elif not example.metrics and past is not None and past.seconds:
                expected += past.seconds
            else:
                expected, measured = expected + rounds[side.side] * side.seconds, False
        steps.append(Step(example, max(rounds.values()), expected, measured))
    return steps


def plain(steps: list[Step]) -> tuple[list[Step], list[Step]]:
    """Return the steps that measure nothing, and the experiments."""
    return [s for s in steps if not s.example.metrics], [s for s in steps if s.example.metrics]


def total(steps: list[Step]) -> float:
    """Return the seconds that all steps take: what measures runs alone, the rest side by side."""
    beside, alone = plain(steps)
    return sum(s.seconds for s in beside) / (WORKERS if alone else 1) + sum(s.seconds for s in alone)


def side_by_side(steps: list[Step], machine: str) -> Iterator[tuple[Step, record.Outcome]]:
    """Record the examples that measure nothing, each by a runner of its own; yield each with its outcome as it ends."""
    started: list[subprocess.Popen[str]] = []

    def one(step: Step) -> tuple[Step, record.Outcome]:
        words = [sys.executable, "-m", "snippets.runner", "record", step.example.id]
        process = subprocess.Popen(
            words,
            cwd=ROOT,
            env=os.environ | {"MACHINE": machine},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        said, _ = process.communicate()
        lines = [line.strip() for line in said.splitlines() if line.startswith("    ")]
        if process.returncode:
            return step, record.Outcome([], [], lines or [said.strip() or "the runner ended without a message"])
        return step, record.Outcome(lines, [], [])

    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            for future in as_completed([pool.submit(one, step) for step in steps]):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in started:
                process.terminate()  # each cleans up after its example
            raise


def within(steps: list[Step], limit: float) -> tuple[list[Step], list[Step]]:
    """Return the steps that fit into `limit` seconds, the shortest first choice, in their order; and the others."""
    chosen, spent = set[str](), 0.0
    for step in sorted(steps, key=lambda step: step.seconds):
        if spent + step.seconds <= limit:
            chosen.add(step.example.id)
            spent += step.seconds
    return [s for s in steps if s.example.id in chosen], [s for s in steps if s.example.id not in chosen]


def duration(seconds: float) -> str:
    """Return a time for people, as 3:07."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def show(steps: list[Step], console: Console) -> None:
    """Print the plan: each example, its rounds and expected time, and the sum."""
    table = Table(box=None, pad_edge=False)
    for title in ("example", "rounds", "expected"):
        table.add_column(title, justify="left" if title == "example" else "right", no_wrap=True)
    for step in steps:
        table.add_row(step.example.id, str(step.rounds), f"{'' if step.measured else '≤ '}{duration(step.seconds)}")
    table.add_row(f"{len(steps)} examples", "", duration(total(steps)))
    console.print(table)


class Journal:
    """Remembers, in build/, what a recording of everything has done, so that an interrupted one can continue."""

    def __init__(self, machine: str) -> None:
        again = f"-{os.environ['REPEAT']}" if os.environ.get("REPEAT") else ""
        self.path = BUILD / f"recording-{machine}{again}.json"
        self.done: dict[str, str] = json.loads(self.path.read_text()) if self.path.is_file() else {}

    @staticmethod
    def digest(example: Example) -> str:
        """Return what changes when a script of the example does."""
        return " ".join(side.digest() for side in example.sides.values())

    def has(self, example: Example) -> bool:
        """Return whether the example was recorded, as it is."""
        return self.done.get(example.id) == self.digest(example)

    def note(self, example: Example) -> None:
        """Remember that the example was recorded."""
        self.done[example.id] = self.digest(example)
        replace(self.path, json.dumps(self.done, indent=2) + "\n")

    def end(self) -> None:
        """Forget it all: everything was recorded."""
        self.path.unlink(missing_ok=True)
        self.done = {}


def choose(examples: list[Example], machine: str, named: bool, *, every: bool = False) -> list[Example]:
    """Return what `make record` records: what was named, or the experiments and, on the first machine, stale examples.

    The examples' output is recorded on one machine; what another contributes is its results. An example whose output is
    that of its script is compared with it by `make test`: it is recorded again only with `every`.
    """
    if named:
        return examples
    here = machine == first_machine() and not os.environ.get("REPEAT")
    return [e for e in examples if e.metrics or (here and (every or recording_problems(e, ROOT)))]


def record_all(examples: list[Example], *, named: bool = False, quick: bool = False) -> int:
    """Record the examples and print what changed. Return the exit code: 1 if any failed."""
    console = Console(highlight=False, soft_wrap=True)
    machine = record.machine_slug()
    record.results_of(machine)  # a wrong REPEAT is reported before anything runs
    every = bool(os.environ.get("ALL"))
    chosen = [e for e in examples if e.metrics] if quick else choose(examples, machine, named, every=every)
    journal = None if named or quick else Journal(machine)
    if journal and os.environ.get("FRESH"):
        journal.end()
    if journal and journal.done:
        left = [example for example in chosen if not journal.has(example)]
        console.print(
            f"continues where it was interrupted: {len(chosen) - len(left)} of {len(chosen)} are done (FRESH=1 starts again)"
        )
        chosen = left
    steps = plan(chosen, machine, quick=quick)
    if quick:
        steps, left_out = within(steps, QUICK_LIMIT)
        for step in left_out:
            console.print(
                f"left out of the quick recording, because it takes {duration(step.seconds)}: {step.example.id}"
            )
        chosen = [step.example for step in steps]
    show(steps, console)
    for example in chosen:
        for reason in record.able(example)[1]:
            console.print(f"skipped {reason}")
    for example in chosen:
        if not quick and any("ksm" in side.requires for side in example.sides.values()):
            console.print(f"{example.id}: {example.touches}", markup=False)  # a switch of the whole host
    built = record.prepare(chosen)
    failed = 0
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[left]} left"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        whole = total(steps)
        bar = progress.add_task("", total=whole, left=duration(whole))
        done = 0

        def finished(step: Step, outcome: record.Outcome, before: float) -> None:
            nonlocal failed, done
            done += 1
            progress.update(bar, completed=before, left=duration(whole - before))
            word = "failed" if outcome.failed else "changed" if outcome.changed else "as before"
            console.print(f"{done}/{len(steps)} {step.example.id}: {word}", markup=False)
            for line in (*outcome.changed, *outcome.failed):
                console.print(f"    {line}", markup=False)
            failed += bool(outcome.failed)
            if journal:
                journal.note(step.example)

        before = 0.0
        alone = steps
        if not named and not quick:
            beside, alone = plain(steps)
            for step, outcome in side_by_side(beside, machine):
                before += step.seconds / WORKERS
                finished(step, outcome, before)
        for number, step in enumerate(alone, len(steps) - len(alone) + 1):
            progress.update(bar, description=f"{number}/{len(steps)} {step.example.id}")

            def advance(seconds: float) -> None:
                # No step counts for more than was expected of it, so that the bar never runs ahead.
                now = min(progress.tasks[0].completed + seconds, before + step.seconds)  # noqa: B023
                progress.update(bar, completed=now, left=duration(whole - now))

            if quick:
                outcome = record_quick(step.example, built, machine, advance)
            else:
                outputs = (named or machine == first_machine()) and not os.environ.get("REPEAT")
                outcome = record.record(step.example, built, machine, outputs=outputs, advance=advance)
            before += step.seconds
            finished(step, outcome, before)
    directory = QUICK / machine if quick else record.results_of(machine)
    replace(directory / MACHINE, record.machine_facts(machine, built, directory / MACHINE))
    seal([directory / MACHINE])
    if journal:
        journal.end()
    return 1 if failed else 0


def record_quick(example: Example, built: lab.Lab, machine: str, advance: record.Advance) -> record.Outcome:
    """Take one round of an experiment, as little as a check does, and keep it under build/."""
    sides, skipped = record.able(example)
    parts = {}
    failed = []
    for side in sides:
        taken = record.Taken(side)
        try:
            taken.first = record.run_side(side, built)
            record.check_ended_well(side, taken.first)
            taken.samples = record.samples_of(example, side, taken.first)
        except record.ExampleError as error:
            taken.error = str(error)
            failed.append(taken.error)
        if taken.first is not None:
            taken.seconds = taken.once = taken.first.seconds
            advance(taken.seconds)
        parts[side.side] = record.part_of(example, taken, built) | {"effort": "once"}
    changed = record.record_result(example, parts, QUICK / machine, machine) if parts else []
    return record.Outcome(changed, skipped, failed)
