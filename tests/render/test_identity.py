"""Logo, favicon and card are drawn from one source, and nobody edited them since."""

from __future__ import annotations

import re
import struct

from macros.render import identity
from snippets.runner.paths import ROOT

CSS = (ROOT / "docs" / "assets" / "css" / "site.css").read_text("utf-8")


def test_each_drawing_is_what_its_source_draws() -> None:
    for path, text in identity.drawings().items():
        assert (ROOT / path).read_text("utf-8") == text, f"{path}: run: make identity"


def test_the_cards_picture_was_drawn_from_the_cards_drawing() -> None:
    png = (ROOT / identity.CARD).read_bytes()
    card = identity.drawings()[identity.CARD.with_suffix(".svg")]
    assert png.startswith(identity.SIGNATURE)
    assert struct.unpack(">II", png[16:24]) == identity.SIZE
    assert identity.digest(card) in png, "run: make identity"
    assert identity.digest(card + " ") not in png
    assert len(png) < 300_000


def test_a_picture_that_is_marked_stays_a_picture() -> None:
    """The chunk lies behind the header, with its length and checksum, and the rest follows."""
    png = (ROOT / identity.CARD).read_bytes()
    twice = identity.marked(png, b"x")
    at, names = len(identity.SIGNATURE), []
    while at < len(twice):
        (length,) = struct.unpack(">I", twice[at : at + 4])
        names.append(twice[at + 4 : at + 8])
        at += 12 + length
    assert names[0] == b"IHDR" and names[1] == b"tEXt" and names[-1] == b"IEND"
    assert at == len(twice)


def test_the_marks_have_the_colours_of_the_style_sheet() -> None:
    light, dark = (re.search(rf"scheme{name}\] {{(.*?)}}", CSS, re.DOTALL) for name in ("", '="slate"'))
    assert light and dark
    for side in ("container", "vm"):
        assert f"--cvm-{side}: {identity.COLOURS[side]};" in light[1]
        assert f"--cvm-{side}: {identity.COLOURS[f'{side}_dark']};" in dark[1]
