"""What is made of the built pages: Markdown as readers see it, a list, a feed of changes, and data that parses."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

from macros.pages.copies import FEED, LIST, feed, pages, write_copies
from macros.pages.markdown import markdown
from macros.pages.structured import datasets, questions, with_structured
from snippets.runner.paths import ROOT

ATOM = "{http://www.w3.org/2005/Atom}"
PAGE = """<html><head><title>x</title></head><body><nav><p>Elsewhere</p></nav><article class="md-typeset">
<h1 id="a">A page<a class="headerlink" href="#a">¶</a></h1>
<p>The <span class="term"><a href="../glossary/#kernel">kernel</a><span role="tooltip">What it means.</span></span>
takes <a href="../data/x.json">3 MB</a><a class="cite" href="../sources/#s" title="A paper: Table 1">2</a>, <em>not</em> 4 * 5_6.</p>
<ul><li>one<ul><li>in it</li></ul></li><li>two <code>a|b</code></li></ul>
<div class="highlight"><pre><code><span>uname</span> -r
echo `x`
</code></pre></div>
<table><caption>What</caption><thead><tr><th>Side</th><th>Value</th><td aria-hidden="true">x</td></tr></thead>
<tbody><tr><th>VM <small>emulated</small></th><td>1 | 2</td></tr></tbody></table>
<figure class="diagram"><svg><title>Two boxes</title><desc>One in the other.</desc><text>Box</text></svg></figure>
<form><p>A form</p></form><aside class="page-foot"><p>Foot</p></aside>
</article></body></html>"""


def test_a_page_becomes_markdown_as_it_is_read() -> None:
    assert markdown(PAGE) == (
        "# A page\n\n"
        "The [kernel](../glossary/#kernel) takes [3 MB](../data/x.json) [\\[2\\]](../sources/#s), *not* 4 \\* 5_6.\n\n"
        "- one\n  - in it\n- two `a|b`\n\n"
        "```\nuname -r\necho `x`\n```\n\n"
        "**What**\n\n"
        "| Side | Value |\n|---|---|\n| VM (emulated) | 1 \\| 2 |\n\n"
        "*Picture: Two boxes One in the other.*\n"
    )
    assert "](https://example.org/pub/data/x.json)" in markdown(PAGE, "https://example.org/pub/lab/")


def test_every_page_of_the_site_has_a_copy_with_its_values(site: Path) -> None:
    built = [path for path in site.rglob("index.html") if "<article" in path.read_text("utf-8")]
    assert len(built) >= 60
    for path in built:
        text = path.with_suffix(".md").read_text("utf-8")
        assert text.startswith("# "), path
        prose = re.sub(r"(?s)```.*?```|`[^`]*`", "", text)
        assert not re.search(r"\{\{|<(?:span|p|div|td|a)\b|¶", prose), path
    memory = (site / "resources" / "memory" / "index.md").read_text("utf-8")
    assert re.search(r"\[[\d.]+\s[kMG]B\]\(", memory)
    assert "| What | Median |" in memory
    assert "software emulation" in memory


def test_the_list_names_every_page_once_by_room(site: Path) -> None:
    text = (site / LIST).read_text("utf-8")
    found = re.findall(r"^- \[[^\]]+\]\(([^)]+)\)", text, re.MULTILINE)
    assert sorted(found) == sorted(
        path.relative_to(site).as_posix() for path in site.rglob("index.md") if "snippets" not in path.parts
    )
    assert re.findall(r"^## (.*)$", text, re.MULTILINE)[1:] == [
        "Choose",
        "Learn",
        "Measure",
        "Secure",
        "Operate",
        "Evidence",
    ]
    assert text.startswith("# ") and "\n> " in text


def test_a_navigation_is_read_in_its_order() -> None:
    nav = ["index.md", {"Learn": ["a/index.md", {"More": ["a/b.md", {"C": "a/c.md"}]}]}, {"Lab": "lab.md"}]
    assert list(pages(nav)) == [
        ("", "index.md"),
        ("Learn", "a/index.md"),
        ("Learn", "a/b.md"),
        ("Learn", "a/c.md"),
        ("", "lab.md"),
    ]


CHANGES = "# Changelog\n\nAbout it.\n\n## Unreleased\n\n### Pages\n\n- A `thing` & more.\n\n## 1.0 (2026-02-03)\n\n- First.\n\n### Empty\n"


def test_the_feed_has_an_entry_for_each_part_under_an_id_that_stays() -> None:
    root = ElementTree.fromstring(feed(CHANGES, "The site", "2026-05-06", "https://example.org/pub/"))
    entries = root.findall(f"{ATOM}entry")
    assert [one.findtext(f"{ATOM}title") for one in entries] == ["Unreleased: Pages", "1.0 (2026-02-03)"]
    assert [one.findtext(f"{ATOM}updated") for one in entries] == ["2026-05-06T00:00:00Z", "2026-02-03T00:00:00Z"]
    assert root.findtext(f"{ATOM}updated") == "2026-05-06T00:00:00Z"
    assert "<code>thing</code> &amp; more" in (entries[0].findtext(f"{ATOM}content") or "")
    ids = [one.findtext(f"{ATOM}id") or "" for one in (root, *entries)]
    assert len(set(ids)) == 3 and all(one.startswith("urn:uuid:") for one in ids)
    later = ElementTree.fromstring(
        feed(CHANGES.replace("First", "Second"), "The site", "2027-01-01", "https://example.org/pub/")
    )
    assert [one.findtext(f"{ATOM}id") for one in later.findall(f"{ATOM}entry")] == ids[1:]
    for one in (root, *entries):
        assert one.findtext(f"{ATOM}title")
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    assert root.findall(f"{ATOM}link")[0].get("href") == f"https://example.org/pub/{FEED}"


def test_the_sites_own_feed_is_the_changelog(site: Path) -> None:
    root = ElementTree.fromstring((site / FEED).read_text("utf-8"))
    parts = re.findall(r"^###? .*$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert 0 < len(root.findall(f"{ATOM}entry")) <= len(parts)
    home = (site / "index.html").read_text("utf-8")
    assert '<link rel="alternate " type="application/atom+xml" title="Changes" href="' in home


def structured(text: str) -> list[dict[str, Any]]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    return [json.loads(one) for one in found]


def test_the_questions_pages_tell_every_question_and_answer(site: Path) -> None:
    seen = 0
    for path in [site / "questions" / "index.html", *(site / "questions").glob("*/index.html")]:
        text = path.read_text("utf-8")
        asked = re.findall(r'<h3 id="([^"]+)"', text)
        told = questions(text, "https://example.org/questions/")
        entries = told["mainEntity"]
        assert told["@type"] == "FAQPage"
        assert [one["url"].partition("#")[2] for one in entries] == asked, path
        for one in entries:
            assert one["@type"] == "Question" and one["name"].endswith("?"), one
            answer = one["acceptedAnswer"]
            assert answer["@type"] == "Answer" and len(answer["text"]) > 20, one
            assert "<" not in answer["text"] and "¶" not in one["name"]
        seen += len(entries)
        site_, source = "https://example.org/", f"{path.parent.relative_to(site).as_posix()}.md"
        told_ = structured(with_structured(text, source, f"{site_}{source}", site_))
        assert [one["@type"] for graph in told_ for one in graph["@graph"]] == (["FAQPage"] if entries else [])
    assert seen > 40


def test_each_chart_is_a_data_set_with_its_files(site: Path) -> None:
    seen = 0
    for path in site.rglob("index.html"):
        text = path.read_text("utf-8")
        charts = re.findall(r'<figure class="chart[^"]*" id="chart-([^"]+)"', text)
        told = datasets(text, "https://example.org/p/", "https://example.org/")
        found = [one for one in told if "#chart-" in one["url"]]
        assert [one["url"].partition("#chart-")[2] for one in found] == charts, path
        for one in found:
            assert len(one["name"]) > 5 and 50 <= len(one["description"]) <= 5000, path
            for file in one["distribution"]:
                assert (site / file["contentUrl"].removeprefix("https://example.org/")).is_file()
        seen += len(found)
    assert seen > 20


def test_copies_are_written_again_only_where_a_page_changed(tmp_path: Path) -> None:
    page = tmp_path / "lab" / "index.html"
    page.parent.mkdir()
    page.write_text(PAGE)
    write_copies(tmp_path, ["lab.md"], "Site", "About", "https://example.org/")
    copy = page.with_suffix(".md")
    before = copy.read_text()
    assert "](https://example.org/glossary/#kernel)" in before
    copy.write_text("kept")
    write_copies(tmp_path, ["lab.md"], "Site", "About", "https://example.org/")
    assert copy.read_text() == "kept"
