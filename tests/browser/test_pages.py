"""Every page in headless Chromium: light and dark, on a phone's and on a desktop's width."""

from __future__ import annotations

import functools
import gzip
import http.server
import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import axe_playwright_python
import pytest

from snippets.runner.engines import REQUIREMENTS, Requirement
from snippets.runner.paths import ROOT
from tests.conftest import require

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Response

pytestmark = pytest.mark.browser

PAGES = sorted(
    ""
    if p.name == "index.md" and p.parent == ROOT / "docs"
    else p.relative_to(ROOT / "docs").with_suffix("").as_posix().removesuffix("/index").removesuffix("index") + "/"
    for p in (ROOT / "docs").glob("**/*.md")
)
SCHEMES: dict[Literal["light", "dark"], str] = {"light": "default", "dark": "slate"}  # ours, and the theme's name
WIDTHS = (1440, 390)
FURTHER = (320, 768, 820)  # at which nothing scrolls sideways either
TALLEST = {
    "security/escapes/": 12_600
}  # pixels at a phone's width, with folded what is folded; as a table it was 63,000
SMALLEST = 12  # pixels, of words on a phone
# The words that are smaller than `least` pixels, a picture's as it is scaled.
SMALL = r"""least => {
    const found = new Set(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const one = node.parentElement;
        if (!node.data.trim() || !one.checkVisibility() || !one.getClientRects().length) continue;
        const box = one.getBoundingClientRect();
        if (box.width < 2 || box.height < 2) continue;
        let size = parseFloat(getComputedStyle(one).fontSize);
        const view = one.closest("svg")?.viewBox?.baseVal;
        if (view?.width) size *= one.closest("svg").getBoundingClientRect().width / view.width;
        if (size < least - 0.05) found.add(`${one.tagName} ${one.className.baseVal ?? one.className}: ${size.toFixed(1)} px`);
    }
    return [...found];
}"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
WEIGHT = 100 * 1024  # bytes, compressed: everything that a first visit transfers
REQUESTS = 12
AXE = files(axe_playwright_python).joinpath("axe.min.js").read_text("utf-8")
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Chromium's own calls home would be requests to other hosts; and no request goes through a proxy of this machine.
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
]


def chromium() -> str:
    """Return the path of the machine's Chromium, or ""."""
    return next(filter(None, map(shutil.which, NAMES)), "")


