"""A sample of the faults that `make faults` injects is refused, and the injector itself can see a fault that is not."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from macros.base.problems import Problem
from snippets.runner.paths import ROOT
from tests.faults import inject, scripts
from tests.faults.draw import Fault, Kind, Tree, swap

SAMPLE, SEED = 20, 3


@pytest.mark.slow
def test_a_sample_of_faults_is_refused() -> None:
    outcomes = list(inject.inject(SEED, SAMPLE))
    missed = [f"{one.kind}: {one.says}" for one in outcomes if one.seen and not one.caught]
    assert len(missed) <= SAMPLE // 20, "\n".join(missed)
    untold = [
        f"{one.says}\n{one.message}"
        for one in outcomes
        if one.caught and not (one.file and one.line and one.remedy and one.fits)
    ]
    assert len(untold) <= SAMPLE // 20, "\n".join(untold)


def test_there_are_enough_kinds_and_each_is_drawn() -> None:
    assert len({kind.name for kind in inject.KINDS}) == len(inject.KINDS) >= 90
    assert inject.COUNT >= 150
    assert len(inject.KINDS) <= inject.COUNT


def test_every_kind_finds_something_to_break_in_the_real_content() -> None:
    tree = Tree(ROOT)
    for number, kind in enumerate(inject.KINDS):
        fault = kind.draw(tree, Random(number))
        path = ROOT / fault.file
        assert fault.text is None or not path.is_file() or fault.text != path.read_bytes(), kind.name


def test_faults_are_the_seeds() -> None:
    tree = Tree(ROOT)
    one, again, two = (list(inject.drawn(tree, seed, 5)) for seed in (1, 1, 2))
    assert one == again != two


def test_an_outcome_says_what_a_message_lacks() -> None:
    kind = Kind("pages", "a word", swap(("x.md",), "a", "b"))
    fault = Fault("x.md", b"b", "x.md:1: a → b")
    assert not inject.judged(kind, fault, []).caught
    elsewhere = inject.judged(kind, fault, [Problem("y.md", 1, "what", "remedy")])
    assert (elsewhere.caught, elsewhere.file) == (True, False)
    whole = inject.judged(kind, fault, [Problem("x.md", 0, "what", "")])
    assert (whole.file, whole.line, whole.remedy) == (True, False, False)
    told = inject.judged(kind, fault, [Problem("x.md", 1, "what", "remedy")])
    assert told.caught and told.file and told.line and told.remedy and told.fits


def test_a_stale_recording_hides_no_fault() -> None:
    """Whoever changes a script records it again: what is left must still be refused."""
    kind, fault = Kind("scripts", "x", swap(("x.sh",), "a", "b")), Fault("x.sh", b"b", "x.sh:1")
    stale = Problem("x.sh", 0, "the script changed after its output was recorded", "record", stale=True)
    assert not inject.judged(kind, fault, [stale]).caught


@pytest.mark.browser
def test_scripts_that_do_not_parse_are_named_with_their_line(tmp_path: Path) -> None:
    sound, broken = tmp_path / "sound.js", tmp_path / "broken.js"
    sound.write_text("const a = 1;\n")
    broken.write_text("const a = 1;\nconst const = 2;\n")
    found = scripts.unparsable([sound, broken], tmp_path)
    assert [(one.file, one.line) for one in found] == [("broken.js", 2)]
    assert "SyntaxError" in found[0].what
