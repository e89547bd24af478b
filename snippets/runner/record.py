"""Compares what an example prints with what was recorded, and records it again on request."""

from __future__ import annotations

import datetime
import difflib
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from macros.model.examples import Example, Side
from macros.model.recordings import Record
from macros.model.regions import regions, with_markers
from macros.model.results import REPEATS, RESULTS, sample_problem, split_point
from macros.model.values import filled, kept, unfit_values

from . import checkout, engines, lab
from .entries import renewed
from .execute import Output, accelerator, execute, failing_line, limit
from .files import replace
from .normal import leaks, normalise, seen, short
from .paths import BUILD, DATA, ROOT
from .runs import Run, sweep
from .seal import seal


class ExampleError(Exception):
    """An example that failed, or printed something other than what was recorded; the message shows both."""


def needs(examples: Iterable[Example]) -> set[str]:
    """Return every word that the sides of the examples require."""
    return {word for example in examples for side in example.sides.values() for word in side.requires}


def run_side(side: Side, built: lab.Lab, *, echo: bool = False, effort: str = "once") -> Output:
    """Run one side as a run of its own; nothing of it is left afterwards.

    `effort` is how much an experiment does: "once", as a check does, "full", or "" for what the caller's EFFORT says.
    """
    with Run() as run:
        return execute(side, run, built, echo=echo, effort=effort)


def check_ended_well(side: Side, output: Output) -> None:
    """Raise ExampleError if the script timed out, failed, or missed a region."""
    script = short(side.script)
    shown = f"what it printed:\n{output.whole or '(nothing)'}"
    if output.timed_out:
        raise ExampleError(f"{script} did not end within {limit(side):.0f} s\n{shown}")
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
    with naming_versions(example, side):
        check_ended_well(side, output)
        _check_text(example, side, output)


@contextmanager
def naming_versions(example: Example, side: Side) -> Iterator[None]:
    """Begin an ExampleError with the engines' releases, if they differ from those recorded."""
    try:
        yield
    except ExampleError as error:
        if other := other_versions(example, side, engines.versions() | engines.between(side.requires)):
            raise ExampleError(f"{other}\n{error}") from None
        raise


ENGINES = {
    "docker engine": ("Docker", ("docker", "local-docker")),
    "podman": ("Podman", ("podman",)),
    "lxc": ("LXC", ("lxc",)),
    "runsc": ("gVisor", ("runsc",)),
    "qemu": ("QEMU", ("qemu", "qemu-arm64")),
}


def other_versions(example: Example, side: Side, here: dict[str, str]) -> str:
    """Return which engines of a side are of another release than those it was recorded with, or ""."""
    recorded = example.records[side.side].versions if side.side in example.records else {}

    def release(text: str) -> str:
        return ".".join(re.findall(r"\d+", text)[:2])

    differing = [
        (name, release(recorded.get(key, "")), release(here.get(key, "")))
        for key, (name, words) in ENGINES.items()
        if set(words) & set(side.requires)
    ]
    found = [(name, then, now) for name, then, now in differing if then and then != now]
    if not found:
        return ""
    return "recorded with {}; here {}".format(
        " and ".join(f"{name} {then}" for name, then, _ in found),
        " and ".join(f"{name} {now or 'of no known version'}" for name, _, now in found),
    )


def _check_text(example: Example, side: Side, output: Output) -> None:
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
                f"{short(side.script)}:{region.line}: region '{region.name}' printed something other than what was recorded\n"
                f"--- expected ({short(side.recorded)}:{recorded[region.name].line}):\n{expected}\n--- came:\n{actual}\n--- difference:\n{diff}\n"
                f"    remedy: if the new output is right, run: make record EXAMPLE={example.id}"
            )


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
    """Return the checkout's commit, with "+" if a tracked file that can matter differs from it; "none" outside git.

    What recording itself writes does not matter: the results and the recorded output.
    """

    name = checkout.commit()
    written = (
        ":(exclude)docs/data/results",
        ":(exclude)docs/data/repeats",
        ":(exclude,glob)snippets/**/*.out",
        ":(exclude,glob)snippets/**/recorded.json",
    )
    changed = checkout.changed("snippets", "macros", *written)
    return f"{name}+" if name and changed else name or "none"


@dataclass(frozen=True)
class Outcome:
    """What recording one example did: the files that changed, and the sides that were skipped or failed, with reasons."""

    changed: list[str]
    skipped: list[str]
    failed: list[str]


@dataclass
class Taken:
    """What was taken of one side: the first round's output, the samples of the later ones, and how long it all took.

    `error` is the message of the round that failed, or "".
    """

    side: Side
    first: Output | None = None
    samples: dict[str, list[float]] = field(default_factory=dict)
    seconds: float = 0.0
    once: float = 0.0
    rounds: int = 0
    error: str = ""


