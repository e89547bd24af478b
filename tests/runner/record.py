"""Compares what an example prints with what was recorded, and records anew on request."""

from __future__ import annotations

import datetime
import difflib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from macros.examples import SIDES, Example, Record, Side, regions, with_markers
from macros.results import sample_problem

from . import engines, lab
from .execute import Output, execute, failing_line
from .normal import leaks, normalise, short
from .paths import BUILD, DATA, ROOT
from .runs import Run, sweep


class ExampleError(Exception):
    """An example that failed, or printed something else than was recorded; the message shows both."""


def needs(examples: Iterable[Example]) -> set[str]:
    """Return every word that the sides of the examples require."""
    return {word for example in examples for side in example.sides.values() for word in side.requires}


def run_side(side: Side, built: lab.Lab, *, echo: bool = False) -> Output:
    """Run one side as a run of its own; nothing of it is left afterwards."""
    with Run() as run:
        return execute(side, run, built, echo=echo)


def check_ended_well(side: Side, output: Output) -> None:
    """Raise ExampleError if the script timed out, failed, or missed a region."""
    script = short(side.script)
    shown = f"what it printed:\n{output.whole or '(nothing)'}"
    if output.timed_out:
        raise ExampleError(f"{script} did not end within its {side.seconds} s\n{shown}")
    if output.code != 0:
        where = failing_line(output.whole, Path(script)) or script
        raise ExampleError(f"{where}: the script ended with {output.code}\n{shown}")
    absent = [region.name for region in side.regions if region.name not in output.regions]
    if absent:
        raise ExampleError(
            f"{script}: did not reach the region{'s' if len(absent) > 1 else ''} {', '.join(absent)}\n{shown}"
        )


def check(example: Example, side: Side, output: Output) -> None:
    """Raise ExampleError unless the output, normalised, is what was recorded. Writes nothing."""
    check_ended_well(side, output)
    came = normalise({region.name: output.regions[region.name] for region in side.regions}, example, side.side)
    recorded = {region.name: region for region in regions(side.recorded, ROOT)}
    for region in side.regions:
        expected = recorded[region.name].text
        actual = came[region.name].rstrip("\n")
        if actual != expected:
            diff = "\n".join(
                difflib.unified_diff(expected.splitlines(), actual.splitlines(), "expected", "came", lineterm="")
            )
            raise ExampleError(
                f"{short(side.script)}:{region.line}: region '{region.name}' printed something else than was recorded\n"
                f"--- expected ({short(side.recorded)}:{recorded[region.name].line}):\n{expected}\n--- came:\n{actual}\n--- difference:\n{diff}\n"
                f"    remedy: if the new output is right, run: make record EXAMPLE={example.id}"
            )


