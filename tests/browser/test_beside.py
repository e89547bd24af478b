"""A reader's machine beside the published one: the browser checks, computes and writes as Python does, and sends nothing."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from macros.base.problems import Problems
from macros.base.schemas import Document, validate
from macros.base.statistics import estimate
from macros.base.units import CODE, quantity
from macros.pages.uses import Site
from macros.render.beside import files
from snippets.runner.paths import DATA, ROOT
from tests.browser.test_pages import Visit

pytestmark = pytest.mark.browser

PATH = "performance/your-machine/"
MINE = "my-laptop"
SCHEMAS = {kind: json.loads((DATA / "schema" / f"{kind}.json").read_text("utf-8")) for kind in ("machine", "result")}


@pytest.fixture
def visit(desk: BrowserContext, address: str) -> Iterator[Visit]:
    page = desk.new_page()
    yield Visit(page, address)
    page.close()


@pytest.fixture
def folder(data: Site, tmp_path: Path) -> Path:
    """Return what `make record` would write on a machine that takes twice of everything."""
    mine = tmp_path / MINE
    shutil.copytree(DATA / "results" / data.machine, mine)
    for path in mine.iterdir():
        content = json.loads(path.read_text("utf-8"))
        if path.name == "machine.json":
            content["slug"] = MINE
        else:
            content["machine"] = MINE
            for part in content["sides"].values():
                for one in part["metrics"].values():
                    one["samples"] = [one_ if one["unit"] == CODE else 2 * one_ for one_ in one["samples"]]
        path.write_text(json.dumps(content), "utf-8")
    return mine


def take(page: Page, folder: Path) -> str:
    page.locator("#beside-folder").set_input_files(str(folder))
    page.wait_for_function("/\\.$/.test(document.querySelector('.beside__status').textContent.replace('Reading.', ''))")
    return page.locator(".beside__status").inner_text()


def test_a_folder_is_shown_beside_the_published_medians(visit: Visit, folder: Path, data: Site) -> None:
    visit.open(PATH)
    page = visit.page
    page.wait_for_load_state("networkidle")
    before = len(visit.answers)
    told = take(page, folder)
    every = {key: one for key, one in data.results.items() if one.unit != CODE}
    assert told.startswith(f"{MINE}: {len(every)} medians, of which ")
    assert told.endswith(f"can be compared with those of {data.machine}."), told
    rows = page.locator(".beside__table tbody tr")
    assert rows.count() == len(every)
    texts = rows.evaluate_all("all => all.map(one => [...one.querySelectorAll('td')].map(cell => cell.textContent))")
    known = {
        (quantity(found.median, one.unit), quantity(2 * found.median, one.unit))
        for one in every.values()
        if (found := estimate(one.values))
    }
    assert {(there.partition(" (")[0], here) for there, here, *_ in texts} == known
    ratios = [ratio for _, _, ratio, _ in texts if not ratio.startswith("not comparable")]
    assert ratios and all(one.startswith(("2.00", "0.00")) or one == "" for one in ratios), set(ratios)
    asked = [answer.request for answer in visit.answers[before:]]
    assert {one.method for one in asked} == {"GET"}
    assert sorted(one.url.removeprefix(visit.address) for one in asked) == [
        "data/schema/machine.json",
        "data/schema/result.json",
        "tables/beside.json",
    ]
    assert visit.foreign == [] and visit.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_files_that_are_dropped_are_read_too(visit: Visit, folder: Path) -> None:
    visit.open(PATH)
    names = {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir())[:6]} | {
        "machine.json": (folder / "machine.json").read_text("utf-8")
    }
    script = """names => {
        const transfer = new DataTransfer();
        for (const name in names) transfer.items.add(new File([names[name]], name));
        document.querySelector("[data-beside]").dispatchEvent(new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true}));
    }"""
    visit.page.evaluate(script, names)
    visit.page.locator(".beside__table").first.wait_for()
    assert f"{MINE}: " in visit.page.locator(".beside__status").inner_text()


def test_another_accelerator_or_script_is_not_compared(visit: Visit, folder: Path) -> None:
    path = folder / "resources.startup.json"
    content = json.loads(path.read_text("utf-8"))
    side = next(iter(content["sides"].values()))
    side["digest"] = "0" * 64
    path.write_text(json.dumps(content), "utf-8")
    visit.open(PATH)
    take(visit.page, folder)
    assert "another version of the script was measured here" in visit.page.locator("#beside").inner_text()


def changed(data: Site, change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    content = copy.deepcopy(json.loads((DATA / "results" / data.machine / "resources.startup.json").read_text("utf-8")))
    change(content)
    return dict(content)


def side(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(iter(content["sides"].values()))
    return found


def metric(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(iter(side(content)["metrics"].values()))
    return found


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "as it is": lambda one: None,
    "an unknown key": lambda one: one.update(extra=1),
    "a key less": lambda one: one.pop("date"),
    "a date that is none": lambda one: one.update(date="2026-02-30"),
    "a name in capitals": lambda one: one.update(machine="My-Laptop"),
    "a commit that is none": lambda one: one.update(commit="main"),
    "no side": lambda one: one.update(sides={}),
    "an unknown side": lambda one: one["sides"].update(elsewhere=side(one)),
    "an unknown accelerator": lambda one: side(one).update(accelerator="fast"),
    "a metric's name": lambda one: side(one)["metrics"].update({"Bad name": metric(one)}),
    "an unknown unit": lambda one: metric(one).update(unit="furlong"),
    "no sample": lambda one: metric(one).update(samples=[]),
    "a negative sample": lambda one: metric(one).update(samples=[-1]),
    "a sample that is text": lambda one: metric(one).update(samples=["1"]),
    "an error with metrics": lambda one: side(one).update(error="failed"),
    "no metrics and no error": lambda one: side(one).update(metrics={}),
    "an error without metrics": lambda one: side(one).update(error="failed", metrics={}),
    "versions that are no texts": lambda one: one.update(versions={"docker": 20}),
    "a list": lambda one: one.update(sides=[]),
    "rounds of a half": lambda one: side(one).update(rounds=1.5),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_the_browser_refuses_what_make_check_refuses(
    visit: Visit, data: Site, change: Callable[[dict[str, Any]], object]
) -> None:
    content = changed(data, change)
    problems = Problems(ROOT)
    fits = validate(Document(ROOT / "x.json", content, problems), DATA / "schema" / "result.json")
    visit.open(PATH)
    found = visit.page.evaluate(
        "([rules, value]) => cvmBeside.misfits(rules, value, '', '')", [SCHEMAS["result"], content]
    )
    assert fits == (found == []), (found, problems.found)


def test_mistakes_are_told_with_their_place(visit: Visit, folder: Path) -> None:
    path = folder / "resources.startup.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"date": "yesterday"}), "utf-8")
    (folder / "machine.json").write_text(
        json.dumps(json.loads((folder / "machine.json").read_text("utf-8")) | {"slug": "another"}), "utf-8"
    )
    visit.open(PATH)
    told = take(visit.page, folder)
    assert "mistakes were found" in told
    text = visit.page.locator("#beside li").all_inner_texts()
    assert any("resources.startup.json: date: " in one and "a date, as 2026-01-31" in one for one in text), text
    assert any("machine.json: slug: 'another' lies in the folder 'my-laptop'" in one for one in text), text


def test_browser_and_python_compute_and_write_alike(visit: Visit, data: Site) -> None:
    visit.open(PATH)
    samples = [list(one.values) for results in data.recorded.results.values() for one in results.values()]
    samples += [[1.0], [3, 1], [5, 1, 4, 2, 3], list(range(21)), list(range(50))]
    theirs = visit.page.evaluate("all => all.map(cvmBeside.estimate)", samples)
    for values, found in zip(samples, theirs, strict=True):
        ours = estimate(values)
        assert (found["median"], found["low"], found["high"], found["count"]) == (
            ours.median,
            ours.low,
            ours.high,
            ours.count,
        ), values
    amounts = [
        (factor * estimate(one.values).median, one.unit)
        for results in data.recorded.results.values()
        for one in results.values()
        if one.unit != CODE
        for factor in (1, 2, 0.37)
    ]
    amounts += [
        (value, unit)
        for unit in ("B", "B/s", "bit/s", "1/s", "s", "count")
        for value in (0, 1, 9.995, 59.96, 60, 999.5, 999600, 3599.9, 7200, 1e12, 0.012345, 1e-10)
    ]
    written = visit.page.evaluate(
        "all => all.map(([value, unit]) => cvmBeside.quantity(value, unit))", [list(one) for one in amounts]
    )
    for (value, unit), text in zip(amounts, written, strict=True):
        assert text == quantity(value, unit), (value, unit)


def test_without_javascript_a_sentence_says_what_works(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(address + PATH)
        assert not page.locator("#beside-folder").is_visible()
        assert "make compare" in page.locator(".beside__status").inner_text()
    finally:
        context.close()


def test_what_is_published_is_small_and_whole(data: Site) -> None:
    text = files(data)["beside.json"]
    content = json.loads(text)
    assert len(content["medians"]) == sum(one.unit != CODE for one in data.results.values())
    assert all(row[0] in content["experiments"] for row in content["medians"])
    assert content["machine"]["slug"] == data.machine
