"""Says to search engines what a built page holds besides its text: questions with answers, and data with its files.

The vocabulary is schema.org's. Only pages of a published site say it, since its addresses are absolute.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from macros.pages.markdown import Node, tree

QUESTIONS = re.compile(r"questions(?:/|\.md$)")  # the pages whose headings of the third level are questions
LICENCE = "https://www.apache.org/licenses/LICENSE-2.0"
METHOD = "performance/method/"
MEDIANS = "tables/medians.csv"
Told = dict[str, Any]


def _text(one: Node) -> str:
    """Return the text of an element without the numbers of its sources, on one line."""
    if one.hidden or "cite" in one.attributes.get("class", "").split():
        return ""
    return one.text if not one.tag else "".join(map(_text, one.children))


def _line(one: Node) -> str:
    return re.sub(r"\s+([.,;:])", r"\1", " ".join(_text(one).split()))


def _article(page: str) -> Node:
    start, end = page.find("<article"), page.rfind("</article>")
    return tree(page[start:end] if 0 <= start < end else "")


def _flat(one: Node) -> Iterator[Node]:
    for child in one.children:
        yield child
        if child.tag not in {"p", "h2", "h3"}:
            yield from _flat(child)


def questions(page: str, address: str) -> Told:
    """Return the questions of a page, each with the first paragraph of its answer."""
    found: list[Told] = []
    heading: Node | None = None
    for one in _flat(_article(page)):
        if one.tag in {"h2", "h3"}:
            heading = one if one.tag == "h3" else None
        elif one.tag == "p" and heading is not None and (answer := _line(one)):
            where = f"{address}#{heading.attributes.get('id', '')}"
            reply = {"@type": "Answer", "text": answer, "url": where}
            found.append({"@type": "Question", "name": _line(heading), "url": where, "acceptedAnswer": reply})
            heading = None
    return {"@type": "FAQPage", "url": address, "inLanguage": "en-GB", "mainEntity": found}


def _dataset(name: str, about: str, url: str, files: dict[str, str], site: str) -> Told:
    kinds = {"csv": "text/csv", "json": "application/json", "svg": "image/svg+xml"}
    return {
        "@type": "Dataset",
        "name": name,
        "description": about,
        "url": url,
        "license": LICENCE,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": "The contributors", "url": site},
        "measurementTechnique": f"{site}{METHOD}",
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": kinds[kind], "contentUrl": where}
            for kind, where in files.items()
        ],
    }


def datasets(page: str, address: str, site: str) -> list[Told]:
    """Return a data set for each chart of a page, and one for the medians of all experiments where a page links to them."""
    found = []
    article = _article(page)
    for figure in article.every("figure"):
        name = figure.attributes.get("id", "").removeprefix("chart-")
        if "chart" not in figure.attributes.get("class", "").split() or not name:
            continue
        caption = next(figure.every("figcaption"), None)
        notes = [
            _line(one)
            for one in figure.every("p")
            if re.search(r"chart__(?:command|clock)", one.attributes.get("class", ""))
        ]
        title = _line(caption) if caption else name
        files = {kind: f"{site}charts/{name}.{kind}" for kind in ("csv", "json", "svg")}
        about = " ".join([title, *notes, "Raw samples, scripts and machines are published with it."])
        found.append(_dataset(title, about, f"{address}#chart-{name}", files, site))
    if any(urljoin(address, one.attributes.get("href", "")) == f"{site}{MEDIANS}" for one in article.every("a")):
        files = {"csv": f"{site}{MEDIANS}", "json": f"{site}{MEDIANS.replace('.csv', '.json')}"}
        about = "Median, interval, rounds, unit, accelerator, date and commit of each metric, on each side and machine."
        found.append(_dataset("The medians of all experiments", about, address, files, site))
    return found


def with_structured(page: str, source: str, address: str, site: str) -> str:
    """Return a built page that says what it holds. `source` is its path below docs/."""
    told = [questions(page, address)] if QUESTIONS.match(source) else datasets(page, address, site)
    told = [one for one in told if one.get("mainEntity") != []]
    if not told:
        return page
    text = json.dumps({"@context": "https://schema.org", "@graph": told}, ensure_ascii=False)
    script = f'<script type="application/ld+json">{text.replace("<", chr(92) + "u003c")}</script>\n'
    return page.replace("</head>", f"{script}</head>", 1)
