"""Links are checked where they are written, and figures where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from macros.base.problems import ProblemError, Problems
from macros.pages.check import check_pages
from macros.pages.links import slugs
from macros.pages.registry import MACROS
from macros.pages.subjects import check_subjects
from tests.site import smallsite


def added(site: Path, text: str) -> None:
    page = site / "docs" / "kernels.md"
    page.write_text(page.read_text("utf-8") + f"\n{text}\n", "utf-8")


def test_the_anchors_of_a_page_are_its_headings_and_what_it_names() -> None:
    text = "# One thing\n\n## One thing\n\n## Two {: #second data-x }\n\n<p id='third'></p>\n\n```text\n# no heading\n```\n"
    assert slugs(text) == {"one-thing": "One thing", "one-thing_1": "One thing", "second": "Two", "third": ""}


@pytest.mark.parametrize(
    ("link", "message", "remedy"),
    [
        (
            "[kernels](/kernles.md)",
            "docs/kernels.md:11: a link to a page that does not exist: /kernles.md",
            "/kernels.md",
        ),
        (
            "[home](/index.md#hoome)",
            "docs/kernels.md:11: a link to an anchor that does not exist: /index.md#hoome",
            "home",
        ),
        ("[here](#nowhere)", "a link to an anchor that does not exist: /kernels.md#nowhere", "kernels"),
        (
            "[bananas](/index.md)",
            "the text of a link, 'bananas', shares no word with where it leads: Home",
            "exceptions.yml",
        ),
    ],
)
def test_a_link_that_leads_nowhere_or_elsewhere_is_refused(
    link: str, message: str, remedy: str, tmp_path: Path
) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    added(site, link)
    with pytest.raises(ProblemError) as caught:
        check_pages(smallsite.load(site), MACROS)
    assert message in str(caught.value)
    assert remedy in str(caught.value)


def test_what_macros_make_can_be_linked_to(tmp_path: Path) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    added(
        site, "[the claim on kernels](/claims/kernels.md#A1), [the example](#example-section-kernel), `[x](/none.md)`"
    )
    check_pages(smallsite.load(site), MACROS)


def subjects(text: str) -> list[str]:
    problems = Problems(Path("/"))
    check_subjects("docs/x.md", text, problems)
    return [f"{one.line}: {one.what.split(' is of ')[1]}" for one in problems.found]


def test_a_figure_stands_where_its_subject_is_named() -> None:
    call = '{{ figure("a", "redis-10-docker") }}'
    assert subjects(f"# Containers\n\nA key-value store answered {call} requests.\n") == []
    assert subjects(f"# Machines\n\nA web server answered {call} requests.\n") == [
        "3: 'redis', which the text around it does not name",
        "3: 'docker', which the text around it does not name",
    ]
    assert subjects(f"# x\n\n| | Docker |\n|---|---|\n| Redis | {call} |\n") == []
