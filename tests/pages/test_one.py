"""The check of one page: it sees what the whole check would see of that page, in the same form."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from macros.base.problems import ProblemError
from macros.pages import one
from snippets.runner.paths import ROOT
from tests.faults.inject import copied
from tests.site import smallsite

PAGE = "docs/resources/start-up.md"


@pytest.mark.parametrize(
    "name", ["docs/resources/startup.md", "resources/start-up.md", "docs/../docs/index.md", "README.md", ""]
)
def test_a_page_that_is_not_there_is_refused_with_one_that_is(name: str) -> None:
    with pytest.raises(ProblemError) as caught:
        one.check(name)
    (found,) = caught.value.problems
    assert found.what == "there is no such page"
    assert "docs/" in found.remedy


SHOWN = {
    "two titles": ("<h1>a</h1><h1>b</h1>", "# a\n# b\n", 1, "2 headings of the first level"),
    "no title": ("<p>a</p>", "a\n", 1, "0 headings of the first level"),
    "an id twice": ('<h1>a</h1><p id="x"></p><p id="x"></p>', "# a\n{: #x }\n\n{: #x }\n", 4, "the id 'x' occurs twice"),
    "an image of another host": ('<h1>a</h1><img alt="" src="https://x.example/a.png">', "# a\n![](https://x.example/a.png)\n", 2, "a resource from another host"),
    "a form": ("<h1>a</h1><form></form>", "# a\n<form></form>\n", 0, "<form> in the text of a page"),
    "a call that was left": ("<h1>a</h1><p>{{ x }}</p>", "# a\n", 0, "unrendered text"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_rendered_page_may_not_hold_is_told(name: str) -> None:
    content, text, line, what = SHOWN[name]
    (found,) = one.shown(content, "docs/x.md", text)
    assert what in found.what
    assert (found.file, found.line) == ("docs/x.md", line)


def test_a_sound_page_has_nothing_to_tell() -> None:
    assert one.shown('<h1 id="a">a</h1><p>b</p><img alt="" src="a.png">', "docs/x.md", "# a\n") == []


def run(root: Path, name: str = PAGE) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "macros", "page", name]
    return subprocess.run(
        words, cwd=root, env=smallsite.environment(), capture_output=True, text=True, timeout=600, check=False
    )


@pytest.mark.slow
def test_a_page_of_this_site_is_checked_with_no_mistake() -> None:
    began = time.monotonic()
    done = run(ROOT)
    assert done.stdout == f"page: {PAGE}, no mistake\n", done.stderr
    assert time.monotonic() - began < 60, "what takes 5 s on an idle machine"


BREAKS = {
    "a macro misspelt": ("{{ chart(", "{{ chrat(", "chrat"),
    "a source that is not there": ('cite("man-fork"', 'cite("man-frok"', "man-frok"),
    "a quantity typed by hand": ("\n## In short\n", "\n## In short\n\nIt takes 12 ms.\n", "12 ms"),
    "a link to an anchor that is not there": ("/checking.md#the-machines", "/checking.md#the-machine", "the-machine"),
    "a title twice": ("\n## In short\n", "\n# In short\n", "2 headings of the first level"),
    "another page's mistake": ("", "", "docs/index.md"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BREAKS)
def test_a_mistake_is_told_alone_with_its_place_and_its_remedy(name: str, tmp_path: Path) -> None:
    old, new, what = BREAKS[name]
    tree = copied(tmp_path / "tree")
    if old:
        text = (tree / PAGE).read_text("utf-8")
        assert old in text
        (tree / PAGE).write_text(text.replace(old, new, 1), "utf-8")
    else:
        (tree / "docs/index.md").write_text(
            (tree / "docs/index.md").read_text("utf-8") + "\n{{ nothing() }}\n", "utf-8"
        )
    done = run(tree)
    assert done.returncode == 1
    lines = done.stderr.strip().split("\n")
    assert len(lines) <= 20 and what in lines[1], done.stderr
    assert lines[1].startswith(PAGE if old else "docs/index.md:")
    assert lines[2].startswith("    remedy: ")
