"""The rule that no quantity is typed by hand, and its check of the prose in docs/data. Pages are checked in macros/pages/text.py.

What a source says is exempt: sources.yml reports it in the source's own numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from macros.base.problems import Problems
from macros.base.quantities import plain_prose, quantities
from macros.base.schemas import Document, Where
from macros.model.exceptions import DATA, TextException, check_used, excepted
from macros.model.sources import FIGURE

# The keys that hold prose, for each data file docs/data/NAME.yml.
PROSE = {
    "cases": ("title", "says", "because"),
    "charts": ("title", "no_published", "start", "end"),
    "claims": ("statement", "conditions", "explanation", "says"),
    "comparison": ("title", "question", "container", "vm"),
    "escapes": ("component", "reached", "fixed", "what", "why"),
    "glossary": ("meaning",),
    "guide": ("ask", "short", "text", "name", "take"),
    "planner": ("name", "says"),
    "technologies": ("name", "family", "text"),
}
WITH_FIGURES = ("claims", "guide", "technologies")  # the files whose prose may hold {SOURCE:FIGURE}


def note_typed(hit: re.Match[str], remedy: str, bad: Callable[[str, str], None]) -> None:
    """Note a quantity typed by hand. `remedy` says where it would come from."""
    what = f"a quantity typed by hand: '{' '.join(hit[0].split())}'"
    bad(what, f"{remedy}; or list it in docs/data/exceptions.yml, with the reason")


def _texts(content: object, keys: tuple[str, ...], where: Where = ()) -> Iterator[tuple[Where, str]]:
    """Yield each text under one of `keys`, at any depth, with its place."""
    parts = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in parts:
        if isinstance(value, str) and key in keys:
            yield (*where, key), value
        else:
            yield from _texts(value, keys, (*where, key))


def check_numbers(
    documents: Mapping[str, Document | None], exceptions: tuple[TextException, ...], problems: Problems
) -> None:
    """Note each quantity typed into the prose of the data files, and each exception for a data file that nothing needs.

    `documents` holds each file under its name; one that could not be read is None.
    """
    used: set[TextException] = set()
    for name, keys in PROSE.items():
        document = documents[name]
        if document is None:
            continue
        remedy = "write it as {SOURCE:FIGURE}, or leave it out" if name in WITH_FIGURES else "leave it out"
        for where, text in _texts(document.content, keys):
            for hit in quantities(plain_prose(FIGURE.sub(" … ", text))):
                if not excepted(exceptions, f"{DATA}{name}.yml", text, used):
                    note_typed(hit, remedy, partial(document.bad, where))
    if all(documents[name] for name in PROSE):
        check_used((one for one in exceptions if one.page.startswith(DATA)), used, problems)