REQUIREMENTS["chromium"] = Requirement(
    lambda: "" if chromium() else f"none of {', '.join(NAMES)} is on the path",
    "as root: apt-get install --no-install-recommends chromium",
    engine=True,
)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without logging a line for each."""

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Serve the built site on a free port of the loopback."""
    require("chromium")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Visit:
    """A page that was opened, and everything that it asked for and complained about."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        self.answers: list[Response] = []
        self.foreign: list[str] = []
        page.on("response", lambda answer: self.answers.append(answer))
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}: {request.failure}"))
        page.on(
            "request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else self.foreign.append(r.url)
        )

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.page.wait_for_function("document.querySelector('[data-md-component=search]') !== null")

    def sizes(self) -> dict[str, int]:
        """Return the path of everything that the page has got, and its bytes, compressed."""
        found = {}
        for answer in self.answers:
            where = urlsplit(answer.url)
            if where.scheme in {"http", "https"} and answer.status == 200:
                if where.path not in SIZES:
                    SIZES[where.path] = len(gzip.compress(answer.body()))
                found[where.path] = SIZES[where.path]
        return found


SIZES: dict[str, int] = {}  # what this worker has weighed: most of what a page asks for, the others ask for, too


@pytest.fixture(scope="session")
def desk(browser: Browser) -> Iterator[BrowserContext]:
    """One context for all pages: each of its own costs a second. What a page stores is forgotten as the next one opens."""
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, color_scheme="light")
    context.add_init_script("localStorage.clear()")
    yield context
    context.close()


@pytest.fixture
def visit(desk: BrowserContext, address: str) -> Iterator[Visit]:
    """A page to open, without a cache: every request of every page is counted."""
    page = desk.new_page()
    desk.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    yield Visit(page, address)
    page.close()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path or "home")
def test_page(visit: Visit, path: str) -> None:
    """No request elsewhere, no complaint on the console, within the budget; light and dark, on a desktop and on a
    phone: nothing that axe finds, no sideways scrolling, which three further widths are tried for; on a phone no words
    too small to read.

    A page is opened once, and its own switch changes the scheme: opening it four times took most of the time.
    """
    page = visit.page
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    visit.open(path)
    assert page.locator("h1").count() == 1
    mistakes = []
    page.set_viewport_size({"width": WIDTHS[1], "height": 900})
    page.evaluate(FRAMES)
    height = page.evaluate("document.documentElement.scrollHeight")
    if height > TALLEST.get(path, height):
        mistakes.append(f"{WIDTHS[1]} pixels wide: {height} pixels tall, at most {TALLEST[path]}")
    mistakes += [f"{WIDTHS[1]} pixels wide: {one}" for one in page.evaluate(SMALL, SMALLEST)]
    prepare(page)
    for width in FURTHER:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(FRAMES)
        if (wide := page.evaluate(SIDEWAYS)) > 0:
            mistakes.append(f"{width} pixels wide: the page scrolls sideways by {wide} pixels")
    for scheme, name in SCHEMES.items():
        if scheme == "dark":
            page.locator("[data-md-component=palette] input").nth(1).evaluate("one => one.click()")
        assert page.evaluate("document.body.dataset.mdColorScheme") == name
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(FRAMES)
            wide = page.evaluate(SIDEWAYS)
            if wide > 0:
                mistakes.append(f"{scheme}, {width} pixels wide: the page scrolls sideways by {wide} pixels")
            mistakes += violations(page, scheme, width)
    assert mistakes == []
    assert visit.foreign == []
    assert visit.complaints == []
    counted = visit.sizes()
    assert sum(counted.values()) <= WEIGHT, counted
    assert 3 <= len(counted) <= REQUESTS, sorted(counted)


def prepare(page: Page) -> None:
    """Stop what moves, open what is folded, and load axe."""
    page.add_style_tag(content="* { transition: none !important; animation: none !important }")  # no colour halfway
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    page.evaluate(AXE)


COLOURS = ["color-contrast", "link-in-text-block"]
# Marks the words whose kind was not looked at yet: kinds differ in colour, in what lies behind, and in what the rules ask
# about size and weight; a link's also in the words around it. `known` holds how many of each kind were looked at; of each
# kind up to three are, should one of them lie under something. Returns the kinds of what was marked, and of everything.
MARK = r"""known => {
    const behind = new Map(), marked = [], all = new Set();
    const ground = one => {
        if (!behind.has(one)) {
            const { backgroundColor, backgroundImage, opacity, filter } = getComputedStyle(one);
            const further = one.parentElement && !/^rgb\(/.test(backgroundColor) ? ground(one.parentElement) : "";
            behind.set(one, further + [backgroundColor, backgroundImage, opacity, filter].join() + ";");
        }
        return behind.get(one);
    };
    const words = one => {
        const style = getComputedStyle(one), size = parseFloat(style.fontSize), bold = style.fontWeight >= 700;
        const large = size >= 24 || (bold && size >= 18.66);
        return [style.color, large, bold, style.textShadow, style.textDecorationLine, style.opacity].join();
    };
    for (const one of document.body.querySelectorAll("*")) {
        one.removeAttribute("data-look");
        const says = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        if (!says && !one.matches("input, textarea, select")) continue;
        if (!one.checkVisibility({ visibilityProperty: true }) || !one.getClientRects().length) continue;
        const kind = ground(one) + words(one) + (one.matches("a") ? "|" + words(one.parentElement) : "");
        all.add(kind);
        if ((known[kind] || 0) >= 3) continue;
        known[kind] = (known[kind] || 0) + 1;
        marked.push(kind);
        one.setAttribute("data-look", "");
    }
    return [marked, all.size];
}"""
KNOWN: Counter[str] = Counter()  # how many words of each kind this worker has looked at, on all pages


def violations(page: Page, scheme: str, width: int, known: Counter[str] = KNOWN) -> list[str]:
    """Return what axe finds: in light by every rule, in dark by those about colour, which is all that a scheme changes.

    Looking at colours takes most of the time, and the words of all pages are of a few dozen kinds of colour, ground and
    size, on which alone the rules about colour decide: a kind that `known` holds is not looked at again.
    """
    basic: dict[str, object] = {"resultTypes": ["violations"], "preload": False}
    wanted: list[tuple[object, dict[str, object]]] = []
    marked, kinds = page.evaluate(MARK, known)
    assert kinds >= 5, "hardly a word was found to look at"
    known.update(marked)
    if marked:
        wanted.append(({"include": [["[data-look]"]]}, basic | {"runOnly": COLOURS}))
    if scheme == "light":
        wanted.append((None, basic | {"rules": {name: {"enabled": False} for name in COLOURS}}))
    found = [
        one
        for where, options in wanted
        for one in page.evaluate("([where, options]) => axe.run(where || document, options)", [where, options])[
            "violations"
        ]
    ]
    return [
        f"{scheme}, {width} pixels wide: {v['id']}: {v['nodes'][0]['target']} {v['nodes'][0].get('failureSummary', '')}"
        for v in found
    ]


@pytest.mark.parametrize(
    ("what", "style"),
    [
        ("article p", "color: #aaa; background: #fff"),
        ("article td", "background: #777; color: #888"),
        ("article pre span:not(:has(*))", "color: #aaa"),
        ("article p > a[href]:not(.term a)", "text-decoration: none; color: #9aa"),
        (".md-tabs__link", "color: #555; background: #333; opacity: 1"),
    ],
)
def test_one_pale_word_is_found(visit: Visit, what: str, style: str) -> None:
    """Among many of its kind, the last one is made hard to read, and found, although its kind was looked at before."""
    visit.open("architecture/who-owns-what/")
    prepare(visit.page)
    known: Counter[str] = Counter()
    assert violations(visit.page, "dark", WIDTHS[0], known) == []
    visit.page.locator(what).filter(visible=True, has_text=re.compile(r"\w")).last.evaluate(
        "(one, style) => one.style.cssText += style", style
    )
    found = violations(visit.page, "dark", WIDTHS[0], known)
    assert len(found) == 1, found
    assert "color-contrast" in found[0] or "link-in-text-block" in found[0]


def test_a_reader_who_prefers_dark_gets_dark(browser: Browser, address: str) -> None:
    context = browser.new_context(color_scheme="dark")
    try:
        visit = Visit(context.new_page(), address)
        visit.open("")
        visit.page.wait_for_load_state("networkidle")
        assert visit.page.evaluate("document.body.dataset.mdColorScheme") == SCHEMES["dark"]
        assert visit.complaints == []
    finally:
        context.close()


@pytest.fixture(scope="session")
def scriptless(browser: Browser) -> Iterator[BrowserContext]:
    """A phone with JavaScript switched off."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": WIDTHS[1], "height": 900})
    yield context
    context.close()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path or "home")
