"""The search as readers use it: it loads when it is used, and its first hit is the page that answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_pages import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

# What readers type, and the page that answers; several where either does. Where an anchor is named, that part.
QUERIES = {
    "startup time": "resources/start-up/",
    "kvm vs docker performance": "performance/",
    "is docker secure": "security/",
    "AI agent sandbox": "choosing/cases/",
    "gvisor": "between/",
    "memory overhead": "resources/memory/",
    "windows container": "use-cases/other-systems/",
    "nested": "questions/#nested",
    "gpu": "questions/#gpu",
    "wsl2": "between/",
    "kubernetes": "use-cases/cloud-native/",
    "proxmox": "questions/#system-containers",
    "oom": "resources/limits/",
    "escape": "security/escapes/",
    "podman": "between/",
    "docker in docker": "questions/#docker-in-docker",
    "live migration": "operations/snapshots-and-migration/",
    "seccomp": "security/system-calls/",
    "noisy neighbour": "performance/neighbours/",
    "how many containers per host": "resources/density/",
    "kata containers": "between/",
    "boot time": "resources/start-up/",
    "ci runner": "use-cases/ci-cd/",
    "ufw": "security/networks/",
    "image size": "resources/disk/",
    "docker on mac": "questions/#docker-on-a-mac",
    "cgroup": "architecture/containers/",
    "kernel panic": "security/failures/",
    "hypervisor": "architecture/virtual-machines/",
    "docker vs vm": "choosing/",
    # Questions in their askers' words: one row for each part of docs/questions/.
    "jvm heap in container": "questions/programs-and-limits/#java",
    "gomaxprocs": "questions/programs-and-limits/#go",
    "node.js in container": "questions/programs-and-limits/#node",
    "python os.cpu_count container": "questions/programs-and-limits/#python",
    "dotnet": "questions/programs-and-limits/#dotnet",
    "exit code 137": "questions/programs-and-limits/#exit-137",
    "inotify too many open files": "questions/programs-and-limits/#inotify",
    "join session keyring disk quota exceeded": "questions/programs-and-limits/#keyring",
    "ulimit open files 1024": "questions/programs-and-limits/#ulimit-nofile",
    "vm.max_map_count": "questions/programs-and-limits/#sysctl-one-container",
    "all predefined address pools have been fully subnetted": "questions/programs-and-limits/#address-pools",
    "bind mount slow mac": "questions/laptops/#slow-bind-mounts",
    "hot reload inotify": "questions/laptops/#file-events",
    "docker.raw does not shrink": "questions/laptops/#disk-image",
    "vmmem": "questions/laptops/#vm-keeps-memory",
    "clock wrong after sleep": "questions/laptops/#clock-after-sleep",
    "vm clock wrong after suspend": "questions/laptops/#clock-after-pause",
    "docker desktop commercial use": "questions/laptops/#docker-desktop-licence",
    "enable ipv6 docker": "questions/kernel-and-network/#ipv6",
    "docker nftables": "questions/kernel-and-network/#nftables",
    "seccomp slow python ruby": "questions/kernel-and-network/#seccomp-price",
    "newer image operation not permitted": "questions/kernel-and-network/#newer-image",
    "io_uring": "questions/kernel-and-network/#io-uring",
    "sched_fifo real-time": "questions/kernel-and-network/#real-time",
    "docker inside lxc": "questions/kernel-and-network/#docker-in-lxc",
    "pods on a node 110": "questions/hardware-and-scale/#pods-per-node",
    "how much larger is kata than runc": "questions/hardware-and-scale/#kata-cost",
    "share graphics card between containers": "questions/hardware-and-scale/#gpu-sharing",
    "graphics card container and vm": "questions/hardware-and-scale/#gpu-container-and-vm",
    "confidential vm sev-snp": "questions/hardware-and-scale/#confidential",
    "what to ask about confidential computing": "questions/hardware-and-scale/#confidential-questions",
    "licences before i move software": "questions/hardware-and-scale/#licences",
}
OF_SOURCES = {"NSDI paper": ""}  # words that only a source's entry and what cites it hold; any page may come first
# The hit that Enter opens: of the first page's, that with the highest score.
FIRST = """() => {
    const score = one => parseFloat(one.firstElementChild.getAttribute("data-md-score"));
    const hits = [...document.querySelectorAll(".md-search-result__item:first-child [href]")];
    return hits.sort((a, b) => score(b) - score(a))[0].href;
}"""
ALL = "all => all.map(one => one.querySelector('[href]').href)"


@pytest.fixture
def desk(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context
    context.close()


def found(page: Page) -> list[str]:
    """Wait for the search's answer; return the address of each page in it, best first."""
    page.locator(".md-search-result__item").first.wait_for(timeout=60_000)
    return list(page.locator(".md-search-result__item").evaluate_all(ALL))


