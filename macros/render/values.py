"""Shows recorded values in the place of their placeholders: marked as varying, and equal ones by an equal letter.

A letter stands for one value of an example, on whichever side it was printed. Values of a kind get letters where at
least two of them are equal; where none are, as with the times of several runs, a letter would say nothing.
"""

from __future__ import annotations

import string
from collections.abc import Iterable

from macros.base.markup import literal
from macros.model.examples import Example
from macros.model.recordings import PLACEHOLDER
from macros.model.values import declared
from macros.render import templates

COLOURS = 6  # for which values.css has rules; the letter goes on
_html = templates.of("values.html.j2")


def _occurrences(example: Example) -> list[tuple[str, str]]:
    """Return what stands in the place of each placeholder of the example: the pattern's name and the value, in order."""
    found = []
    for name, side in example.sides.items():
        values = example.records[name].values if name in example.records else {}
        for part in side.output:
            for tag in PLACEHOLDER.finditer(part.text):
                one = declared(tag["name"], example.volatile)
                if one is not None and tag["name"] in values:
                    found.append((one.name, values[tag["name"]]))
    return found


def letters(example: Example) -> dict[tuple[str, str], str]:
    """Return a letter for each pattern's name and value, of those kinds of which two values are equal."""
    found = _occurrences(example)
    kinds = {kind for kind, value in found if found.count((kind, value)) > 1}
    each = dict.fromkeys(one for one in found if one[0] in kinds)
    return {one: _letter(number) for number, one in enumerate(each)}


def _letter(number: int) -> str:
    """Return A to Z, then AA, AB and so on."""
    before, place = divmod(number, len(string.ascii_uppercase))
    return (_letter(before - 1) if before else "") + string.ascii_uppercase[place]


def marked(text: str, example: Example, side: str) -> str:
    """Return recorded text of a side as HTML, each value that is kept in its place and marked."""
    values = example.records[side].values if side in example.records else {}
    given = letters(example)
    html, end = "", 0
    for tag in PLACEHOLDER.finditer(text):
        one = declared(tag["name"], example.volatile)
        if one is None or tag["name"] not in values:
            continue
        value = values[tag["name"]]
        letter = given.get((one.name, value), "")
        order = list(given.values()).index(letter) % COLOURS + 1 if letter else 0
        html += literal(text[end : tag.start()]) + _html(
            "value", value=value, what=one.what, letter=letter, colour=order
        )
        end = tag.end()
    return html + literal(text[end:])


def kept(text: str, example: Example, side: str) -> str:
    """Return recorded text of a side with each value that is kept in its place, as plain text."""
    values = example.records[side].values if side in example.records else {}
    return PLACEHOLDER.sub(lambda tag: values.get(tag["name"], tag[0]), text)


def shows_values(text: str, example: Example, side: str) -> bool:
    """Return whether a value that was kept stands in this text."""
    values = example.records[side].values if side in example.records else {}
    return any(tag["name"] in values for tag in PLACEHOLDER.finditer(text))


def output(text: str, example: Example, side: str) -> str:
    """Return recorded output with its values as a block of preformatted text, on one line of HTML."""
    return _html("output", text=marked(text, example, side).replace("\n", "&#10;"))


def legend(texts: Iterable[str], example: Example, side: str) -> list[dict[str, object]]:
    """Return what varies in these texts, a row a kind of value: what it is, and the letters of its values."""
    values = example.records[side].values if side in example.records else {}
    given = letters(example)
    rows: dict[str, list[str]] = {}
    for text in texts:
        for tag in PLACEHOLDER.finditer(text):
            one = declared(tag["name"], example.volatile)
            if one is not None and tag["name"] in values:
                row = rows.setdefault(one.what, [])
                letter = given.get((one.name, values[tag["name"]]), "")
                if letter and letter not in row:
                    row.append(letter)
    return [{"what": what, "letters": found} for what, found in rows.items()]