Advance = Callable[[float], None]  # called with the seconds that a round took


def rounds_of(example: Example, side: Side) -> int:
    """Return how many rounds recording takes of a side: those that are measured, and one before them to warm up."""
    if not example.metrics:
        return 1
    return (side.runs or example.runs) + warms_up(example, side)


def warms_up(example: Example, side: Side) -> bool:
    """Return whether a round goes before a side's measured ones; a side of fewer rounds than the others boots for each."""
    return example.warmup and not side.runs


def take(example: Example, sides: Iterable[Side], built: lab.Lab, advance: Advance) -> list[Taken]:
    """Run the sides of an example in turn, round by round, so that what changes on the machine meets them alike.

    The first round does as little as a check does: it warms up, and what it prints is what is recorded. The samples of
    an experiment come from the rounds after it; from all, where it, or the side, needs no warming up. A side that fails is left out
    from then on, and so is one that has had its rounds.
    """
    taken = [Taken(side) for side in sides]
    for number in range(max((rounds_of(example, one.side) for one in taken), default=0)):
        for one in taken:
            if one.error or number >= rounds_of(example, one.side):
                continue
            measured = bool(number) or not warms_up(example, one.side)
            began = time.monotonic()
            try:
                output = run_side(one.side, built, effort="full" if example.metrics and measured else "once")
                check_ended_well(one.side, output)
                if example.metrics:
                    for metric, values in samples_of(example, one.side, output).items():
                        if measured:
                            one.samples.setdefault(metric, []).extend(values)
            except ExampleError as error:
                one.error = str(error)
            else:
                one.first = one.first or output
            spent = time.monotonic() - began
            one.seconds += spent
            one.once = one.once or spent
            one.rounds += 1
            advance(spent)
    return taken


def text_of(example: Example, taken: Taken) -> tuple[str, dict[str, str]]:
    """Return what is recorded of a side's output, and the values behind its placeholders that may be kept.

    Raises ExampleError where one of them names the machine.
    """
    side = taken.side
    assert taken.first is not None
    came = seen({region.name: taken.first.regions[region.name] for region in side.regions}, example, side.side)
    text, values = with_markers(came.texts), kept(came.values, example.volatile)
    if found := leaks(text):
        where = f"line {found[0][0]}: {found[0][1]!r}"
        raise ExampleError(
            f"{short(side.script)}: the output names this machine or a directory of it: {where}; print less, or declare a volatile pattern"
        )
    wrong = [f"{what!r} in line {line}" for line, what in leaks(filled(text, values))]
    if wrong := wrong or unfit_values(came.texts, values, example.volatile):
        raise ExampleError(
            f"{short(side.script)}: a value that would be kept names this machine, or is none: {wrong[0]}; remove the key 'what' of its pattern"
        )
    return text, values


def part_of(example: Example, taken: Taken, built: lab.Lab) -> dict[str, Any]:
    """Return a side's part of a result: its samples, or the message of the run that failed."""
    side = taken.side
    part: dict[str, Any] = {
        "accelerator": accelerator(side, built),
        "digest": side.digest(),
        "effort": "full",
        "metrics": {},
    }
    part |= {"seconds": round(taken.seconds, 2), "once": round(taken.once, 2), "rounds": taken.rounds}
    if taken.error:
        return part | {"error": taken.error.splitlines()[0]}
    units = {name: example.metrics[split_point(name)[0]].unit for name in taken.samples}
    return part | {"metrics": {name: {"unit": units[name], "samples": v} for name, v in taken.samples.items()}}


def able(example: Example) -> tuple[list[Side], list[str]]:
    """Return the sides that can run here, and of each other one why not."""
    sides, skipped = list[Side](), list[str]()
    for side in example.sides.values():
        if lacking := engines.missing(side.requires):
            skipped.append(f"{side.id}: {lacking[0]}")
        else:
            sides.append(side)
    return sides, skipped


