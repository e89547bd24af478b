"""The first screen of the home page, and the page for an address without one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

SCREENS = [(1440, 900), (390, 844)]


@pytest.fixture(params=SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    yield context.new_page()
    context.close()


def within(page: Page, one: Locator) -> bool:
    """Whether the whole of it lies within the first screen."""
    box, screen = one.bounding_box(), page.viewport_size
    assert box and screen, one
    return box["y"] >= 0 and box["x"] >= 0 and box["y"] + box["height"] <= screen["height"]


def test_the_first_screen_answers(page: Page, address: str) -> None:
    """The picture, three or four figures, each with a label and a link, and two buttons, without scrolling."""
    page.goto(address)
    pictures = page.locator("article figure.diagram svg").filter(visible=True)
    assert pictures.count() == 2
    figures = page.locator(".door__figures li")
    assert figures.count() in {3, 4}
    buttons = page.locator("article .md-button")
    assert buttons.all_inner_texts() == ["Choose", "See it"]
    for one in [*pictures.all(), *figures.all(), *buttons.all(), page.locator("h1")]:
        assert within(page, one), one.inner_text()
    for one in figures.all():
        words = one.inner_text()
        assert re.search(r"\d", words), words
        assert re.search(r"Measured|Published, \d{4}", words), words
        assert "emulation" not in words or "under software emulation" in words
        assert one.locator("a[href]").count() >= 1, words
    for name in buttons.all_inner_texts():
        page.goto(address)
        page.locator("article").get_by_role("link", name=name, exact=True).click()
        page.wait_for_load_state()
        assert page.url != address
        assert page.locator("h1").count() == 1


def test_each_row_of_the_table_leads_to_one_page(page: Page, address: str) -> None:
    """The first cell of a row is its link; no other cell leads to a page of the site, only to raw readings and sources."""
    page.goto(address)
    rows = page.locator(".facts tbody tr")
    assert rows.count() >= 8
    seen = []
    for row in rows.all():
        links = row.locator("a[href]:not(.headerlink)").evaluate_all("all => all.map(one => one.href)")
        pages = [one for one in links if one.startswith(address) and not re.search(r"/(sources|data|glossary)/", one)]
        assert len(pages) == 1, row.inner_text()
        seen += pages
        for cell in row.locator("td").all():
            assert cell.inner_text().strip()
    assert len(set(seen)) == len(seen)


def test_an_address_without_a_page_offers_the_search_and_five_pages(page: Page, address: str) -> None:
    page.goto(f"{address}404.html")
    assert page.locator("h1").count() == 1
    links = page.locator(".missing li a").evaluate_all("all => all.map(one => one.href)")
    assert len(set(links)) == 5
    for link in links:
        answer = page.request.get(link)
        assert answer.ok, link
    page.get_by_label("Search this site").fill("seccomp")
    page.get_by_role("button", name="Search", exact=True).click()
    page.locator(".md-search-result__item").first.wait_for(timeout=60_000)
    assert "security/system-calls/" in page.locator(".md-search-result__item [href]").first.evaluate("one => one.href")