def replace(path: Path, text: str) -> bool:
    """Replace a file in one step; return whether its text changed. Never leaves a half-written file."""
    if path.is_file() and path.read_text("utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    return True


def machine_slug() -> str:
    """Return the slug under which this machine's recordings are kept.

    It is chosen once, with MACHINE=; then it is remembered in build/machine. Raises ExampleError where
    none is known or the slug is not one, or is the machine's own name.
    """
    remembered = BUILD / "machine"
    slug = os.environ.get("MACHINE", "") or (remembered.read_text().strip() if remembered.is_file() else "")
    if not slug:
        raise ExampleError(
            "choose a name for this machine once: make record MACHINE=my-laptop (a slug that describes it, never its host name)"
        )
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or slug == os.uname().nodename:
        raise ExampleError(f"MACHINE={slug}: write lower-case letters, digits and hyphens, and not the host name")
    remembered.parent.mkdir(exist_ok=True)
    remembered.write_text(slug + "\n")
    return slug


def commit() -> str:
    """Return the checkout's commit, with "+" if tracked files differ from it; "none" outside git."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "none"


@dataclass(frozen=True)
class Outcome:
    """What recording one example did: the files that changed, and the sides that were skipped or failed, with reasons."""

    changed: list[str]
    skipped: list[str]
    failed: list[str]


def record(example: Example, built: lab.Lab, machine: str) -> Outcome:
    """Run every side that can run here and rewrite its recorded output; keep the others' as they are."""
    records = dict(example.records)
    changed, skipped, failed = list[str](), list[str](), list[str]()
    texts: dict[Path, str] = {}
    measured: dict[str, dict[str, Any]] = {}
    for name, side in example.sides.items():
        lacking = engines.missing(side.requires)
        if lacking:
            skipped.append(f"{side.id}: {lacking[0]}")
            continue
        try:
            output = run_side(side, built)
            check_ended_well(side, output)
            text = with_markers(
                normalise({region.name: output.regions[region.name] for region in side.regions}, example, side.side)
            )
            if found := leaks(text):
                raise ExampleError(
                    f"{short(side.script)}: the output names this machine or a directory of it: line {found[0][0]}: {found[0][1]!r}; print less, or declare a volatile pattern"
                )
            if example.metrics:
                measured[name] = measure(example, side, output, built)
        except ExampleError as error:
            failed.append(str(error))
            if example.metrics:  # a failed run of an experiment is kept, with its message
                message = str(error).splitlines()[0]
                accelerator = side.accelerator or (built.accelerator if "qemu" in side.requires else "none")
                measured[name] = {"accelerator": accelerator, "digest": side.digest(), "error": message, "metrics": {}}
            continue
        texts[side.recorded] = text
        entry = Record(
            side.digest(),
            datetime.datetime.now(datetime.UTC).date().isoformat(),
            machine,
            output.accelerator,
            engines.versions(),
        )
        old = records.get(name)
        same_text = side.recorded.is_file() and side.recorded.read_text("utf-8") == text
        if old is None or not same_text or old.digest != entry.digest or old.machine != machine:
            records[name] = entry
    if measured:
        changed += record_result(example, measured, machine)
    if failed:
        return Outcome(changed, skipped, failed)
    for path, text in texts.items():
        if replace(path, text):
            changed.append(short(path))
    ordered = {name: asdict(records[name]) for name in SIDES if name in records}
    if replace(example.directory / "recorded.json", json.dumps(ordered, indent=2, sort_keys=True) + "\n"):
        changed.append(short(example.directory / "recorded.json"))
    return Outcome(changed, skipped, failed)


def record_result(example: Example, measured: dict[str, Any], machine: str) -> list[str]:
    """Rewrite the experiment's result on this machine; sides that did not run here stay. Return the files that changed."""
    path = DATA / "results" / machine / f"{example.id.replace('/', '.')}.json"
    old = json.loads(path.read_text("utf-8"))["sides"] if path.is_file() else {}
    result = {
        "experiment": example.id,
        "machine": machine,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "commit": commit(),
        "versions": engines.versions(),
        "sides": {side: entry for side, entry in old.items() if side in example.sides} | measured,
    }
    return [short(path)] if replace(path, json.dumps(result, indent=2, sort_keys=True) + "\n") else []


def samples_of(example: Example, side: Side, output: Output) -> dict[str, list[float]]:
    """Return a side's samples by metric, in the metric's unit. Raises ExampleError for one that cannot be."""
    values: dict[str, list[float]] = {}
    for metric, reading in output.samples:
        if metric not in example.metrics:
            raise ExampleError(
                f"{short(side.script)}: sampled '{metric}', which example.toml does not declare under [metrics]"
            )
        if problem := sample_problem(reading):
            raise ExampleError(f"{short(side.script)}: the sample {reading!r} of '{metric}' {problem}")
        values.setdefault(metric, []).append(float(reading))
    if not values:
        raise ExampleError(f"{short(side.script)}: an experiment that sampled nothing")
    return values


def measure(example: Example, side: Side, first: Output, built: lab.Lab) -> dict[str, Any]:
    """Return the side's part of a result: raw samples of `example.runs` runs, the first one included."""
    outputs = [first]
    while len(outputs) < example.runs:
        output = run_side(side, built)
        check_ended_well(side, output)
        outputs.append(output)
    merged: dict[str, list[float]] = {}
    for output in outputs:
        for metric, values in samples_of(example, side, output).items():
            merged.setdefault(metric, []).extend(values)
    metrics = {metric: {"unit": example.metrics[metric].unit, "samples": values} for metric, values in merged.items()}
    return {"accelerator": first.accelerator, "digest": side.digest(), "metrics": metrics}


def record_machine(machine: str, built: lab.Lab) -> bool:
    """Write what this machine is to docs/data/results/<machine>/machine.json; return whether it changed.

    An accelerator that was found before stays where nothing was booted this time.
    """
    path = DATA / "results" / machine / "machine.json"
    if built.accelerator == "none" and path.is_file():
        known = json.loads(path.read_text("utf-8"))
        built = lab.Lab(known["accelerator"], known["accelerator_reason"], built.kernel)
    data = {
        "slug": machine,
        **lab.machine(),
        **engines.docker_drivers(),
        "accelerator": built.accelerator,
        "accelerator_reason": built.reason,
        "versions": engines.versions(),
    }
    text = json.dumps(data, indent=2, sort_keys=True) + "\n"
    if found := leaks(text):
        raise ExampleError(f"machine.json would name this machine: {found[0][1]!r}")
    return replace(path, text)


def record_all(examples: Iterable[Example]) -> int:
    """Record the examples and print what changed. Return the exit code: 1 if any failed."""
    chosen = list(examples)
    machine = machine_slug()
    swept = sweep()
    if swept:
        print(f"removed what {len(swept)} ended run(s) left")
    here = [e for e in chosen if any(not engines.missing(s.requires) for s in e.sides.values())]
    able = {word for e in here for s in e.sides.values() if not engines.missing(s.requires) for word in s.requires}
    built = lab.ensure(able)
    failed = 0
    for number, example in enumerate(chosen, 1):
        outcome = record(example, built, machine)
        word = "failed" if outcome.failed else "changed" if outcome.changed else "as before"
        print(f"[{number}/{len(chosen)}] {example.id}: {word}", flush=True)
        for line in (*outcome.changed, *(f"skipped {reason}" for reason in outcome.skipped), *outcome.failed):
            print(f"    {line}")
        failed += bool(outcome.failed)
    record_machine(machine, built)
    return 1 if failed else 0
