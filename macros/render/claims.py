"""Renders claims: each in short, in full, and all of them as one list."""

from __future__ import annotations

import re
from collections.abc import Sequence

from macros.base.markup import literal, prose, slug
from macros.base.units import NARROW, SHARE, TIMES, quantity
from macros.model.claims import VERDICTS, Claim, Evidence
from macros.model.comparison import Section
from macros.model.expectations import Expectation, judge
from macros.model.load import Data
from macros.model.sources import PRIMARY
from macros.pages.registry import macro
from macros.pages.uses import Site, Use
from macros.render import filters
from macros.render.examples import shown_on
from macros.render.filters import Facet
from macros.render.links import CLAIMS, address, claim_page, machine_link, place
from macros.render.marks import VERDICT_MARKS, verdict_badge
from macros.render.pieces import block, cards, noted, unsearched
from macros.render.results import amount, interval
from macros.render.sources import explained


def check_claim(data: Data, use: Use, claim_id: str) -> None:
    """Check a call of `claim`."""
    if claim_id not in data.claims:
        use.bad(f"there is no claim '{claim_id}'", f"one of: {', '.join(data.claims)}")


@macro(check_claim)
def claim(data: Data, claim_id: str) -> str:
    """Return a link to a claim as a chip: the verdict's mark, the id, and its conditions in a few words.

    The words of the claim and of its verdict are what a screen reader says, and show on hover and on focus.
    """
    found = data.claims[claim_id]
    words = re.sub(r"[{}]", "", f"{found.statement} Verdict: {found.verdict}.").replace('"', "”")
    shown = f"{VERDICT_MARKS[found.verdict]}\u00a0{found.id}" + (f", {literal(found.when)}" if found.when else "")
    says = f'.chip .chip--{slug(found.verdict)} data-words="{words}" aria-label="{found.id}: {words}"'
    return f"[{shown}]({claim_page(found)}#{found.id}){{: {says} }}"


def _evidence(data: Data, item: Evidence) -> str:
    if item.test:
        file, _, name = item.test.partition("::")
        return f"test [`{name}`](/{file})"
    source = data.sources[item.source]
    reported = f", as reported by {literal(data.sources[source.through[0]].title)}" if source.through[0] else ""
    return f"source [{literal(source.title)}, {literal(item.locator)}]({place(source, item.locator)}){reported}"


def recorded_on(data: Data, example: str) -> tuple[str, str]:
    """Return the date and the machine of an example's recorded run: that of its result, where it measures."""
    runs = [run for (machine, name, _), run in data.recorded.runs.items() if (machine, name) == (data.machine, example)]
    if runs:
        return max(run.date for run in runs), data.machine
    records = data.examples[example].records.values()
    newest = max(records, key=lambda record: record.date)
    return newest.date, newest.machine