def test_the_first_hit_is_the_page_that_answers_and_sources_come_last(desk: BrowserContext, address: str) -> None:
    page = desk.new_page()
    wrong = {}
    sources = 0
    for query, wanted in {**QUERIES, **OF_SOURCES}.items():
        page.goto("about:blank")
        page.goto(f"{address}?q={query}")
        pages = [one.removeprefix(address).partition("#")[0].partition("?")[0] for one in found(page)]
        first = page.evaluate(FIRST).removeprefix(address)
        if wanted and (first.partition("#")[0] != wanted.partition("#")[0] or ("#" in wanted and first != wanted)):
            wrong[query] = first
        of_sources = [one.startswith("sources/") for one in pages]
        sources += sum(of_sources)
        if of_sources != sorted(of_sources):
            wrong[f"{query}, sources"] = str(pages)
    assert wrong == {}, wrong
    assert sources > 0, "no source was found for any of them"


def test_a_query_that_finds_elsewhere_is_told_apart(desk: BrowserContext, address: str) -> None:
    """The two above that differ in one word lead to different pages: the first hit is not always the same one."""
    page = desk.new_page()
    hits = set()
    for query in ("kernel panic", "seccomp"):
        page.goto(f"{address}?q={query}")
        found(page)
        hits.add(page.evaluate(FIRST))
    assert len(hits) == 2


def by_slash(page: Page, _: str) -> None:
    page.keyboard.press("/")


def by_click(page: Page, _: str) -> None:
    page.locator(".md-search__input").click()


def by_tab(page: Page, _: str) -> None:
    for _press in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.md-search__input')"):
            return
    raise AssertionError("the keyboard does not reach the search")


def by_address(page: Page, address: str) -> None:
    page.goto(f"{address}?q=kernel")


@pytest.mark.parametrize("use", [by_slash, by_click, by_tab, by_address])
def test_index_and_worker_load_when_the_search_is_used(
    desk: BrowserContext, address: str, use: Callable[[Page, str], None]
) -> None:
    """Neither is asked for before; both are after, once; and what was typed meanwhile is answered."""
    visit = Visit(desk.new_page(), address)
    page = visit.page
    visit.open("")
    page.wait_for_load_state("networkidle")
    assert not [one.url for one in visit.answers if "search_index" in one.url or "workers" in one.url]
    assert page.workers == []
    use(page, address)
    page.locator(".md-search__input").press_sequentially("boot id kernel")
    found(page)
    for part in ("search_index.json", "/workers/"):
        assert len([one for one in visit.answers if part in one.url]) == 1, part
    assert visit.complaints == []
    assert page.evaluate("document.activeElement.matches('.md-search__input')")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("!!document.activeElement.closest('.md-search-result__item')")
    page.keyboard.press("Escape")
    assert not page.evaluate("document.getElementById('__search').checked")


def test_on_a_phone_the_search_opens_by_its_button(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    try:
        visit = Visit(context.new_page(), address)
        visit.open("")
        visit.page.locator(".md-header__button[for=__search]").tap()
        visit.page.locator(".md-search__input").press_sequentially("seccomp")
        assert found(visit.page)
        assert visit.complaints == []
    finally:
        context.close()


def test_a_search_that_cannot_load_says_so_and_tries_again(desk: BrowserContext, address: str, site: Path) -> None:
    """What assistive technology reads out, too: the line that tells how many were found is where it is told."""
    page = desk.new_page()
    index = json.loads((site / "search" / "search_index.json").read_text("utf-8"))
    times = iter([False, True])
    page.route(
        "**/search_index.json",
        lambda route: route.fulfill(json=index) if next(times) else route.fulfill(status=503, body=""),
    )
    page.goto(address)
    page.keyboard.press("/")
    page.get_by_text("The search could not be loaded").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_function("!document.activeElement.matches('.md-search__input')")
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.matches('.md-search__input')")
    page.keyboard.type("seccomp")
    assert found(page)
