"""Each side has a name, a colour and a shape of its own, wherever it is drawn."""

from __future__ import annotations

import re

import pytest

from macros.base.problems import ROOT
from macros.model.examples import DEFAULT_SECONDS, OWN_KERNEL, SIDES
from macros.model.requirements import IMPLIED
from macros.render.marks import SIDE_LABELS, in_text, under
from macros.render.recordings import SIDE_WORDS

CSS = (ROOT / "docs/assets/css/site.css").read_text("utf-8")
PICTURE = (ROOT / "macros/render/templates/downloads.html.j2").read_text("utf-8")


def rule(selector: str, text: str = CSS) -> str:
    """Return what a style sheet says for exactly this selector."""
    found = re.search(rf"(?m)(?:^|[}} >]){re.escape(selector)} {{ ?([^}}]*)", text)
    assert found, f"no rule for {selector}"
    return found[1].strip()


def test_every_table_of_sides_has_every_side() -> None:
    assert set(SIDES) == set(SIDE_LABELS) == set(DEFAULT_SECONDS) == set(IMPLIED) == set(SIDE_WORDS)
    assert set(SIDES) > OWN_KERNEL
    assert len(set(SIDE_LABELS.values())) == len(SIDES)


@pytest.mark.parametrize("selector", [".side-mark--{}", ".chart .row--{}", ".row--{} rect"])
def test_no_two_sides_are_drawn_alike(selector: str) -> None:
    text = PICTURE if selector.endswith("rect") else CSS
    drawn = {side: rule(selector.format(side), text) for side in SIDES}
    assert len(set(drawn.values())) == len(SIDES), drawn


@pytest.mark.parametrize("side", [side for side in SIDES if side != "host"])
def test_a_side_differs_from_each_other_by_more_than_colour(side: str) -> None:
    """Without its colours, its rule is another than each other side's."""

    def shape(name: str) -> str:
        return re.sub(r"var\(--[a-z-]+\)", "", rule(f".side-mark--{name}"))

    assert all(shape(side) != shape(other) for other in SIDES if other != side)


@pytest.mark.parametrize("scheme", ["", '="slate"'], ids=["light", "dark"])
def test_each_side_has_a_colour_in_each_scheme(scheme: str) -> None:
    colours = rule(f"[data-md-color-scheme{scheme}]")
    values = [re.search(rf"--cvm-{side}: (#[0-9a-f]{{6}});", colours) for side in SIDES]
    assert len({found[1] for found in values if found}) == len(SIDES)


def test_gvisors_figures_name_release_and_platform() -> None:
    assert under("systrap", "20240729.0") == "gVisor's release of 2024-07-29, platform systrap"
    assert (under("tcg"), under("none")) == ("software emulation (TCG)", "")
    assert (in_text("gvisor"), in_text("system"), in_text("vm")) == ("gVisor", "system container", "virtual machine")
