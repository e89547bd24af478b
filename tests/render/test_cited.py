"""Citations become numbers: one for each place in a source, listed once at the end of each part that cites it."""

from __future__ import annotations

import re
from pathlib import Path

import markdown

from macros.render.cited import CitationsExtension


def page(text: str, addresses: dict[str, str] | None = None) -> str:
    """Return a page as HTML; `A1` stands for a citation of place 1 in source A."""
    cited = re.sub(r"\b([A-Z])(\d)\b", r'[Source \1](/sources/x.md#\1-\2 "Place \2"){: .cite }', text)
    return str(
        markdown.markdown(cited, extensions=["attr_list", "md_in_html", "tables", CitationsExtension(addresses)])
    )


def numbers(text: str) -> list[str]:
    return re.findall(r'<a aria-label="Source \d+: [^"]+" class="cite"[^>]*>(\d+)</a>', text)


def lists(text: str) -> list[list[str]]:
    return [re.findall(r'<li value="(\d+)">', one) for one in re.findall(r"<ol.*?</ol>", text, re.DOTALL)]


def test_one_place_has_one_number_and_stands_once_in_each_part() -> None:
    text = page("# T\n\nOne A1. Two B1, again A1.\n\n## Part\n\nA2 and B1.\n\n## Without\n\nNothing.\n")
    assert numbers(text) == ["1", "2", "1", "3", "2"]
    assert lists(text) == [["1", "2"], ["2", "3"]]
    first, second = (text.index(f'<li value="{n}"') for n in (1, 3))
    assert first < text.index("<h2>Part") < second < text.index("<h2>Without")


def test_a_number_stands_behind_the_point() -> None:
    text = re.sub(r"<a [^>]*>", "<a>", page("It is so A1. And so B1, too A2 B2. None A1 here.\n"))
    assert text.startswith("<p>It is so.<a>1</a> And so,<a>2</a> too.<a>3</a><a>4</a> None<a>1</a> here.</p>")


def test_citations_in_tables_and_blocks_are_numbered() -> None:
    text = page('| a |\n|---|\n| x A1 |\n\n<div class="c" markdown="1">\n\ny B1\n\n</div>\n')
    assert numbers(text) == ["1", "2"]
    assert lists(text) == [["1", "2"]]


def test_other_links_stay() -> None:
    assert page("See [this](x.md).\n") == '<p>See <a href="x.md">this</a>.</p>'


def test_the_first_list_of_a_place_has_the_sources_own_address() -> None:
    """For paper: a number's address stands once on a page."""
    text = page("A1 and B1.\n\n## Part\n\nA1 and A2.\n", {"/sources/x.md#A-1": "https://example.org/a"})
    assert text.count("data-url") == text.count('data-url="https://example.org/a"') == 1
    assert text.index("data-url") < text.index("<h2>Part")


def test_each_citation_of_the_site_has_the_address_of_its_source(site: Path) -> None:
    first = re.compile(r'<li value="(\d+)"><a ([^>]*)>')
    seen = 0
    for path in site.rglob("index.html"):
        known: set[str] = set()
        for number, attributes in first.findall(path.read_text("utf-8")):
            assert ('data-url="http' in attributes) == (number not in known), (path, number)
            known.add(number)
            seen += 1
    assert seen > 200
