"""The decision guide and the planner in the browser: they agree with Python on everything, and anybody can use them."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from macros.base.units import NARROW, memory
from macros.model.guide import combinations, decide, demanded, first_rule, runner_up
from macros.model.guide import told as told_by
from macros.model.load import Data
from macros.model.planner import GIB, MIB, Cost, Host, Plan, Work, WorkedExample, plan
from macros.render.planner import how_many, origin, whether_wanted_fit
from tests.browser import test_pages
from tests.browser.test_pages import AXE, SCHEMES, WIDTHS, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
address = test_pages.address  # the fixture that builds the site and serves it

GUIDE, CASES, RULES, PLANNER = "choosing/", "choosing/cases/", "choosing/rules/", "choosing/planner/"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, color_scheme="light")
    yield context.new_page()
    context.close()


def status(page: Page) -> str:
    return page.locator("article .answer__status").inner_text()


def camel(one: Host | Work | Cost | Plan) -> dict[str, object]:
    """Return a record as the browser has it."""
    return {re.sub(r"_(\w)", lambda m: m[1].upper(), name): value for name, value in dataclasses.asdict(one).items()}


def test_browser_and_python_agree_on_every_combination(page: Page, address: str, data: Data) -> None:
    """Rule, runner-up and added reasons of each; advice and what would change the answer of every thirty-first."""
    page.goto(address + GUIDE)
    every = list(combinations(data.guide))
    script = """() => {
        const guide = JSON.parse(document.querySelector("[data-guide]").dataset.guide);
        let every = [{}];
        for (const question of guide.questions) {
            every = every.flatMap(one => question.answers.map(answer => ({...one, [question.id]: answer.id})));
        }
        const found = every.map(answers => cvmChoosing.first(guide, answers));
        return found.map(one => [one.rule.id, one.runnerUp || "none", ...one.also].join(" "));
    }"""
    told = page.evaluate(script)
    for answers, theirs in zip(every, told, strict=True):
        rule = first_rule(data.guide, answers)
        demands = demanded(data.guide, answers)
        second = runner_up(data.guide, rule, demands)
        also = [demand for demand in demands if demand not in told_by(data.guide, rule)]
        assert theirs.split() == [rule.id, second.outcome if second else "none", *also], answers
    script = """every => {
        const guide = JSON.parse(document.querySelector("[data-guide]").dataset.guide);
        return every.map(answers => cvmChoosing.decide(guide, answers));
    }"""
    some = every[::31]
    for answers, theirs in zip(some, page.evaluate(script, some), strict=True):
        ours = decide(data.guide, answers)
        assert theirs == {
            "rule": ours.rule.id,
            "outcome": ours.rule.outcome,
            "runnerUp": ours.runner_up.outcome if ours.runner_up else None,
            "also": [one.id for one in ours.also],
            "advice": [one.id for one in ours.advice],
            "changes": [list(change) for change in ours.changes],
        }, answers


def test_browser_and_python_agree_on_plans(page: Page, address: str, data: Data) -> None:
    page.goto(address + PLANNER)
    cases = [
        (Host(memory * GIB, kept * MIB, cores), Work(work * MIB, busy, wanted), one.cost)
        for memory, kept, cores, work, busy, wanted, one in itertools.product(
            (1, 24, 512), (0, 1000), (1, 96), (0.5, 100, 5000), (0.01, 1.5), (0, 64), data.planner.options
        )
    ]
    script = "all => all.map(([host, work, cost]) => cvmChoosing.plan(host, work, cost))"
    told = page.evaluate(script, [[camel(part) for part in case] for case in cases])
    for case, theirs in zip(cases, told, strict=True):
        assert theirs == camel(plan(*case)), case
    script = (
        "all => all.map(([work, found]) => [cvmChoosing.howMany(found), cvmChoosing.whetherWantedFit(work, found)])"
    )
    said = page.evaluate(script, [[camel(case[1]), theirs] for case, theirs in zip(cases, told, strict=True)])
    for (host, work, cost), theirs in zip(cases, said, strict=True):
        found = plan(host, work, cost)
        # The page sets off thousands; the browser writes a number as it is, as in its fields.
        ours = how_many(found).replace(NARROW, "")
        assert theirs == [ours, whether_wanted_fit(WorkedExample(host, work), found)], (host, work, cost)
    held = page.evaluate('JSON.parse(document.querySelector("[data-planner]").dataset.planner)')
    for one, theirs in zip(data.planner.options, held, strict=True):
        assert theirs == {
            "id": one.id,
            "name": one.name,
            "sides": list(one.sides),
            "from": origin(data, one),
            **camel(one.cost),
        }


def test_browser_and_python_write_an_amount_of_memory_alike(page: Page, address: str) -> None:
    page.goto(address + PLANNER)
    near = [share * size for size in (1, 1024, MIB, GIB) for share in (0.5, 0.9994, 0.99951, 1, 1.005, 1.125, 2.675)]
    amounts = [0, 999, 1015 * MIB, 1023 * MIB, 1023.6 * MIB, 123456789.5, 4096 * GIB, *near]
    assert page.evaluate("all => all.map(cvmChoosing.bytes)", amounts) == [memory(amount) for amount in amounts]


def test_each_case_reaches_its_answer_from_home(page: Page, address: str, data: Data) -> None:
    """From home, two clicks lead to a case's recommendation with its reasons; the other cases are opened by their links."""
    visit = Visit(page, address)
    visit.open("")
    page.locator("article a[href='choosing/']").first.click()
    first, *others = data.guide.cases.values()
    page.get_by_role("link", name=first.title).first.click()
    for case in (first, *others):
        if case is not first:
            page.goto(f"{address}{GUIDE}?{urlencode(case.answers)}#answer", wait_until="domcontentloaded")
        name = data.guide.outcomes[case.expects].name
        page.locator("#answer .answer__name").wait_for()
        assert status(page) == f"Recommendation: {name}.", case.id
        answer = page.locator("#answer")
        assert answer.locator(".answer__name").inner_text() == name
        reasons = answer.locator("ul").first
        assert reasons.locator("li").count() >= 1
        assert reasons.locator("a").count() >= 1
        ours = decide(data.guide, case.answers)
        second = data.guide.outcomes[ours.runner_up.outcome].name if ours.runner_up else "none"
        assert f"Runner-up: {second}." in answer.inner_text()
        assert reasons.locator("li").count() == len(ours.rule.because) + len(ours.also)
        assert "What would change the answer" in answer.inner_text()
        checked = page.locator("[data-guide] input:checked").evaluate_all(
            "all => all.map(one => [one.name, one.value])"
        )
        assert dict(checked) == case.answers
    assert page.locator("#answer").evaluate("one => one.getBoundingClientRect().top < innerHeight")
    # A page that is left at once takes back what it had asked for.
    assert [one for one in visit.complaints if not one.endswith("ERR_ABORTED")] == []


