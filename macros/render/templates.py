"""The HTML of macros: templates of Jinja beside this module, and the one place where a text becomes HTML.

A template holds Jinja macros, called pieces here, each of which makes one element or block. Python hands them plain
values: a value is escaped as it goes in, by the filter `literal` where the renderer reads the place as Markdown. What
is Markdown or HTML already is marked `safe` in the template.

- `NAME.html.j2` makes HTML on one line, which Markdown does not take apart: the line breaks of the template, and the
  indentation around them, are not rendered.
- `NAME.md.j2` makes Markdown, whose lines stand as the template writes them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.ext import Extension
from markupsafe import Markup

from macros.base.markup import fence, literal

FOLDER = Path(__file__).parent / "templates"
TAG_OR_BREAK = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|[ \t]*\n\s*", re.DOTALL)


class _OneLine(Extension):
    """Takes the line breaks out of a template of HTML. Comments take their place, so that messages name the right line."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the source of a template as it is compiled."""
        if name is None or not name.endswith(".html.j2"):
            return source
        return TAG_OR_BREAK.sub(
            lambda found: found[0] if found[0].startswith("{") else "{#" + "\n" * found[0].count("\n") + "#}", source
        )


def _json(content: object) -> Markup:
    """Return data as JSON, fit for an attribute in double quotes."""
    return Markup(html.escape(json.dumps(content, ensure_ascii=False, separators=(",", ":")), quote=True))


ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,  # the package is imported afresh by each build
    extensions=[_OneLine],
)
ENVIRONMENT.filters |= {
    "literal": lambda text: Markup(literal(text)),
    "fence": lambda text, language: Markup(fence(text, language)),
    "json": _json,
}


def of(file: str) -> Callable[..., str]:
    """Return a function that renders a piece of a template: its name, and its values by name."""

    def render(piece: str, **values: object) -> str:
        try:
            return str(getattr(ENVIRONMENT.get_template(file).module, piece)(**values))
        except TemplateError as error:
            line = getattr(error, "lineno", 0)
            where = f"{FOLDER.name}/{getattr(error, 'name', None) or file}{f':{line}' if line else ''}"
            raise ValueError(f"{where}, {piece}: {error}") from error

    return render
