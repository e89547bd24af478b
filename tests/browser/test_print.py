"""Pages on paper: the text alone, dark on white, nothing cut off, with the addresses of what is cited."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.test_pages import PAGES, SIDEWAYS, SMALL

pytestmark = pytest.mark.browser

PAPER: ViewportSize = {"width": 718, "height": 1047}  # CSS pixels of an A4 sheet within its margins
SMALLEST = 10.6  # CSS pixels: 8 points
SOME = [
    "architecture/containers/",
    "resources/memory/",
    "security/escapes/",
    "security/hardening/",
    "use-cases/cloud-native/",
]
DARK = """() => [...document.querySelectorAll("article :is(p, li, td, h2, code, a, small)")].flatMap(one => {
    if (!one.checkVisibility() || !one.innerText?.trim()) return [];
    const [red, green, blue, alpha] = getComputedStyle(one).color.match(/[\\d.]+/g).map(Number);
    return red + green + blue > 3 * 150 || alpha < 0.5 ? [`${one.tagName} ${one.className}: ${getComputedStyle(one).color}`] : [];
})"""
CUT = """() => [...document.querySelectorAll("article :is(figure.chart .chart__machine, figure.diagram, tr, pre)")].filter(
    one => getComputedStyle(one).breakInside !== "avoid").length"""


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport=PAPER, color_scheme=request.param)
    yield context.new_page()
    context.close()


def sheets(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format="A4", prefer_css_page_size=True)))


@pytest.mark.parametrize("path", SOME)
def test_a_page_is_legible_on_paper(page: Page, address: str, path: str) -> None:
    page.goto(address + path)
    page.emulate_media(media="print")
    for part in (".md-header", ".md-sidebar", ".md-footer", ".md-tabs", ".md-content__button", ".headerlink"):
        assert not page.locator(part).first.is_visible(), part
    assert page.evaluate(SIDEWAYS) <= 1, "wider than the sheet by more than its rounding to whole pixels"
    assert page.evaluate(SMALL, SMALLEST) == []
    assert page.evaluate(DARK) == []
    assert page.evaluate(CUT) == 0
    folded = page.locator("article details:not([open]) > :not(summary)").filter(has_text=re.compile(r"\w"))
    shown = [one for one in folded.all() if one.locator("xpath=..").is_visible()]  # of the machine that is chosen
    for one in shown[:5]:
        assert one.is_visible(), "what is folded cannot be opened on paper"
    first = page.locator("ol.cited-here a[data-url]").first
    address_of = first.evaluate("one => getComputedStyle(one, '::after').content")
    assert str(first.get_attribute("data-url")) in address_of
    assert page.locator(".page-foot time").is_visible()


@pytest.mark.parametrize("path", ["architecture/containers/", "resources/memory/"])
def test_paper_is_saved(browser: Browser, address: str, path: str) -> None:
    """A page takes fewer sheets than it would with the styles of the screen alone."""
    context = browser.new_context(viewport=PAPER)
    try:
        page = context.new_page()
        page.goto(address + path)
        ours = sheets(page)
        page.route("**/print.css*", lambda route: route.abort())
        page.reload()
        assert ours < sheets(page)
    finally:
        context.close()


def test_pages_were_found() -> None:
    assert set(SOME) <= set(PAGES)
