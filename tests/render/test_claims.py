"""The ledger: checked against our own results, complete, cited and dated; and how its parts are rendered."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from macros.base.problems import ProblemError
from macros.base.units import NARROW
from macros.model.claims import VERDICTS
from macros.model.expectations import CONTRADICTED, OPEN, SHOWN, judge
from macros.model.sources import SHELVES, shelf
from macros.pages.check import check_pages
from macros.pages.registry import MACROS
from macros.pages.uses import Site
from macros.render import claims, examples, runs, sources
from macros.render.links import CLAIMS
from snippets.runner.paths import ROOT
from tests.site import smallsite

EXPECTING = ("resources", "performance")  # sections whose claims are about what was measured


def test_no_result_of_ours_contradicts_a_verdict(data: Site) -> None:
    """On the machine that pages show first the results show what a verdict expects; no other recording contradicts it."""
    judged = 0
    for claim in data.claims.values():
        for one in claim.expects:
            for machine in data.machines:
                for recording in (data.recorded, *data.again):
                    outcome = judge(one, recording, machine)
                    if outcome is None:
                        continue
                    judged += 1
                    first = machine == data.machine and recording is data.recorded
                    assert outcome.word in ({SHOWN} if first else {SHOWN, OPEN}), (
                        f"docs/data/claims.yml:{claim.line}: claim {claim.id}, {claim.verdict!r}, expects of {one.says!r} that it is "
                        f"{one.relation} {one.bound:g}; on {machine} it is {outcome.estimate}: {outcome.word}"
                    )
    assert judged > 20


def test_a_result_on_the_wrong_side_of_a_bound_is_found(tmp_path: Path) -> None:
    """Each of the three words can occur: shown on a container that starts in 0.29 to 0.33 s."""
    site = smallsite.measure(smallsite.make(tmp_path / "site", lean=True), small="kvm")
    path = site / "docs" / "data" / "claims.yml"
    plain = path.read_text("utf-8")

    def word(entry: str) -> str:
        path.write_text(plain.replace("  evidence:", f"  expects:\n    - {entry}\n  evidence:", 1), "utf-8")
        loaded = smallsite.load(site)
        outcome = judge(loaded.claims["A1"].expects[0], loaded.recorded, "small")
        assert outcome is not None
        return outcome.word

    start = '{says: "the start of it", experiment: section/measured, side: container, metric: start, '
    assert word(start + 'is: below, value: "1", unit: s}') == SHOWN
    assert word(start + 'is: below, value: "310", unit: ms}') == OPEN
    assert word(start + 'is: above, value: "1", unit: s}') == CONTRADICTED
    other = "than: {experiment: section/measured, side: vm, metric: start}}"
    assert word(start + f"is: below, {other}") == SHOWN
    assert word(start + f"is: above, {other}") == CONTRADICTED
    assert (
        word(start.replace("metric: start", "metric: start, minus: bare") + 'is: above, value: "50", unit: ms}')
        == SHOWN
    )


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('metric: nope, is: below, value: "1", unit: s', "section/measured declares no metric 'nope'"),
        ('metric: start, is: below, value: "1", unit: MB', "a bound in B for a result in s"),
        ('metric: memory@9, is: below, value: "1", unit: MB', "no result of section/measured container memory@9"),
        (
            "metric: start, is: below, than: {experiment: section/measured, side: container, metric: threads}",
            "a comparison of s with count",
        ),
        (
            "metric: start, is: below, than: {experiment: section/measured, side: vm, metric: start}",
            "a figure under software emulation compared with another side's",
        ),
        ('metric: start, is: near, value: "1", unit: s', "'near' is not one of"),
        ('metric: start, is: below, value: "1"', "fits none of the forms it may have"),
    ],
)
def test_an_expectation_that_cannot_be_held_is_refused(tmp_path: Path, entry: str, message: str) -> None:
    site = smallsite.measure(smallsite.make(tmp_path / "site", lean=True), small="tcg")
    path = site / "docs" / "data" / "claims.yml"
    line = f'  expects:\n    - {{says: "the start of it", experiment: section/measured, side: container, {entry}}}\n'
    path.write_text(path.read_text("utf-8").replace("  evidence:", f"{line}  evidence:", 1), "utf-8")
    with pytest.raises(ProblemError) as caught:
        smallsite.load(site)
    assert message in str(caught.value)
    assert "docs/data/claims.yml:" in str(caught.value)


def test_a_time_under_software_emulation_carries_no_verdict(tmp_path: Path) -> None:
    site = smallsite.measure(smallsite.make(tmp_path / "site", lean=True), small="tcg")
    path = site / "docs" / "data" / "claims.yml"
    line = '  expects:\n    - {says: "the start of it", experiment: section/measured, side: vm, metric: start, is: below, value: "9", unit: s}\n'
    path.write_text(path.read_text("utf-8").replace("  evidence:", f"{line}  evidence:", 1), "utf-8")
    with pytest.raises(ProblemError, match="a time or a rate under software emulation, which shows nothing"):
        smallsite.load(site)


def test_an_expectation_in_per_cent_is_told_in_per_cent(tmp_path: Path) -> None:
    """A share of nothing is 0 %, not 0 times."""
    site = smallsite.measure(smallsite.make(tmp_path / "site", lean=True), small="kvm")
    result = site / "docs" / "data" / "results" / "small" / "section.measured.json"
    content = json.loads(result.read_text("utf-8"))
    content["sides"]["container"]["metrics"]["bare"]["samples"] = [0.0] * 5
    result.write_text(json.dumps(content), "utf-8")
    path = site / "docs" / "data" / "claims.yml"
    entry = "experiment: section/measured, side: container, metric: bare, over: start, is: below"
    line = f'  expects:\n    - {{says: "the share of it", {entry}, value: "1", unit: "%"}}\n'
    path.write_text(path.read_text("utf-8").replace("  evidence:", f"{line}  evidence:", 1), "utf-8")
    loaded = smallsite.load(site)
    told = claims._expected(loaded, loaded.claims["A1"].expects[0]).replace(NARROW, " ")
    assert re.fullmatch(
        r"the share of it: \[0 %\]\(\S+\) \(range of 5 rounds 0 to 0 %\); must be below 1(\.00)? %", told
    ), told


def test_claims_about_what_was_measured_say_what_the_results_must_show(data: Site) -> None:
    """One that expects nothing of our results, such as one about VMs' speed, rests on what others published."""
    every = [claim for claim in data.claims.values() if claim.section in EXPECTING]
    silent = [claim for claim in every if not claim.expects]
    assert len(silent) < len(every) / 2
    for claim in silent:
        assert any(item.source for item in claim.evidence), f"docs/data/claims.yml:{claim.line}: claim {claim.id}"


