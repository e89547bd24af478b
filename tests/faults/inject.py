"""Breaks the project on purpose, one fault at a time, and asks the checks: `make faults`.

Each fault is drawn by a seed from the real content, applied alone to a copy of the tree, and read there as `make check`
reads everything first. What counts is that the reading refuses it, and that what it says names the file, its line, and what
would help, on one screen.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

import macros  # noqa: F401, registers the macros
from macros.base.problems import Problem, ProblemError, told
from macros.model.load import load
from macros.pages.check import check_pages
from macros.pages.project import check_guards, check_texts
from macros.pages.registry import MACROS
from snippets.runner import checkout
from snippets.runner.paths import ROOT
from tests.faults import content, guards, scripts
from tests.faults.draw import Fault, Kind, NothingToBreakError, Tree

KINDS: tuple[Kind, ...] = (*content.KINDS, *guards.KINDS)
SCREEN = 20
COUNT = 160
PAGE = ROOT / "CONTRIBUTING.md"
START, END = "<!-- faults: written by `make faults` -->\n", "<!-- /faults -->\n"


@dataclass(frozen=True)
class Outcome:
    """What became of one fault: whether it was refused, and whether the message has the file, a line, a remedy, and fits."""

    group: str
    kind: str
    says: str
    seen: bool
    caught: bool
    file: bool
    line: bool
    remedy: bool
    fits: bool
    message: str


def drawn(tree: Tree, seed: int, count: int) -> Iterator[tuple[int, Fault]]:
    """Yield faults, each with the number of its kind, all kinds in turn: which place each breaks is the seed's."""
    for number in range(count):
        position = (number + seed * 7) % len(KINDS)
        kind = KINDS[position]
        try:
            yield position, kind.draw(tree, Random(f"{seed}/{number}"))
        except NothingToBreakError as error:
            raise SystemExit(f"tests/faults: nothing to break by '{kind.name}': {error}") from error


def problems(root: Path, changed: str) -> list[Problem]:
    """Return what the checks that need neither engine nor browser say of a tree, before anything is built."""
    try:
        check_texts(root)
        check_pages(load(root), MACROS)
        check_guards(root)
    except ProblemError as error:
        return error.problems
    if changed.endswith(".js"):
        return scripts.unparsable([root / changed], root)
    return []


def judged(kind: Kind, fault: Fault, found: Iterable[Problem]) -> Outcome:
    """Return what became of a fault, from the problems that were noted."""
    counted = [one for one in found if kind.recorded or not one.stale]
    text = told(counted) if counted else ""
    shown = [one for one in counted if one.cause] or counted
    blamed = {fault.file, *fault.blamed}
    mine = [one for one in shown if one.file in blamed or "*" in blamed]
    # A file that is gone or one too many, is sealed as a whole, or has to be recorded again as a whole.
    whole = fault.text is None or fault.added or kind.recorded or fault.file.endswith((".json", ".out"))
    return Outcome(
        group=kind.group,
        kind=kind.name,
        says=fault.says,
        seen=kind.seen,
        caught=bool(counted),
        file=bool(mine),
        line=whole or any(one.line for one in mine),
        remedy=bool(counted) and all(one.remedy.strip() for one in shown),
        fits=bool(counted) and len(text.split("\n")) <= SCREEN,
        message=text,
    )


_COPY = Path()


def copied(where: Path) -> Path:
    """Copy the checkout's files into a directory that does not exist; return it."""
    for name in checkout.files():
        if (ROOT / name).is_file() and not (ROOT / name).is_symlink():
            (where / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, where / name)
    return where


def _start(base: str) -> None:
    """Give a worker a tree of its own to break."""
    global _COPY
    _COPY = copied(Path(tempfile.mkdtemp(dir=base)) / "tree")


def _try(one: tuple[int, Fault]) -> Outcome:
    """Apply a fault to this worker's tree, read it, and put the tree back as it was."""
    position, fault = one
    kind = KINDS[position]
    path = _COPY / fault.file
    before = path.read_bytes() if path.is_file() else None
    try:
        if fault.text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(fault.text)
        return judged(kind, fault, problems(_COPY, fault.file))
    finally:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(before)


def inject(seed: int, count: int, workers: int = 2) -> Iterator[Outcome]:
    """Yield what became of each of so many faults. The checkout itself is only read."""
    with (
        tempfile.TemporaryDirectory(prefix="faults") as base,
        ProcessPoolExecutor(workers, initializer=_start, initargs=(base,)) as pool,
    ):
        yield from pool.map(_try, drawn(Tree(ROOT), seed, count))


def table(outcomes: list[Outcome], seed: int) -> str:
    """Return the outcomes as a table in Markdown, a row for each group, and what was missed."""
    rows = [
        "| What was changed | Faults | Refused | with the file | with a line | with a remedy | on one screen |",
        "|---|---|---|---|---|---|---|",
    ]
    seen = [one for one in outcomes if one.seen]
    groups = list(dict.fromkeys(one.group for one in sorted(seen, key=lambda one: one.group)))
    for name, mine in [(g, [o for o in seen if o.group == g]) for g in groups] + [("all", seen)]:
        counts = [sum(getattr(o, key) for o in mine) for key in ("caught", "file", "line", "remedy", "fits")]
        rows.append(f"| {name} | {len(mine)} | {' | '.join(map(str, counts))} |")
    kinds = len({one.kind for one in outcomes})
    hidden = sorted({one.kind for one in outcomes if not one.seen})
    missed = sorted({one.kind for one in seen if not one.caught})
    return "\n".join(
        [
            f"{len(outcomes)} faults of {kinds} kinds, drawn with the seed {seed}.",
            "",
            *rows,
            "",
            f"Missed kinds: {'; '.join(missed) or 'none'}.",
            "",
            f"Not counted, because only a reader can see that they are wrong: {'; '.join(hidden)}.",
            "",
        ]
    )


def tell(one: Outcome) -> None:
    """Print what became of a fault, unless it was refused as it should be."""
    lacks = [key for key in ("file", "line", "remedy", "fits") if one.caught and not getattr(one, key)]
    if one.caught and not lacks:
        return
    word = f"refused, without {', '.join(lacks)}" if one.caught else "MISSED"
    print(f"{word}{'' if one.seen else ' (not counted)'}: {one.kind}: {one.says}", flush=True)
    if lacks:
        print("    " + one.message.replace("\n", "\n    "), flush=True)


def main(words: list[str]) -> int:
    """Inject faults, print what became of each, and write the table; 1 if fewer than 95 % of what can be seen is refused."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--write", action="store_true", help="write the table into CONTRIBUTING.md")
    given = parser.parse_args(words)
    start = time.monotonic()
    outcomes = []
    for one in inject(given.seed, given.count):
        outcomes.append(one)
        tell(one)
    print(table(outcomes, given.seed))
    if given.write:
        text = PAGE.read_text("utf-8")
        head, rest = text.split(START)
        PAGE.write_text(f"{head}{START}\n{table(outcomes, given.seed)}\n{END}{rest.split(END)[1]}", "utf-8")
    seen = [one for one in outcomes if one.seen]
    share = sum(one.caught for one in seen) / len(seen)
    print(f"{share:.1%} of {len(seen)} refused, in {time.monotonic() - start:.0f} s")
    return 0 if share >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