def _recorded(data: Site, found: Claim) -> str:
    """Return which recorded runs a claim's tests are about, by machine and date."""
    by: dict[tuple[str, str], list[str]] = {}
    for example in found.examples:
        by.setdefault(recorded_on(data, example), []).append(shown_on(data, example))
    return "; ".join(
        f"{', '.join(names)}: recorded {date} on {machine_link(machine)}"
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
    measured = (
        f"[{amount(outcome.estimate, unit)}]({address(outcome.file)}) ({interval(outcome.estimate, unit)}){under}"
    )
    return f"{prose(found.says)}: {measured}; {wanted}"


def _claim_body(data: Site, found: Claim) -> list[str]:
    lines = [f"**Verdict:** {verdict_badge(found.verdict)}", ""]
    if found.conditions:
        lines += [f"**Conditions:** {explained(data, found.conditions)}", ""]
    lines += [explained(data, found.explanation), ""]
    told = ["Evidence:", "", *(f"- {_evidence(data, item)}" for item in found.evidence)]
    if found.expects:
        told += ["", "What our own results must show (a test fails if they do not):", ""]
        told += [f"- {_expected(data, one)}" for one in found.expects]
    if recorded := _recorded(data, found):
        told += ["", f"Demonstrated by {recorded}."]
    told += ["", f"Permanent address: [claim {found.id}]({CLAIMS}#{found.id})."]
    return [*lines, block("\n".join(told), "evidence", searched=False)]


def _of(data: Data, section: str) -> list[Claim]:
    """Return the claims of a section: those of the comparison, then other statements that are often made."""
    mine = [found for found in data.claims.values() if found.section == section]
    return sorted(mine, key=lambda found: found.id.startswith("M"))


def _verdict(data: Data, found: Claim) -> str:
    """Return a claim's verdict with its conditions, as inline Markdown."""
    return noted(verdict_badge(found.verdict), explained(data, found.conditions))


def check_claims(data: Data, use: Use, section: str) -> None:
    """Check a call of `claims` or `ledger`."""
    if not _of(data, section):
        known = sorted({one.section for one in data.claims.values()})
        use.bad(f"no claim belongs to the section '{section}'", f"one of: {', '.join(known)}")


@macro(check_claims)
def claims(data: Data, section: str) -> str:
    """Return a section's claims in short: statement, verdict, and a link to the whole entry."""
    rows = []
    for found in _of(data, section):
        statement = f"[{found.id}]({claim_page(found)}#{found.id}): {literal(found.statement)}"
        rows.append([statement, _verdict(data, found)])
    return unsearched(cards(["Statement", "Verdict"], rows))  # the search leads to the whole entry


@macro(check_claims)
def ledger(data: Site, section: str) -> str:
    """Return the claims of a section in full."""
    parts = []
    for found in _of(data, section):
        parts += [f"## {found.id}: {literal(found.statement)} {{ #{found.id} }}", "", *_claim_body(data, found), ""]
    return "\n".join(parts)


@macro()
def counts(data: Data) -> str:
    """Return how many claims there are by verdict, and by what they rest on."""
    every = list(data.claims.values())
    tested = sum(one.tested for one in every)
    cited = sum(any(item.source and data.sources[item.source].read == PRIMARY for item in c.evidence) for c in every)
    held = sum(bool(one.expects) for one in every)
    rows = [f"| {verdict_badge(word)} | {sum(c.verdict == word for c in every)} |" for word in VERDICTS]
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


def check_statements(data: Data, use: Use) -> None:
    """Check a call of `statements`: every section that has claims has a page for them."""
    for found in data.claims.values():
        if not (data.root / "docs" / claim_page(found).lstrip("/")).is_file():
            remedy = f'add docs{claim_page(found)}, with {{{{ ledger("{found.section}") }}}}, to the navigation'
            return use.bad(f"the claims of the section '{found.section}' have no page", remedy)
    return None


@macro(check_statements)
def statements(data: Data) -> str:
    """Return the list of all claims by section, with the permanent anchor of each, and buttons that filter it."""
    groups = [section for section in data.sections.values() if _of(data, section.id)]
    facets = _facets(groups)
    parts: list[str] = []
    for group in groups:
        mine = _of(data, group.id)
        rows, attributes = [], []
        for one in mine:
            tests = sum(bool(item.test) for item in one.evidence)
            rests = [
                f"{n} {word}{'s' if n != 1 else ''}"
                for n, word in ((tests, "test"), (len(one.evidence) - tests, "source"))
                if n
            ]
            when = max((recorded_on(data, example) for example in one.examples), default=None)
            on = f", recorded {when[0]} on {when[1]}" if when else ""
            link = f"[{' and '.join(rests)}]({claim_page(one)}#{one.id}){on}"
            rows.append([f"{one.id}: {literal(one.statement)}", _verdict(data, one), link])
            attributes.append({"id": one.id, "class": filters.marks(facets, ([one.verdict], [group.title]))})
        table = cards(["Statement", "Verdict", "Rests on"], rows, attributes=attributes)
        classes = filters.marks(facets, ([one.verdict for one in mine], [group.title]))
        parts.append(block(f"## {literal(group.title)} {{ #section-{group.id} }}\n\n{unsearched(table)}", classes))
    entries = [([one.verdict], [data.sections[one.section].title]) for one in data.claims.values()]
    return filters.filtered("claims", facets, entries, "\n\n".join(parts))
