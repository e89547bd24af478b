"""Renders claims, sources, figures and the comparison."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import filters
from .data import FIGURE, PRIMARY, REPORTED, VERDICTS, Claim, Data, Evidence, Figure, Section, Source
from .expects import Expectation, judge
from .figures import NARROW, SHARE, TIMES, quantity
from .filters import Facet
from .measured import address, amount, between
from .pages import Call, Shown, example_anchor, given_to
from .render import cards, escape, prose, side_name, slug, verdict
from .shelves import SHELVES, shelf

SOURCES = "/sources.md"  # the list of all; each source stands on the page of its shelf
CLAIMS = "/claims.md"  # the list of all, with the permanent anchors; each claim stands on the page of its section
READ = {
    "P": "the source itself was read",
    "A": "its abstract or front page was read",
    "S": "as reported by another document",
}


# -- sources ---------------------------------------------------------------------------------------


def anchor(key: str, locator: str) -> str:
    """Return the id of a locator on a page of sources."""
    return f"{key}-{slug(locator)}"


def source_page(source: Source) -> str:
    """Return the path of the page on which a source stands."""
    return f"/sources/{shelf(source).id}.md"


def place(source: Source, locator: str) -> str:
    """Return the address of what the site says of a place in a source."""
    return f"{source_page(source)}#{anchor(source.key, locator)}"


def called(data: Data, source: Source) -> str:
    """Return what citations call a source: its short name, and of one that was not read itself, who reports it."""
    name = source.short or source.title
    if source.read == REPORTED:
        other = data.sources[source.through[0]]
        return f"{name}, as reported by {other.short or other.title}"
    return name


def cite(data: Data, key: str, locator: str) -> str:
    """Return an inline citation: a link to what the site says of this place in the source."""
    source = data.sources[key]
    return f'<span class="cite" data-search-exclude>[[{escape(called(data, source))}]({place(source, locator)} "{escape(locator)}")]</span>'


def check_cite(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `cite`. See `pages.Check`."""
    given = given_to(call, "key", "locator")
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
        source = data.sources[match["source"]]
        found = source.figures[match["figure"]]
        return f"[{worded(found)}]({place(source, found.locator)})"

    return FIGURE.sub(link, prose(text))


