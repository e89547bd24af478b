"""The built site: sound, the same bytes twice, with its scripts and data, without addresses that nobody set."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from macros.pages import built
from snippets.runner import checkout
from snippets.runner.paths import ROOT
from tests.site import smallsite

SEARCH_BUDGET = 230_000  # bytes, gzip; fetched when the search is used, and by no page before


def digests(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_the_site_has_no_mistake(site: Path) -> None:
    assert built.check(site) == []


@pytest.mark.slow
def test_two_builds_are_the_same_bytes(site: Path, tmp_path: Path) -> None:
    smallsite.whole(tmp_path / "site", PYTHONHASHSEED="7")
    assert digests(tmp_path / "site") == digests(site)


def test_every_script_and_recorded_file_is_published(site: Path) -> None:
    names = checkout.files("snippets/*")
    assert names
    absent = [name for name in names if not (site / name).is_file() and (ROOT / name).is_file()]
    assert absent == []


def test_data_is_published(site: Path) -> None:
    files = list((ROOT / "docs" / "data").glob("*.yml"))
    assert files
    for path in files:
        assert (site / "data" / path.name).read_bytes() == path.read_bytes(), path


def test_the_search_index_is_small_and_holds_no_recorded_output(site: Path) -> None:
    raw = (site / "search" / "search_index.json").read_bytes()
    assert len(gzip.compress(raw)) < SEARCH_BUDGET
    text = " ".join(entry["text"] for entry in json.loads(raw)["docs"])
    assert "uname -r" in text
    assert "host-boot-id&gt;</span>" not in text
    assert "Recorded 20" not in text


def test_without_addresses_there_is_no_edit_link_and_no_absolute_metadata(site: Path) -> None:
    for page in site.rglob("index.html"):
        text = page.read_text("utf-8")
        assert 'rel="canonical"' not in text
        assert "md-content__button" not in text


def test_with_addresses_pages_can_be_edited_cited_and_reported(tmp_path: Path) -> None:
    """Of a small site with this one's configuration and theme: a whole build for one page's head would be dear."""
    repo = "https://example.org/us/site"
    small = smallsite.make(tmp_path / "small")
    done = smallsite.build(
        small,
        SITE_URL="https://example.org/pub/",
        REPO_URL=repo,
        EDIT_URI_TEMPLATE=f"{repo}/edit/main/docs/{{path}}",
    )
    assert done.returncode == 0, done.stdout
    text = (small / "built" / "kernels" / "index.html").read_text("utf-8")
    assert f'href="{repo}/edit/main/docs/kernels.md"' in text
    assert '<link rel="canonical" href="https://example.org/pub/kernels/">' in text
    assert f'href="{repo}/issues/new' in text
    assert "api.github.com" not in text
    assert 'data-md-component="source"' not in text, "repo_url is set: the theme would call the host's API"
    assert text.count(f'href="{repo}/edit/main/docs/kernels.md"') == 2, "at the top of the page, and below it"
    for wanted in (
        '<meta property="og:url" content="https://example.org/pub/kernels/">',
        '<meta property="og:image" content="https://example.org/pub/assets/card.png">',
        '<meta property="og:type" content="article">',
    ):
        assert wanted in text
    assert (small / "built" / "assets" / "card.png").is_file()
    told = structured(text)
    assert (told["@type"], told["headline"], told["url"]) == ("TechArticle", "Kernels", "https://example.org/pub/kernels/")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", told["dateModified"])
    home = structured((small / "built" / "index.html").read_text("utf-8"))
    assert home["@type"] == "WebSite"
    assert home["potentialAction"]["target"] == "https://example.org/pub/?q={query}"


def structured(text: str) -> dict[str, Any]:
    """Return what a page says of itself to machines."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    assert len(found) == 1
    told: dict[str, Any] = json.loads(found[0])
    assert told["@context"] == "https://schema.org"
    return told


ROOMS = ["Choose", "Learn", "Measure", "Secure", "Operate", "Evidence"]


def test_there_are_six_rooms_and_every_page_is_in_one(site: Path) -> None:
    """The tabs are the rooms; the home page, to which the logo leads, is in none of them."""
    for page in site.rglob("index.html"):
        text = page.read_text("utf-8")
        tabs = re.search(r'<ul class="md-tabs__list">(.*?)</ul>', text, re.DOTALL)
        assert tabs
        assert [name.strip() for name in re.findall(r"<a[^>]*>(.*?)</a>", tabs[1], re.DOTALL)] == ["Home", *ROOMS]
        assert text.count("md-tabs__item--active") == 1, page
        foot = re.search(r'<div class="md-copyright site-foot">(.*?)</div>', text, re.DOTALL)
        assert foot and re.findall(r"<li><a[^>]*>(.*?)</a>", foot[1]) == ROOMS


def test_a_page_leads_to_the_one_before_and_the_one_after(site: Path) -> None:
    """Followed from the home page, they pass every page once."""
    seen = [site / "index.html"]
    while found := re.search(r'<a href="([^"]+)" class="md-footer__link md-footer__link--next"', seen[-1].read_text("utf-8")):
        page = (seen[-1].parent / found[1] / "index.html").resolve()
        back = re.search(r'<a href="([^"]+)" class="md-footer__link md-footer__link--prev"', page.read_text("utf-8"))
        assert back and (page.parent / back[1] / "index.html").resolve() == seen[-1].resolve()
        assert page not in seen
        seen.append(page)
    assert len(seen) == len(list(site.rglob("index.html")))


