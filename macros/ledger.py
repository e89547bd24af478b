"""Renders claims, sources, figures and the comparison."""

from __future__ import annotations

import re

from .data import FIGURE, VERDICTS, Claim, Data, Evidence, Figure
from .figures import NARROW
from .pages import Call, Shown
from .render import cards, escape, side_name, slug, verdict

SOURCES = "/sources.md"
CLAIMS = "/claims.md"
READ = {
    "P": "the source itself was read",
    "A": "its abstract or front page was read",
    "S": "as reported by another document",
}


def _given(call: Call, *names: str) -> dict[str, str]:
    return {k: str(v) for k, v in (dict(zip(names, call.args, strict=False)) | call.kwargs).items()}


# -- sources ---------------------------------------------------------------------------------------


def anchor(key: str, locator: str) -> str:
    """Return the id of a locator on the Sources page."""
    return f"{key}-{slug(locator)}"


def cite(data: Data, key: str, locator: str) -> str:
    """Return an inline citation: a link to what the Sources page says of this place in the source."""
    source = data.sources[key]
    name = escape(source.short or source.title)
    return f'<span class="cite">[[{name}]({SOURCES}#{anchor(key, locator)} "{escape(locator)}")]</span>'


def check_cite(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `cite`. See `pages.Check`."""
    given = _given(call, "key", "locator")
    source = data.sources.get(given.get("key", ""))
    if source is None:
        return f"there is no source '{given.get('key', '')}'\nadd it to docs/data/sources.yml"
    if given.get("locator") not in source.locators:
        return f"the source '{source.key}' declares no locator '{given.get('locator', '')}'\none of: {'; '.join(source.locators)}; or add it to docs/data/sources.yml, with what stands there"
    return ""


def worded(found: Figure) -> str:
    """Return a published figure with its unit, as in a sentence."""
    unit = {"1/s": " a second", "IOPS": f"{NARROW}IOPS", "": ""}.get(found.unit, f"{NARROW}{found.unit}")
    return f"{found.value}{unit}"


def figure(data: Data, key: str, name: str) -> str:
    """Return a published figure with its unit and citation."""
    found = data.sources[key].figures[name]
    return f"{worded(found)} {cite(data, key, found.locator)}"


def explained(data: Data, text: str) -> str:
    """Return a claim's text as Markdown: each {SOURCE:FIGURE} becomes the figure, linked to where it stands in the source."""

    def link(match: re.Match[str]) -> str:
        found = data.sources[match["source"]].figures[match["figure"]]
        return f"[{worded(found)}]({SOURCES}#{anchor(match['source'], found.locator)})"

    return FIGURE.sub(link, escape(text))


def check_figure(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `figure`. See `pages.Check`."""
    given = _given(call, "key", "name")
    source = data.sources.get(given.get("key", ""))
    if source is None:
        return f"there is no source '{given.get('key', '')}'\nadd it to docs/data/sources.yml"
    if given.get("name") not in source.figures:
        return f"the source '{source.key}' has no figure '{given.get('name', '')}'\n" + (
            f"one of: {', '.join(source.figures)}" if source.figures else "add it under its 'figures'"
        )
    return ""


def sources(data: Data) -> str:
    """Return the list of all sources, each with what was read and what is cited from where."""
    parts = []
    for source in sorted(data.sources.values(), key=lambda s: s.title.lower()):
        used = [claim for claim in data.claims.values() if any(item.source == source.key for item in claim.evidence)]
        lines = [
            f'<h2 id="{source.key}">{escape(source.title)}</h2>',  # as HTML: a hundred titles more in the page's menu help nobody
            "",
            f"{escape(source.authors)}. {escape(source.venue)}, {source.year}. <{source.url}>",
            "",
            f"Read: {READ[source.read]}; {escape(source.version)}.",
            "",
        ]
        lines += [
            f'- <span id="{anchor(source.key, locator)}">**{escape(locator)}**</span>: {escape(says)}'
            for locator, says in source.locators.items()
        ]
        if used:
            lines += ["", "Evidence for: " + ", ".join(f"[{c.id}]({CLAIMS}#{c.id})" for c in used) + "."]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


# -- claims ----------------------------------------------------------------------------------------


def claim(data: Data, claim_id: str) -> str:
    """Return a link to a claim, with its verdict."""
    found = data.claims[claim_id]
    return f"[{found.id}: {found.verdict}]({CLAIMS}#{found.id})"


def check_claim(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `claim`. See `pages.Check`."""
    given = _given(call, "claim_id")
    return (
        ""
        if given.get("claim_id") in data.claims
        else f"there is no claim '{given.get('claim_id', '')}'\none of: {', '.join(data.claims)}"
    )


def _evidence(data: Data, item: Evidence) -> str:
    if item.test:
        file, _, name = item.test.partition("::")
        return f"test [`{name}`](/{file})"
    name = escape(data.sources[item.source].title)
    return f"source [{name}, {escape(item.locator)}]({SOURCES}#{anchor(item.source, item.locator)})"


def _claim_body(data: Data, found: Claim) -> list[str]:
    lines = [f"**Verdict:** {verdict(found.verdict)}", ""]
    if found.conditions:
        lines += [f"**Conditions:** {explained(data, found.conditions)}", ""]
    lines += [explained(data, found.explanation), "", "Evidence:", ""]
    lines += [f"- {_evidence(data, item)}" for item in found.evidence]
    return lines


def claims(data: Data, section: str) -> str:
    """Return a section's claims in short: statement, verdict, and a link to the whole entry."""
    rows = []
    for found in data.claims.values():
        if found.section == section:
            under = f"<br><small>{explained(data, found.conditions)}</small>" if found.conditions else ""
            statement = f"[{found.id}]({CLAIMS}#{found.id}): {escape(found.statement)}"
            rows.append([statement, f"{verdict(found.verdict)}{under}"])
    return cards(["Statement", "Verdict"], rows)


def check_claims(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `claims`. See `pages.Check`."""
    section = _given(call, "section").get("section", "")
    if any(found.section == section for found in data.claims.values()):
        return ""
    return f"no claim belongs to the section '{section}'\none of: {', '.join(sorted({c.section for c in data.claims.values()}))}"


def ledger(data: Data) -> str:
    """Return the whole ledger: the counts, then every claim by section, each with a permanent anchor."""
    total = len(data.claims)
    counts = [(word, sum(c.verdict == word for c in data.claims.values())) for word in VERDICTS]
    tested = sum(any(item.test for item in c.evidence) for c in data.claims.values())
    parts = [f"{total} claims are judged; {tested} of them rest on a test.", ""]
    parts += ["| Verdict | Claims |", "|---|---:|", *(f"| {verdict(word)} | {count} |" for word, count in counts), ""]
    for section in data.sections.values():
        mine = [c for c in data.claims.values() if c.section == section.id]
        if not mine:
            continue
        parts += [f"## {escape(section.title)} {{ #section-{section.id} }}", ""]
        for found in mine:
            parts += [f"### {found.id}: {escape(found.statement)} {{ #{found.id} }}", "", *_claim_body(data, found), ""]
    return "\n".join(parts)


# -- the comparison --------------------------------------------------------------------------------


def comparison(data: Data) -> str:
    """Return the comparison as a table: a row a section, each cell linked to its section or marked as to come."""
    rows = []
    for section in data.sections.values():
        texts = [escape(text) for text in (section.question, section.container, section.vm)]
        if section.page:
            rows.append(
                [f"[{escape(section.title)}]({section.page})", *(f"[{text}]({section.page})" for text in texts)]
            )
        else:
            soon = '<span class="to-come">to come</span>'
            rows.append([f"{escape(section.title)} {soon}", *(f"{text} {soon}" for text in texts)])
    return cards(["Section", "The question", side_name("container"), side_name("vm")], rows, extra="comparison")


def nothing_to_check(_data: Data, call: Call, _: Shown) -> str:
    """Check a call that takes no arguments. See `pages.Check`."""
    return f"'{call.name}' takes no arguments\nwrite {{{{ {call.name}() }}}}" if call.args or call.kwargs else ""
