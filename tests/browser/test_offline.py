"""The site as an archive: what a reader unpacks works from the disk, with its search, and asks nobody for anything."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from macros.pages.offline import FOLDER, localised, offline, page_of
from tests.browser.test_pages import PAGES

DATE = 1577836800


@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("../lab/", "../lab/index.html"),
        (".", "./index.html"),
        ("..", "../index.html"),
        ("../../#part", "../../index.html#part"),
        ("planner/?host=2#plan", "planner/index.html?host=2#plan"),
        ("?system=other#answer", "?system=other#answer"),
        ("#part", "#part"),
        ("data/claims.yml", "data/claims.yml"),
        ("https://example.org/x/", "https://example.org/x/"),
        ("mailto:us", "mailto:us"),
    ],
)
def test_an_address_names_its_page(address: str, there: str) -> None:
    assert page_of(address) == there
    assert localised(f'<a class="x" href="{address}">') == f'<a class="x" href="{there}">'


@pytest.fixture(scope="module")
def unpacked(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory that the archive holds, in one whose name has a space."""
    where = tmp_path_factory.mktemp("a reader's")
    offline(site, where / "one.zip", DATE)
    with zipfile.ZipFile(where / "one.zip") as archive:
        archive.extractall(where)
    return where / FOLDER


def test_the_archive_is_whole_and_the_same_each_time(site: Path, unpacked: Path) -> None:
    offline(site, unpacked.parent / "two.zip", DATE)
    assert (unpacked.parent / "one.zip").read_bytes() == (unpacked.parent / "two.zip").read_bytes()
    assert len(list(unpacked.rglob("index.html"))) == len(list(site.rglob("index.html"))) >= len(PAGES)
    assert not (unpacked / "404.html").exists()
    assert (site / "search" / "search_index.json").is_file(), "the built site was changed"
    for path in unpacked.rglob("*.html"):
        found = re.findall(r'href="((?![a-z]+:)[^"#?]*(?:/|\.\.|(?<![^/"])\.))["#?]', path.read_text("utf-8"))
        assert found == [], path


@pytest.fixture
def page(browser: Browser, unpacked: Path) -> Page:
    return browser.new_context(viewport={"width": 1440, "height": 900}).new_page()


@pytest.mark.browser
def test_it_is_read_and_searched_from_the_disk(page: Page, unpacked: Path) -> None:
    complaints: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    try:
        page.goto((unpacked / "index.html").as_uri())
        assert not [one for one in asked if "search_index" in one], "the index waits until somebody searches"
        page.get_by_role("link", name="Choose", exact=True).last.click()
        page.wait_for_url("**/choosing/index.html")
        page.keyboard.press("/")
        page.locator(".md-search__input").press_sequentially("seccomp")
        hit = page.locator(".md-search-result__item a").first
        hit.wait_for(timeout=60_000)
        hit.click()
        page.wait_for_url("**/security/system-calls/index.html*")
        assert page.locator("h1").is_visible()
        assert [one for one in asked if not one.startswith(("file:", "data:", "blob:", "about:"))] == []
        assert complaints == []
    finally:
        page.context.close()


@pytest.mark.browser
def test_the_guide_answers_from_the_disk(page: Page, unpacked: Path) -> None:
    try:
        page.goto((unpacked / "choosing" / "index.html").as_uri())
        page.locator(".case-links a").first.click()
        page.locator("#answer .answer__name").wait_for()
        page.get_by_role("link", name="The rule that decided").click()
        page.wait_for_url("**/choosing/rules/index.html#rule-*")
        assert page.locator("h1").is_visible()
    finally:
        page.context.close()
