"""What has moved to another page: old addresses lead on, and where no script runs a link stands there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.test_pages import Visit

pytestmark = pytest.mark.browser

# Addresses that were published, and the page that each leads to.
MOVED = {
    f"architecture/containers/#example-architecture-{name}": "architecture/images/"
    for name in ("image", "layers", "writable-layer", "engine-chain", "one-program", "portable", "wrong-architecture")
}
STAND = {
    f"architecture/containers/#{name}": "architecture/images/"
    for name in (
        "images-what-a-container-brings-along",
        "layers-one-copy-many-containers",
        "from-docker-run-to-a-process",
        "what-a-container-carries-and-what-it-does-not",
    )
}


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit.page


@pytest.mark.parametrize("old", MOVED)
def test_an_old_address_leads_on(page: Page, address: str, old: str) -> None:
    page.goto(address + old)
    anchor = old.partition("#")[2]
    page.wait_for_url(f"{address}{MOVED[old]}#{anchor}")
    assert page.locator(f"[id='{anchor}']").count() == 1


@pytest.mark.parametrize("old", STAND)
def test_where_a_part_stood_a_link_leads_to_it(page: Page, address: str, old: str) -> None:
    page.goto(address + old)
    anchor = old.partition("#")[2]
    place = page.locator(f"[id='{anchor}']")
    assert place.count() == 1
    link = (
        place if place.get_attribute("href") else page.locator(f"article a[href$='#{anchor}']:not(.headerlink)").first
    )
    link.click()
    page.wait_for_url(f"{address}{STAND[old]}#{anchor}")
    assert page.locator(f"h2[id='{anchor}']").is_visible()