def test_most_claims_rest_on_a_test(data: Site) -> None:
    assert sum(claim.tested for claim in data.claims.values()) > len(data.claims) / 2


def test_the_counts_at_the_top_are_those_of_the_ledger(data: Site) -> None:
    text = claims.counts(data)
    assert f"{len(data.claims)} claims are judged" in text
    numbers = [int(n) for n in re.findall(r"\| (\d+) \|", text)]
    assert numbers == [sum(c.verdict == word for c in data.claims.values()) for word in VERDICTS]
    assert sum(numbers) == len(data.claims)


def test_every_claim_has_a_permanent_anchor_and_its_whole_entry(data: Site) -> None:
    every = claims.statements(data)
    whole = "".join(claims.ledger(data, section) for section in data.sections)
    for claim in data.claims.values():
        assert every.count(f'id="{claim.id}"') == 1
        assert whole.count(f"{{ #{claim.id} }}") == 1
        assert f"({CLAIMS}#{claim.id})" in whole


def test_a_claim_that_rests_on_an_example_says_when_and_where_it_was_recorded(data: Site) -> None:
    dated = 0
    for claim in data.claims.values():
        for example in claim.examples:
            date, machine = claims.recorded_on(data, example)
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", date) and machine in data.machines
            assert f"recorded {date} on [{machine}]" in claims._recorded(data, claim)
            assert re.match(r"\[.+\]\(/.+\.md#example-", examples.shown_on(data, example)), example
            dated += 1
    assert dated > 40


# -- sources ---------------------------------------------------------------------------------------