def check_figure(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `figure`. See `pages.Check`."""
    given = given_to(call, "key", "name")
    source = data.sources.get(given.get("key", ""))
    if source is None:
        return f"there is no source '{given.get('key', '')}'\nadd it to docs/data/sources.yml"
    if given.get("name") not in source.figures:
        return f"the source '{source.key}' has no figure '{given.get('name', '')}'\n" + (
            f"one of: {', '.join(source.figures)}" if source.figures else "add it under its 'figures'"
        )
    return ""


def citations(data: Data) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return who cites what: by source and locator, links to the pages, claims, data files and sources that do."""
    found: dict[tuple[str, str], dict[str, None]] = {}

    def note(key: str, locator: str, link: str) -> None:
        found.setdefault((key, locator), {})[link] = None

    for page in data.pages:
        for key, locator in page.cites:
            note(key, locator, f"[{escape(page.title)}]({page.path})")
    for one in data.claims.values():
        link = f"[{one.id}]({claim_page(one)}#{one.id})"
        for item in one.evidence:
            if item.source:
                note(item.source, item.locator, link)
        for match in FIGURE.finditer(f"{one.conditions} {one.explanation}"):
            note(match["source"], data.sources[match["source"]].figures[match["figure"]].locator, link)
    for source in data.sources.values():
        if source.through[0]:
            note(*source.through, f"[{escape(source.short or source.title)}]({source_page(source)}#{source.key})")
    for file, key, locator in data.cited_by_data:
        if file not in {
            "sources",
            "charts",
        }:  # a source reports another; a chart stands on a page, which is told instead
            note(key, locator, f"[{file}.yml](/data/{file}.yml)")
    return {key: tuple(links) for key, links in found.items()}


def _entry(data: Data, source: Source, cited: dict[tuple[str, str], tuple[str, ...]]) -> str:
    lines = [
        f'<h2 id="{source.key}">{escape(source.title)}</h2>',  # as HTML: a hundred titles more in the page's menu help nobody
        "",
        f"{escape(source.authors)}. {escape(source.venue)}, {source.year}. <{source.url}>",
        "",
    ]
    if source.read == REPORTED:
        other = data.sources[source.through[0]]
        by = f"[{escape(other.title)}]({place(other, source.through[1])})"
        lines += [f"Not read itself: as reported by {by}; {escape(source.version)}.", ""]
    else:
        lines += [f"Read: {READ[source.read]}; {escape(source.version)}.", ""]
    for locator, says in source.locators.items():
        by = ", ".join(cited.get((source.key, locator), ()))
        lines.append(
            f'- <span id="{anchor(source.key, locator)}">**{escape(locator)}**</span>: {escape(says)}'
            + (f' <span class="cited">Cited by {by}.</span>' if by else "")
        )
    return "\n".join(lines)


def sources(data: Data, kind: str) -> str:
    """Return the sources of a shelf, each with what was read, what stands where in it, and who cites that."""
    cited = citations(data)
    mine = [source for source in data.sources.values() if shelf(source).id == kind]
    entries = [_entry(data, source, cited) for source in sorted(mine, key=lambda s: s.title.lower())]
    return "\n\n".join(['<div class="sources" data-search-exclude markdown="1">', *entries, "</div>"])


def check_sources(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `sources`. See `pages.Check`."""
    kind = given_to(call, "kind").get("kind", "")
    known = list(dict.fromkeys(shelf(source).id for source in data.sources.values()))
    return "" if kind in known else f"no source stands on a shelf '{kind}'\none of: {', '.join(sorted(known))}"


def catalogue(data: Data) -> str:
    """Return the list of all sources by shelf, each with a permanent anchor and a link to its entry."""
    read = {kind: sum(s.read == kind for s in data.sources.values()) for kind in READ}
    parts = [
        f"{len(data.sources)} sources. Of {read[PRIMARY]} the source itself was read; of {read['A']} the abstract or front page; "
        f"{read[REPORTED]} were not read, and each citation says who reports them.",
        "",
    ]
    for one in SHELVES:
        mine = [source for source in data.sources.values() if shelf(source) == one]
        if not mine:
            continue
        parts += [f"## {one.title} {{ #shelf-{one.id} }}", ""]
        lines = [
            f'- <span id="{source.key}">[{escape(source.title)}]({source_page(source)}#{source.key})</span>, {escape(source.authors)}, {source.year}'
            for source in sorted(mine, key=lambda s: s.title.lower())
        ]
        parts += [unsearched("\n".join(lines)), ""]  # its page names each source in full
    return "\n".join(parts)


# -- claims ----------------------------------------------------------------------------------------


def claim_page(found: Claim) -> str:
    """Return the path of the page on which a claim stands in full."""
    return f"/claims/{found.section}.md"


def claim(data: Data, claim_id: str) -> str:
    """Return a link to a claim, with its verdict."""
    found = data.claims[claim_id]
    return f"[{found.id}: {found.verdict}]({claim_page(found)}#{found.id})"


def check_claim(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `claim`. See `pages.Check`."""
    given = given_to(call, "claim_id")
    return (
        ""
        if given.get("claim_id") in data.claims
        else f"there is no claim '{given.get('claim_id', '')}'\none of: {', '.join(data.claims)}"
    )


def _evidence(data: Data, item: Evidence) -> str:
    if item.test:
        file, _, name = item.test.partition("::")
        return f"test [`{name}`](/{file})"
    source = data.sources[item.source]
    reported = f", as reported by {escape(data.sources[source.through[0]].title)}" if source.through[0] else ""
    return f"source [{escape(source.title)}, {escape(item.locator)}]({place(source, item.locator)}){reported}"


def shown_on(data: Data, example: str) -> str:
    """Return an example's title, linked to where a page shows it first; whole examples go before regions of them."""
    title = escape(data.examples[example].title)
    found = [(page.path, there) for page in data.pages for name, there in page.examples if name == example]
    if not found:
        return title
    path, there = min(found, key=lambda one: one[1] != example_anchor(example))
    return f"[{title}]({path}#{there})"


def see(data: Data, example_id: str) -> str:
    """Return a link to where an example is shown, by its title."""
    return shown_on(data, example_id)


def check_see(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `see`. See `pages.Check`."""
    name = given_to(call, "example_id").get("example_id", "")
    return "" if name in data.examples else f"there is no example '{name}'\none of: {', '.join(data.examples)}"


def recorded_on(data: Data, example: str) -> tuple[str, str]:
    """Return the date and the machine of an example's recorded run: that of its result, where it measures."""
    runs = [run for (machine, name, _), run in data.recorded.runs.items() if (machine, name) == (data.machine, example)]
    if runs:
        return max(run.date for run in runs), data.machine
    records = data.examples[example].records.values()
    newest = max(records, key=lambda record: record.date)
    return newest.date, newest.machine


def _recorded(data: Data, found: Claim) -> str:
    """Return which recorded runs a claim's tests are about, by machine and date."""
    by: dict[tuple[str, str], list[str]] = {}
    for example in found.examples:
        by.setdefault(recorded_on(data, example), []).append(shown_on(data, example))
    return "; ".join(
        f"{', '.join(names)}: recorded {date} on [{machine}](/checking.md#machine-{slug(machine)})"
        for (date, machine), names in sorted(by.items(), reverse=True)
    )


def _bound(found: Expectation) -> str:
    if found.than is None:
        return quantity(found.bound, SHARE if found.share else found.unit)
    return f"{found.bound:g}{NARROW}times"


def _expected(data: Data, found: Expectation) -> str:
    """Return what a claim expects of the results, with what the first machine's say."""
    outcome = judge(found, data.recorded, data.machine)
    wanted = f"must be {found.relation} {_bound(found)}"
    if outcome is None:
        return f"{prose(found.says)}: {wanted}"
    unit = TIMES if found.than else SHARE if found.share else outcome.unit
    under = " under software emulation" if outcome.emulated else ""
    measured = f"[{amount(outcome.estimate, unit)}]({address(outcome.file)}) ({between(outcome.estimate, unit)}){under}"
    return f"{prose(found.says)}: {measured}; {wanted}"


def _claim_body(data: Data, found: Claim) -> list[str]:
    lines = [f"**Verdict:** {verdict(found.verdict)}", ""]
    if found.conditions:
        lines += [f"**Conditions:** {explained(data, found.conditions)}", ""]
    lines += [explained(data, found.explanation), ""]
    lines += ['<div class="evidence" data-search-exclude markdown="1">', "", "Evidence:", ""]
    lines += [f"- {_evidence(data, item)}" for item in found.evidence]
    if found.expects:
        lines += ["", "What our own results must show, else a test fails:", ""]
        lines += [f"- {_expected(data, one)}" for one in found.expects]
    if recorded := _recorded(data, found):
        lines += ["", f"Demonstrated by {recorded}."]
    lines += ["", f"Permanent address: [claim {found.id}]({CLAIMS}#{found.id}).", "", "</div>"]
    return lines


def _of(data: Data, section: str) -> list[Claim]:
    """Return the claims of a section: those of the comparison, then what is often said beside it."""
    mine = [found for found in data.claims.values() if found.section == section]
    return sorted(mine, key=lambda found: found.id.startswith("M"))


def unsearched(text: str) -> str:
    """Return Markdown that the search does not index, as what says the same in full elsewhere."""
    return f'<div data-search-exclude markdown="1">\n\n{text}\n\n</div>'


def claims(data: Data, section: str) -> str:
    """Return a section's claims in short: statement, verdict, and a link to the whole entry."""
    rows = []
    for found in _of(data, section):
        under = f"<br><small>{explained(data, found.conditions)}</small>" if found.conditions else ""
        statement = f"[{found.id}]({claim_page(found)}#{found.id}): {escape(found.statement)}"
        rows.append([statement, f"{verdict(found.verdict)}{under}"])
    return unsearched(cards(["Statement", "Verdict"], rows))  # the search leads to the whole entry


def check_claims(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `claims` or `ledger`. See `pages.Check`."""
    section = given_to(call, "section").get("section", "")
    if _of(data, section):
        return ""
    return f"no claim belongs to the section '{section}'\none of: {', '.join(sorted({c.section for c in data.claims.values()}))}"


def ledger(data: Data, section: str) -> str:
    """Return the claims of a section in full."""
    parts = []
    for found in _of(data, section):
        parts += [f"## {found.id}: {escape(found.statement)} {{ #{found.id} }}", "", *_claim_body(data, found), ""]
    return "\n".join(parts)


def counts(data: Data) -> str:
    """Return how many claims there are by verdict, and by what they rest on."""
    every = list(data.claims.values())
    tested = sum(one.tested for one in every)
    cited = sum(any(item.source and data.sources[item.source].read == PRIMARY for item in c.evidence) for c in every)
    held = sum(bool(one.expects) for one in every)
    rows = [f"| {verdict(word)} | {sum(c.verdict == word for c in every)} |" for word in VERDICTS]
    return "\n".join(
        [
            f"**{len(every)} claims are judged; {tested} of them rest on a test** that `make test` runs. {cited} rest on at least one source that was read itself. "
            f"{held} also say what this site's own results must show, and a test fails if they do not.",
            "",
            *("| Verdict | Claims |", "|---|---:|", *rows, ""),
        ]
    )


def _facets(groups: Sequence[Section]) -> list[Facet]:
    return [Facet("Verdict", VERDICTS), Facet("Section", tuple(group.title for group in groups))]


def statements(data: Data) -> str:
    """Return the list of all claims by section, with the permanent anchor of each, and buttons that filter it."""
    groups = [section for section in data.sections.values() if _of(data, section.id)]
    facets = _facets(groups)
    parts: list[str] = []
    for group in groups:
        mine = _of(data, group.id)
        classes = filters.marks(facets, ([one.verdict for one in mine], [group.title]))
        parts += [
            f'<div class="{classes}" markdown="1">',
            "",
            f"## {escape(group.title)} {{ #section-{group.id} }}",
            "",
        ]
        rows, attributes = [], []
        for one in mine:
            under = f"<br><small>{explained(data, one.conditions)}</small>" if one.conditions else ""
            tests = sum(bool(item.test) for item in one.evidence)
            rests = [
                f"{n} {word}{'s' if n != 1 else ''}"
                for n, word in ((tests, "test"), (len(one.evidence) - tests, "source"))
                if n
            ]
            when = max((recorded_on(data, example) for example in one.examples), default=None)
            on = f", recorded {when[0]} on {when[1]}" if when else ""
            link = f"[{' and '.join(rests)}]({claim_page(one)}#{one.id}){on}"
            rows.append([f"{one.id}: {escape(one.statement)}", f"{verdict(one.verdict)}{under}", link])
            attributes.append(f'id="{one.id}" class="{filters.marks(facets, ([one.verdict], [group.title]))}"')
        table = cards(["Statement", "Verdict", "Rests on"], rows, attributes=attributes)
        parts += [unsearched(table), "", "</div>", ""]
    entries = [([one.verdict], [data.sections[one.section].title]) for one in data.claims.values()]
    return filters.filtered("claims", facets, entries, "\n".join(parts))


def check_statements(data: Data, call: Call, _: Shown) -> str:
    """Check a call of `statements`: every section that has claims has a page for them. See `pages.Check`."""
    for found in data.claims.values():
        if not (data.root / "docs" / claim_page(found).lstrip("/")).is_file():
            remedy = f'add docs{claim_page(found)}, with {{{{ ledger("{found.section}") }}}}, to the navigation'
            return f"the claims of the section '{found.section}' have no page\n{remedy}"
    return ""


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