def record(
    example: Example, built: lab.Lab, machine: str, *, outputs: bool = True, advance: Advance = lambda _: None
) -> Outcome:
    """Run every side that can run here; rewrite its result and, with `outputs`, its recorded output.

    What was recorded of the other sides stays.
    """
    sides, skipped = able(example)
    taken = take(example, sides, built, advance)
    texts: dict[Path, str] = {}
    entries: dict[str, Record] = {}
    unchanged = set[str]()
    for one in taken:
        if one.error:
            continue
        try:
            text, values = text_of(example, one)
        except ExampleError as error:
            one.error = str(error)
            continue
        side = one.side
        assert one.first is not None
        entries[side.side] = Record(
            digest=side.digest(),
            date=today(),
            machine=machine,
            accelerator=one.first.accelerator,
            versions=engines.versions() | engines.between(side.requires),
            seconds=round(one.first.seconds, 2),
            values=values,
        )
        texts[side.recorded] = text
        if side.recorded.is_file() and side.recorded.read_text("utf-8") == text:
            unchanged.add(side.side)
    failed = [one.error for one in taken if one.error]
    changed = list[str]()
    if example.metrics and taken:
        measured = {one.side.side: part_of(example, one, built) for one in taken}
        changed += record_result(example, measured, results_of(machine), machine)
    if failed or not outputs:
        return Outcome(changed, skipped, failed)
    changed += [short(path) for path, text in texts.items() if replace(path, text)]
    ordered = {name: asdict(entry) for name, entry in renewed(example.records, entries, unchanged).items()}
    for fields in ordered.values():
        for optional in ("amended", "values"):
            if not fields[optional]:
                del fields[optional]
    if replace(example.directory / "recorded.json", json.dumps(ordered, indent=2, sort_keys=True) + "\n"):
        changed.append(short(example.directory / "recorded.json"))
    seal([*texts, example.directory / "recorded.json"])
    return Outcome(changed, skipped, failed)


def results_of(machine: str) -> Path:
    """Return where this recording keeps its results: with REPEAT=1 or 2 separately, as one of a pair to be compared with each other.

    Raises ExampleError for another REPEAT.
    """
    number = os.environ.get("REPEAT", "")
    if number not in {"", "1", "2"}:
        raise ExampleError(
            f"REPEAT={number} is neither 1 nor 2\nremedy: REPEAT=1 or REPEAT=2, two recordings that are compared with each other"
        )
    return DATA / (REPEATS[int(number) - 1] if number else RESULTS) / machine


def today() -> str:
    """Return the date, in UTC, as 2026-01-31."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def record_result(example: Example, measured: dict[str, Any], directory: Path, machine: str) -> list[str]:
    """Rewrite the experiment's result in `directory`; sides that did not run here stay. Return the files that changed."""
    path = directory / f"{example.id.replace('/', '.')}.json"
    old = json.loads(path.read_text("utf-8"))["sides"] if path.is_file() else {}
    used = {word for side in {*old, *measured} & set(example.sides) for word in example.sides[side].requires}
    result = {
        "experiment": example.id,
        "machine": machine,
        "date": today(),
        "commit": commit(),
        "versions": engines.versions() | engines.between(used),
        "sides": {side: entry for side, entry in old.items() if side in example.sides} | measured,
    }
    changed = replace(path, json.dumps(result, indent=2, sort_keys=True) + "\n")
    seal([path])
    return [short(path)] if changed else []


def samples_of(example: Example, side: Side, output: Output) -> dict[str, list[float]]:
    """Return a side's samples by metric, in the metric's unit. Raises ExampleError for one that cannot be."""
    values: dict[str, list[float]] = {}
    for name, reading in output.samples:
        try:
            metric, point = split_point(name)
        except ValueError:
            raise ExampleError(
                f"{short(side.script)}: sampled '{name}', which is neither METRIC nor METRIC@POINT"
            ) from None
        declared = example.metrics.get(metric)
        if declared is None:
            raise ExampleError(
                f"{short(side.script)}: sampled '{metric}', which example.toml does not declare under [metrics]"
            )
        if (point is None) == bool(declared.at):
            asked = (
                f'METRIC@POINT, for it has at = "{declared.at}"' if declared.at else "METRIC alone, for it has no 'at'"
            )
            raise ExampleError(f"{short(side.script)}: sampled '{name}': write {asked}")
        if problem := sample_problem(reading):
            raise ExampleError(f"{short(side.script)}: the sample {reading!r} of '{name}' {problem}")
        values.setdefault(name, []).append(float(reading))
    if not values:
        raise ExampleError(f"{short(side.script)}: an experiment that sampled nothing")
    return values


def machine_facts(machine: str, built: lab.Lab, path: Path) -> str:
    """Return what this machine is, as the text of a machine.json.

    An accelerator that was found before, in the file at `path`, stays where nothing was booted this time. Raises
    ExampleError where it would name the machine.
    """
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
    return text


def prepare(examples: Iterable[Example]) -> lab.Lab:
    """Remove what dead runs left, and build of the lab what the sides that can run here need."""
    if swept := sweep():
        print(f"removed what {len(swept)} ended run(s) left")
    return lab.ensure({word for example in examples for side in able(example)[0] for word in side.requires})