def test_each_title_is_a_pages_own_and_names_the_site_once(site: Path) -> None:
    titles: dict[str, Path] = {}
    for page in [*site.rglob("index.html"), site / "404.html"]:
        found = re.findall(r"<title>(.*?)</title>", page.read_text("utf-8").partition("</head>")[0], re.DOTALL)
        assert len(found) == 1, page
        assert found[0].count("Containers and virtual machines, tested") == 1, page
        assert found[0] not in titles, (page, titles[found[0]])
        titles[found[0]] = page
    assert titles["Containers and virtual machines, tested"] == site / "index.html"


def test_every_page_can_be_reported_and_cited(site: Path) -> None:
    pages = list(site.rglob("index.html"))
    assert len(pages) >= 10
    for page in pages:
        text = page.read_text("utf-8")
        assert "Report a mistake on this page" in text, page
        assert "Cite this page" in text, page


def test_software_emulation_is_named_at_every_recording_made_under_it(site: Path) -> None:
    """Beside each recorded output of a VM stand the words for how that VM ran, taken from its record."""
    words = {"tcg": "under software emulation (TCG)", "kvm": "under hardware virtualisation (KVM)"}
    seen = 0
    for page in site.rglob("index.html"):
        for line in re.findall(r'<p class="provenance".*?</p>', page.read_text("utf-8"), re.DOTALL):
            found = re.search(r"snippets/([a-z0-9-]+/[a-z0-9-]+)/vm\.sh", line)
            if not found or "Recorded" not in line or "raw samples" in line:
                continue
            record = json.loads((ROOT / "snippets" / found[1] / "recorded.json").read_text("utf-8"))["vm"]
            seen += 1
            for accelerator, word in words.items():
                assert (word in line) == (record["accelerator"] == accelerator), f"{page}: {found[1]}"
    assert seen >= 10


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_serve_shows_every_kind_of_edit_without_a_restart(tmp_path: Path) -> None:
    """A page, a data file, a script, a macro and a theme file: each edit shows; a mistake is reported and does not end the server."""
    site = smallsite.make(tmp_path / "with a space")
    # Held until the server has it: Linux lets two sockets have a port as long as neither listens, if both ask for that.
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    port = held.getsockname()[1]
    if sys.platform != "linux":
        held.close()
    words = [sys.executable, "-m", "macros.pages.serve", f"127.0.0.1:{port}"]
    server = subprocess.Popen(
        words,
        cwd=site,
        env=smallsite.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    log: list[str] = []
    assert server.stdout is not None
    reader = threading.Thread(target=lambda: log.extend(iter(server.stdout.readline, "")), daemon=True)  # type: ignore[union-attr]
    reader.start()

    def shows(text: str, page: str = "kernels/", within: float = 120) -> bool:
        return waits(lambda: text in fetch(page), within)

    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever http_proxy says

    def fetch(page: str) -> str:
        try:
            with direct.open(f"http://127.0.0.1:{port}/{page}", timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    def waits(true: Callable[[], bool], within: float = 120) -> bool:
        end = time.monotonic() + within
        while not true():
            if time.monotonic() > end or server.poll() is not None:
                return False
            time.sleep(0.1)
        return True

    def edit(name: str, old: str, new: str) -> None:
        path = site / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    try:
        assert shows("A kernel is a program"), "".join(log)
        held.close()
        edit("docs/kernels.md", "A kernel is", "A kernel surely is")
        assert shows("A kernel surely is"), "".join(log[-30:])
        edit("docs/data/claims.yml", "Every machine has", "Each machine has")
        assert shows("Each machine has"), "".join(log[-30:])
        edit("snippets/section/kernel/example.toml", "The kernel's release.", "The release of it.")
        assert shows("The release of it."), "".join(log[-30:])
        edit("snippets/section/kernel/host.sh", "uname -r", "uname -rs")
        assert shows(">-rs"), "".join(log[-30:])
        assert shows("Changed since, and not recorded"), "".join(log[-30:])
        assert "the script changed after its output was recorded" in "".join(log)
        edit("macros/render/marks.py", '"host": "Host"', '"host": "This machine"')
        assert shows("This machine"), "".join(log[-30:])
        edit("macros/render/templates/examples.html.j2", "  Recorded\n", "  Kept\n")
        assert shows("Kept 2026"), "".join(log[-30:])
        edit("theme/main.html", "Cite this page", "Quote this page")
        assert shows("Quote this page"), "".join(log[-30:])
        edit("docs/kernels.md", "# Kernels", "# Kernels\n\n{{ nope }}")
        assert waits(lambda: "'nope' is not defined" in "".join(log)), "".join(log[-30:])
        edit("docs/kernels.md", "{{ nope }}", "Corrected.")
        assert shows("Corrected."), "".join(log[-30:])
    finally:
        held.close()
        server.terminate()
        server.wait(10)
        shutil.rmtree(site, ignore_errors=True)