def test_what_was_read_through_another_document_says_so_wherever_it_is_cited(data: Site) -> None:
    """No citation by a secondary document hides it: in a page's text, on the page of its shelf, among a claim's evidence."""
    reported = [source for source in data.sources.values() if source.read == "S"]
    assert reported
    for source in reported:
        other = data.sources[source.through[0]]
        assert other.read in {"P", "A"}
        locator = next(iter(source.locators))
        assert f"as reported by {other.short or other.title}" in sources.cite(data, source.key, locator)
        assert "Not read itself: as reported by" in sources._entry(data, source, {})
        for claim in data.claims.values():
            for item in claim.evidence:
                if item.source == source.key:
                    assert "as reported by" in claims._evidence(data, item)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('read: "P"', 'read: "S"', "'through' is a required property"),
        ('read: "P"', 'read: "P"\n  through: {source: manual, locator: "Part 1"}', "is not allowed here"),
        (
            'read: "P"',
            'read: "S"\n  through: {source: gone, locator: "x1"}',
            "read through 'gone', which is not a source",
        ),
        ('read: "P"', 'read: "S"\n  through: {source: manual, locator: "Part 1"}', "which was not read itself"),
    ],
)
def test_a_secondary_source_that_hides_what_was_read_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    path = site / "docs" / "data" / "sources.yml"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ProblemError) as caught:
        smallsite.load(site)
    assert message in str(caught.value)


def test_every_source_stands_on_one_shelf_which_has_a_page(data: Site) -> None:
    pages = {one.id: (ROOT / "docs" / "sources" / f"{one.id}.md").read_text("utf-8") for one in SHELVES}
    whole = sources.catalogue(data)
    for key, source in data.sources.items():
        assert f'{{{{ sources("{shelf(source).id}") }}}}' in pages[shelf(source).id]
        assert whole.count(f'id="{key}"') == 1
    for one in SHELVES:
        assert any(shelf(source) == one for source in data.sources.values()), f"nothing stands on the shelf {one.id}"


def test_citations_name_who_cites(tmp_path: Path) -> None:
    """A page, a claim, a data file, and a source through which another was read."""
    site = smallsite.make(tmp_path / "site", lean=True)
    path = site / "docs" / "data" / "sources.yml"
    report = 'read: "S"\n  through: {source: manual, locator: "Part 1"}'
    reported = smallsite.SOURCES.replace("manual:", "reported:", 1).replace('read: "P"', report)
    path.write_text(smallsite.SOURCES + reported, "utf-8")
    with pytest.raises(ProblemError, match=r"docs/data/sources\.yml:14: nothing cites the source 'reported'"):
        check_pages(smallsite.load(site), MACROS)
    page = site / "docs" / "kernels.md"
    page.write_text(page.read_text("utf-8") + '\nSo it says {{ cite("reported", "Part 1") }}.\n', "utf-8")
    cited = sources.citations(check_pages(smallsite.load(site), MACROS))
    links = " ".join(cited[("manual", "Part 1")])
    assert "[Kernels](/kernels.md)" in links
    assert "[A1](/claims/kernels.md#A1)" in links
    assert "/sources/studies.md#reported" in links
    assert "guide" in links
    assert set(cited) == {("manual", "Part 1"), ("reported", "Part 1")}


# -- what the ledger rests on, of the committed records ---------------------------------------------


@pytest.mark.claim("M20", "false")
def test_the_host_of_the_recordings_is_a_vm_that_runs_containers(data: Site) -> None:
    """Containers and VMs together: the machine on which the containers were recorded is itself a virtual machine."""
    sides = [example.records["container"] for example in data.examples.values() if "container" in example.records]
    assert len(sides) > 20
    for record in sides:
        assert "a virtual machine" in data.machines[record.machine]["virtual"], record.machine
        assert "docker engine" in record.versions


# -- method and limits ------------------------------------------------------------------------------


def test_what_was_run_is_counted_from_the_records(data: Site) -> None:
    text = runs.ran(data)
    scripts = sum(len(example.sides) for example in data.examples.values())
    assert f"{len(data.examples)} examples with {scripts} scripts were run and recorded" in text
    dates = [record.date for example in data.examples.values() for record in example.records.values()]
    dates += [run.date for run in data.recorded.runs.values()]
    assert min(dates) in text and max(dates) in text
    assert f"[{data.machine}](/checking.md#machine-" in text
    table = runs.runs(data)
    for section in {example.id.split("/")[0] for example in data.examples.values()}:
        assert section.replace("-", " ").capitalize() in table


def test_what_was_not_run_is_listed(data: Site) -> None:
    emulated = {name for (_, name, _), run in data.recorded.runs.items() if run.accelerator == "tcg"}
    text = runs.not_measured(data)
    assert emulated
    for name in emulated:
        assert data.examples[name].title in text.replace("&#x27;", "'").replace("&#42;", "*")
    told = runs.unshown(data)
    for claim in data.claims.values():
        assert (f"[{claim.id}](" in told) == (claim.verdict == "cannot be shown here" or not claim.tested)