def test_page_is_legible_without_javascript(scriptless: BrowserContext, address: str, path: str) -> None:
    """The heading, every command and every recorded output are visible; all navigation links lead somewhere."""
    page = scriptless.new_page()
    try:
        page.goto(address + path)
        assert page.locator("h1").is_visible()
        hidden = page.locator("article pre, article table").evaluate_all(
            # what is folded opens without a script
            "all => all.filter(one => !one.closest('details:not([open])') && (!one.checkVisibility() || !one.innerText.trim())).length"
        )
        assert hidden == 0
        assert page.locator("article").inner_text().strip()
    finally:
        page.close()


def test_a_page_is_read_by_keyboard(browser: Browser, address: str) -> None:
    """The first key press reaches the link that skips to the content; links show where the focus is."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        page = context.new_page()
        page.goto(address + "architecture/", wait_until="networkidle")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.classList.contains('md-skip')")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("!!document.activeElement.closest('article, main')")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"
    finally:
        context.close()


OUTSIDE_THEIR_BOX = """() => [...document.querySelectorAll('.diagram svg')].flatMap(svg => {
  const boxes = [...svg.querySelectorAll('rect')].map(rect => rect.getBBox());
  const view = svg.viewBox.baseVal;
  return [...svg.querySelectorAll('text')].filter(text => {
    const word = text.getBBox(), middle = {x: word.x + word.width / 2, y: word.y + word.height / 2};
    const around = [view, ...boxes].filter(box => box.x <= middle.x && middle.x <= box.x + box.width &&
      box.y <= middle.y && middle.y <= box.y + box.height);
    const box = around.sort((a, b) => a.width * a.height - b.width * b.height)[0];
    return !box || word.x < box.x || word.x + word.width > box.x + box.width;
  }).map(text => text.textContent);
})"""


def test_the_words_of_a_diagram_stay_in_their_box(visit: Visit) -> None:
    """Each word lies within the smallest box around its middle; a word made longer on purpose is found."""
    seen = set[str]()
    for path in PAGES:
        source = next(
            p
            for p in (ROOT / "docs" / f"{path.rstrip('/') or 'index'}.md", ROOT / "docs" / path / "index.md")
            if p.exists()
        )
        if "{{ diagram" not in source.read_text("utf-8"):
            continue
        visit.open(path)
        assert visit.page.evaluate(OUTSIDE_THEIR_BOX) == [], path
        seen |= set(
            visit.page.locator(".diagram svg").evaluate_all(
                "all => all.map(one => one.getAttribute('aria-labelledby'))"
            )
        )
    assert len(seen) == len(list((ROOT / "docs" / "assets" / "diagrams").glob("*.svg")))
    visit.page.evaluate(
        "document.querySelector('.diagram text').textContent = 'a word that is too long for any box '.repeat(9)"
    )
    assert len(visit.page.evaluate(OUTSIDE_THEIR_BOX)) == 1


def test_pages_were_found() -> None:
    assert len(PAGES) >= 10
    assert "" in PAGES and "architecture/" in PAGES
    assert all(not path.startswith("/") for path in PAGES)
    assert Path(ROOT / "docs" / "index.md").is_file()


@pytest.mark.parametrize(("path", "least"), [("claims/", 40), ("security/escapes/", 20)], ids=["claims", "escapes"])
def test_a_list_is_filtered_without_a_script(browser: Browser, address: str, path: str, least: int) -> None:
    """By keyboard, with JavaScript switched off: what does not fit is hidden, All shows it again, and an anchor is always seen."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    try:
        page = context.new_page()
        page.goto(address + path)
        rows = page.locator("tr.filter__item, details.filter__item")
        every = rows.count()
        assert every > least
        assert rows.filter(visible=True).count() == every
        page.get_by_role("radio", name="All").first.focus()
        page.keyboard.press("ArrowRight")
        chosen = page.locator("fieldset").first.locator("input:checked")
        wanted = chosen.get_attribute("class") or ""
        shown = rows.filter(visible=True)
        assert 0 < shown.count() < every
        assert all(wanted in (one.get_attribute("class") or "") for one in shown.all())
        assert page.locator(".filter__some").is_visible()
        unseen = next(one for one in rows.all() if not one.is_visible())
        hidden = unseen.get_attribute("id") or unseen.locator("[id]").first.get_attribute("id")
        page.goto(f"{address}{path}#{hidden}")
        assert page.locator(f"#{hidden}").is_visible()
    finally:
        context.close()


def test_a_term_tells_its_meaning_on_focus_and_on_hover(browser: Browser, address: str) -> None:
    """The keyboard reaches it, a screen reader has it as the link's description, Escape takes it away."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        page = context.new_page()
        page.goto(address + "architecture/containers/", wait_until="networkidle")
        term = page.locator("article .term").first
        link, meaning = term.locator("a"), term.locator("[role=tooltip]")
        assert not meaning.is_visible()
        assert link.get_attribute("aria-describedby") == meaning.get_attribute("id")
        link.focus()
        assert meaning.is_visible() and len(meaning.inner_text()) > 20
        page.keyboard.press("Escape")
        assert not meaning.is_visible()
        link.blur()
        link.hover()
        assert meaning.is_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        names = page.locator("article .term a").evaluate_all(
            "all => all.map(one => one.getAttribute('aria-describedby'))"
        )
        assert len(names) == len(set(names)), "a term is marked twice"
    finally:
        context.close()