def test_the_guide_is_used_by_keyboard_and_its_address_restores_it(page: Page, address: str) -> None:
    page.goto(address + GUIDE)
    assert "appears here" in status(page)
    page.locator("input[name=system]").first.focus()
    page.keyboard.press("Space")
    assert status(page) == "Recommendation: A container."
    page.keyboard.press("ArrowDown")
    assert status(page) == "Recommendation: A virtual machine."
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('fieldset') !== null")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert "Not answered" in page.locator("#answer").inner_text()
    assert page.url.endswith("?system=other")
    shared = page.get_by_role("link", name="Link to these answers").get_attribute("href")
    assert shared and shared.endswith("?system=other#answer")
    page.reload()
    assert status(page) == "Recommendation: A virtual machine."
    page.get_by_role("button", name="Start over").click()
    assert page.locator("[data-guide] input:checked").count() == 0
    assert page.url == address + GUIDE
    page.goto(f"{address}{GUIDE}?system=plan9&colour=red")
    assert page.locator("[data-guide] input:checked").count() == 0


def test_the_planner_shows_all_technologies_and_says_what_it_does_not_take(
    page: Page, address: str, data: Data
) -> None:
    page.goto(address + PLANNER)
    counts = r"((yes|perhaps|unknown|no) with \d+(, )?)+"
    assert re.fullmatch(rf"\d+ fit: {counts} of {len(data.planner.options)} technologies\.", status(page))
    rows = page.locator("#plan tbody tr")
    assert rows.count() == len(data.planner.options)
    for n, one in enumerate(data.planner.options):
        text = rows.nth(n).inner_text()
        assert one.name in text
        assert origin(data, one) in text
        assert ("processor use unknown" in text) == ("at most" in text) == (one.cost.processors is None)
    page.locator("input[name=wanted]").fill("100000")
    assert (
        status(page) == f"100000 fit: no with {len(data.planner.options)} of {len(data.planner.options)} technologies."
    )
    link = page.get_by_role("link", name="Link to this plan").get_attribute("href")
    assert link and "wanted=100000" in link
    page.reload()
    assert page.locator("input[name=wanted]").input_value() == "100000"
    page.locator("input[name=work]").fill("0")
    assert "above 0" in status(page)
    assert page.locator("#plan").text_content() == ""


