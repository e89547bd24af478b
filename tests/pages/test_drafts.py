"""What `make serve` renders again after an edit, and what it keeps."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

import pytest

from macros.base.problems import ROOT, ProblemError
from macros.model.load import Data
from macros.pages import drafts
from macros.pages.check import Known, check_pages
from macros.pages.copies import titled
from macros.pages.drafts import Drafts, Opened, stamps
from macros.pages.registry import MACROS
from macros.pages.uses import Site
from tests.site import smallsite

NAV = ["index.md", {"Measure": ["kernels.md", "claims.md"]}]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return smallsite.make(tmp_path / "site", lean=True)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The pages as an earlier build wrote them."""
    for name in ("index.html", "kernels/index.html", "claims/index.html"):
        path = tmp_path / "out" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<p>old</p>")
    return tmp_path / "out"


def config(out: Path) -> dict[str, object]:
    """Return what of the generator's configuration counts; the server serves the site below /pub/."""
    return {"site_dir": str(out), "nav": NAV, "site_url": "http://127.0.0.1:8000/pub/"}


def aged(out: Path) -> set[str]:
    """Return the pages that the generator will render again, and have it do so."""
    found = {path.relative_to(out).parent.as_posix() for path in out.rglob("index.html") if path.stat().st_mtime == 0}
    for path in out.rglob("index.html"):
        os.utime(path)
    return found


def edit(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def rendered(state: Drafts, site: Site) -> None:
    """Note what the macros of each page return, as a build does."""
    for file, record in state.known.items():
        state.begin(file.removeprefix("docs/"))
        for call in record.calls:
            state.note(MACROS[call.name].render(site, *call.args, **call.kwargs))
    state.end(site.root)


def begun(site: Path, out: Path) -> tuple[Drafts, Site]:
    """Return what is kept after a first build."""
    state = Drafts()
    state.look(site)
    known = check_pages(state.read(lambda: smallsite.load(site)), MACROS, state.known)
    state.choose(known, MACROS, config(out), "salt")
    state.later.clear()  # as the second build leaves it
    state.whole = False
    aged(out)
    rendered(state, known)
    state.look(site)  # sealing has written a file
    state.pending.clear()
    return state, known


def test_each_kind_of_edit_is_told(site: Path, out: Path) -> None:
    state, _ = begun(site, out)
    assert state.look(site) == [] and state.pending == set()
    edit(site / "docs" / "kernels.md", "\nMore.\n")
    assert state.look(site) == [] and state.pending == set(), "the generator sees an edited page by itself"
    edit(site / "docs" / "data" / "claims.yml", "# a comment\n")
    state.look(site)
    assert state.pending == {"data"}
    (site / "macros").mkdir()
    module = site / "macros" / "new.py"
    module.write_text("")
    assert state.look(site) == [module]
    assert state.pending == {"data", "code"}


def test_data_is_read_again_only_after_an_edit_of_it(site: Path, out: Path) -> None:
    state, known = begun(site, out)

    def never() -> Data:
        raise AssertionError("read again")

    assert state.read(never) is state.data
    state.pending.add("data")
    with pytest.raises(AssertionError):
        state.read(never)
    assert state.read(lambda: known) is known, "what failed is read again"


def test_the_open_page_comes_first_and_then_those_that_differ(
    site: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, known = begun(site, out)
    handler = Opened()
    monkeypatch.setattr(drafts.SERVER, "handlers", [handler])
    for url in ("http://127.0.0.1:8000/pub/", "http://127.0.0.1:8000/pub/kernels/"):
        handler.emit(logging.makeLogRecord({"msg": f"Browser connected: {url}"}))
    handler.paths = handler.paths[-1:]
    state.pending.add("data")
    state.choose(known, MACROS, config(out), "salt")
    assert aged(out) == {"kernels"}
    assert state.later == {"index.md", "claims.md"}
    state.end(site)
    assert (site / drafts.AGAIN).is_file(), "a second build is asked for"
    state.outputs["claims.md"][0] += " as it was before the edit"
    state.choose(known, MACROS, config(out), "salt")
    assert aged(out) == {"claims"}
    assert not state.later


def test_an_edit_of_the_theme_or_of_what_all_pages_show_makes_all_again(site: Path, out: Path) -> None:
    for kinds, salt in (({"look"}, "salt"), ({"data"}, "another")):
        state, known = begun(site, out)
        state.pending |= kinds
        state.choose(known, MACROS, config(out), salt)
        state.choose(known, MACROS, config(out), salt)
        assert aged(out) == {".", "kernels", "claims"}


def test_only_an_edited_page_is_checked_again(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, known = smallsite.load(site), Known()
    check_pages(data, MACROS, known)
    before = dict(known)
    edit(site / "docs" / "kernels.md", "\nMore.\n")
    check_pages(data, MACROS, known)
    assert [file for file in known if known[file] is not before[file]] == ["docs/kernels.md"]
    edit(site / "docs" / "kernels.md", "\n[kernels](/nowhere.md)\n")
    with pytest.raises(ProblemError, match=re.escape("a page that does not exist: /nowhere.md")):
        check_pages(data, MACROS, known)
    edit(site / "docs" / "index.md", "\n{{ nope() }}\n")
    with pytest.raises(ProblemError, match="there is no macro 'nope'"):
        check_pages(data, MACROS, known)
    edit(site / "docs" / "claims.md", "\nMore.\n")
    with pytest.raises(ProblemError, match="there is no macro 'nope'"):
        check_pages(data, MACROS, known)


def test_checking_with_and_without_a_memory_finds_the_same(data: Site) -> None:
    known = Known()
    assert check_pages(data, MACROS, known).pages == check_pages(data, MACROS, known).pages == data.pages
    assert {one.page.path for one in known.values() if one.page} == {page.path for page in data.pages}


def test_files_are_told_apart_by_time_and_size(tmp_path: Path) -> None:
    (tmp_path / "a" / "__pycache__").mkdir(parents=True)
    (tmp_path / "a" / "__pycache__" / "x.pyc").write_text("")
    (tmp_path / "a" / "b.yml").write_text("1")
    before = stamps(tmp_path, ["a", "c"])
    assert list(before) == [str(tmp_path / "a" / "b.yml")]
    (tmp_path / "a" / "b.yml").write_text("12")
    assert stamps(tmp_path, ["a"]) != before


def test_each_page_of_a_navigation_has_a_title() -> None:
    titles = {"index.md": "Home", "a/index.md": "A", "a/b.md": "B", "c.md": "C"}
    nav = ["index.md", {"Room": ["a/index.md", {"Short": "a/b.md"}, {"More": ["c.md"]}]}]
    assert titled(nav, titles) == [
        {"Home": "index.md"},
        {"Room": [{"A": "a/index.md"}, {"Short": "a/b.md"}, {"More": [{"C": "c.md"}]}]},
    ]


def test_the_kinds_of_edits_name_what_there_is() -> None:
    assert all((ROOT / part).exists() for parts in drafts.PARTS.values() for part in parts)
