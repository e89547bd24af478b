"""The HTML of macros: it stands in templates alone, text is escaped where it goes in, and mistakes are located."""

from __future__ import annotations

import ast
import builtins
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import DictLoader, TemplateSyntaxError

from macros.base.problems import Problems
from macros.pages.check import page_files
from macros.pages.parse import macro_calls
from macros.pages.registry import MACROS
from macros.pages.uses import Site
from macros.render import marks, pieces, templates
from snippets.runner.paths import ROOT

RENDER = ROOT / "macros" / "render"
TAG = re.compile(r"(?<!\?P)</?[a-z][a-z0-9]*[ />]")
SOUGHT = {"<title id=", "<desc id="}  # what a diagram has to hold


def test_no_element_is_written_in_python() -> None:
    read = 0
    for path in sorted(RENDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in SOUGHT:
                read += 1
                found = TAG.search(node.value)
                assert not found, f"{path.name}:{node.lineno}: {found} belongs in {templates.FOLDER.name}/"
    assert read > 1000


def test_every_template_compiles_and_is_used() -> None:
    code = "".join(path.read_text("utf-8") for path in [*RENDER.glob("*.py"), *templates.FOLDER.iterdir()])
    names = templates.ENVIRONMENT.list_templates()
    assert len(names) > 15
    for name in names:
        assert templates.ENVIRONMENT.get_template(name).module
        assert f'"{name}"' in code, f"nothing renders {name}"


def test_a_text_is_escaped_where_it_goes_in() -> None:
    mean = '<b a="1">&*x*'
    assert marks.badge(mean, "–", "false").count("&lt;b a=&#34;1&#34;&gt;&amp;*x*") == 1
    table = pieces.cards(["Head", "<i>Other</i>"], [["*a*", "b"]], attributes=[{"id": mean}])
    assert 'id="&lt;b a=&#34;1&#34;&gt;&amp;*x*"' in table
    assert 'data-label="Other"' in table, "a label holds no markup"
    assert "*a*" in table, "a cell is Markdown"
    assert "\n" not in table


def test_a_value_that_is_missing_ends_the_build_and_names_the_template() -> None:
    with pytest.raises(ValueError, match=r"^templates/marks\.html\.j2, badge: .*'mark'"):
        templates.of("marks.html.j2")("badge", colour="false", word="no")
    with pytest.raises(ValueError, match=r"templates/none\.html\.j2, badge"):
        templates.of("none.html.j2")("badge")


def test_html_is_one_line_and_mistakes_keep_theirs() -> None:
    source = "{# two\n   lines #}\n<b>\n  {% if x\n     and y %}\n  <i>{{ x }}  </i>\n  {% endif %}\n</b>\n"
    found = templates.ENVIRONMENT.overlay(
        loader=DictLoader({"a.html.j2": source, "a.md.j2": source, "bad.html.j2": source + "<u>\n\n{{ x y }}"})
    )
    assert found.get_template("a.html.j2").render(x="one\n  two", y=True) == "<b><i>one\n  two  </i></b>"
    assert found.get_template("a.md.j2").render(x="one", y=True) == "<b>\n  <i>one  </i>\n</b>"
    with pytest.raises(TemplateSyntaxError) as caught:
        found.get_template("bad.html.j2")
    assert caught.value.lineno == source.count("\n") + 3


def test_what_was_checked_is_rendered_without_the_disk(data: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts, outputs, diagrams and tables are read once, when pages are checked: no page shows another state of them."""
    problems = Problems(ROOT)
    files = {path.relative_to(ROOT).as_posix(): path for path in page_files(ROOT / "docs", problems)}
    calls = [
        call
        for name, path in files.items()
        for call in macro_calls(path.read_text("utf-8"), name, MACROS, problems) or ()
        if call.name in {"call_count", "call_names", "diagram", "diagrams", "example", "recordings", "script"}
    ]
    assert len({call.name for call in calls}) >= 6
    real: Callable[..., object] = io.open

    def only_templates(file: str | Path, *words: object, **named: object) -> object:
        assert templates.FOLDER in Path(file).parents, f"{file} is read while pages are rendered"
        return real(file, *words, **named)

    monkeypatch.setattr(io, "open", only_templates)
    monkeypatch.setattr(builtins, "open", only_templates)
    texts = [MACROS[call.name].render(data, *call.args, **call.kwargs) for call in calls]
    monkeypatch.undo()
    assert all(texts)