def test_two_constraints_are_both_spoken_of(page: Page, address: str) -> None:
    """Malware for Windows: another system and strangers' code, a VM, both reasons, and no runner-up."""
    page.goto(f"{address}{GUIDE}?system=other&trust=hostile")
    assert status(page) == "Recommendation: A virtual machine."
    answer = page.locator("#answer")
    reasons = answer.locator("ul").first.inner_text()
    assert "Another system brings its own kernel" in reasons
    assert "Strangers' code must not reach the host's kernel" in reasons
    assert "Runner-up: none" in answer.inner_text()


def test_old_addresses_lead_to_the_rules(page: Page, address: str) -> None:
    moved = {"rule-plain": RULES, "key": RULES, "cases": CASES, "case-database": CASES, "outcome-vm": CASES}
    for anchor, path in moved.items():
        page.goto("about:blank")
        page.goto(f"{address}{GUIDE}#{anchor}")
        page.wait_for_url(f"{address}{path}#{anchor}")
        assert page.locator(f"#{anchor}").count() == 1
    page.goto(f"{address}{GUIDE}#answer")
    assert page.url == f"{address}{GUIDE}#answer"


@pytest.mark.parametrize("path", [f"{GUIDE}?trust=hostile&start=second#answer", PLANNER], ids=["guide", "planner"])
def test_answers_are_accessible_in_both_schemes_and_on_a_phone(page: Page, address: str, path: str) -> None:
    """With an answer shown: nothing that axe finds in form and answer, no sideways scrolling, one short live region.

    The rest of the page is looked at by the tests of every page.
    """
    page.goto(address + path)
    page.locator(".answer p").first.wait_for()
    page.add_style_tag(content="* { transition: none !important; animation: none !important }")
    page.evaluate(AXE)
    script = """async () => {
        const parts = [".choose", ".planner", ".answer__status", ".answer"].filter(one => document.querySelector(one));
        const found = await axe.run({include: parts.map(one => [one])}, {resultTypes: ["violations"], preload: false});
        return found.violations.map(one => `${one.id}: ${one.nodes[0].target}`);
    }"""
    for scheme, name in SCHEMES.items():
        if scheme == "dark":
            page.locator("[data-md-component=palette] input").nth(1).evaluate("one => one.click()")
        assert page.evaluate("document.body.dataset.mdColorScheme") == name
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
            assert page.evaluate(script) == [], (scheme, width)
    assert page.locator("article [role=status]").count() == 1


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_summary_prints_on_one_sheet(page: Page, address: str, paper: str) -> None:
    page.goto(address + "choosing/summary/")
    page.wait_for_load_state("networkidle")
    printed = page.pdf(format=paper)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1
    page.emulate_media(media="print")
    size = page.locator(".one-sheet p").first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert size >= 10.5, "smaller than 8 points"  # CSS pixels, 96 to the inch
    assert page.locator(".one-sheet table").first.is_visible()
    assert page.locator(".one-sheet .diagram svg").first.is_visible()
    assert re.search(r"\d{4}-\d\d-\d\d", page.locator(".page-foot time").inner_text())


def test_without_javascript_the_key_and_the_cases_are_there(browser: Browser, address: str, data: Data) -> None:
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(address + GUIDE)
        assert not page.locator("[data-guide]").is_visible()
        assert not page.locator(".guide-reasons").is_visible()
        assert "Without JavaScript" in status(page)
        assert page.locator("#answer").is_visible(), "links to an answer end there"
        links = page.locator(".case-links a")
        assert links.count() == len(data.guide.cases)
        for n, case in enumerate(data.guide.cases.values()):
            href = links.nth(n).get_attribute("href")
            assert href and href.startswith("cases/?") and href.endswith(f"#case-{case.id}")
        links.first.click()
        first = next(iter(data.guide.cases))
        row = page.locator("tr", has=page.locator(f"#case-{first}"))
        assert row.is_visible()
        assert data.guide.outcomes[data.guide.cases[first].expects].name in row.inner_text()
        assert page.url.endswith(f"#case-{first}")
        assert page.locator("table.cases tbody tr").count() == len(data.guide.cases)
        page.goto(address + RULES)
        assert page.locator("table.key tbody tr").count() > 10
        assert page.locator(".rule").count() == len(data.guide.rules)
        page.goto(address + PLANNER)
        assert "Without JavaScript" in status(page)
        assert not page.locator("[data-planner]").is_visible()
    finally:
        context.close()
