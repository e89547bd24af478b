"""Questions, myths and the glossary: complete, each with what shows it, and terms marked as promised."""

from __future__ import annotations

import re
from pathlib import Path

import markdown
import pytest

from macros.base.markup import slug
from macros.base.problems import ProblemError
from macros.model.glossary import Term
from macros.model.load import Data, load
from macros.render.glossary import glossary
from macros.render.term_links import TermsExtension
from snippets.runner.paths import ROOT
from tests.site import smallsite

DOCS = ROOT / "docs"
QUESTIONS = ("questions.md", *sorted(p.relative_to(DOCS).as_posix() for p in (DOCS / "questions").glob("*.md")))
SHOWS = re.compile(r"\{\{ (?:see|example|cite)\(")  # a demonstration or a source


def sections(page: str, level: str) -> dict[str, str]:
    """Return the text below each heading of a level, by the heading's id."""
    text = (DOCS / page).read_text("utf-8")
    parts = re.split(rf"^{level} (.+)$", text, flags=re.MULTILINE)
    found = {}
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        anchor = re.search(r"\{: #([a-z0-9-]+) \}", heading)
        if anchor:
            assert anchor[1] not in found, f"{page}: two headings with the id {anchor[1]}"
            found[anchor[1]] = re.split(r"^#", body, maxsplit=1, flags=re.MULTILINE)[0].strip()
    return found


def sentences(text: str) -> int:
    """Return how many sentences a text has, calls and links taken out."""
    plain = re.sub(r"\{\{.*?\}\}|\]\([^)]*\)", "", text)
    return len(re.findall(r"[.?!](?=[\s)*]|$)", plain))


@pytest.mark.parametrize("page", QUESTIONS)
def test_every_question_is_answered_with_what_the_answer_rests_on(page: str) -> None:
    found = sections(page, "###")
    text = (DOCS / page).read_text("utf-8")
    assert len(found) == len(re.findall(r"^### ", text, re.MULTILINE)) > 0
    for name, answer in found.items():
        assert SHOWS.search(answer), f"docs/{page}#{name}: no link to a demonstration or a source"
        assert 2 <= sentences(answer) <= 6, f"docs/{page}#{name}: {sentences(answer)} sentences"


@pytest.mark.parametrize("page", QUESTIONS)
def test_every_question_is_asked_as_readers_ask(page: str) -> None:
    headings = re.findall(r"^### (.+?) \{: #", (DOCS / page).read_text("utf-8"), re.MULTILINE)
    assert all(heading.endswith("?") for heading in headings)


def test_no_question_is_asked_twice() -> None:
    """An anchor is the name of one question: who has kept an address finds the same question there."""
    names = [name for page in QUESTIONS for name in sections(page, "###")]
    assert len(names) == len(set(names))
    assert all(f"/{page}" in (DOCS / "questions.md").read_text("utf-8") for page in QUESTIONS[1:])


def test_every_myth_has_a_demonstration_or_a_source_and_its_claim() -> None:
    found = sections("myths.md", "##")
    assert found
    for name, text in found.items():
        assert re.search(r"\{\{ (?:example|cite)\(", text), f"docs/myths.md#{name}: nothing shows it"
        assert re.search(r"\{\{ claim\(", text), f"docs/myths.md#{name}: no claim"


def test_a_myth_is_a_claim_that_does_not_simply_hold(data: Data) -> None:
    for name, text in sections("myths.md", "##").items():
        for claim in re.findall(r'\{\{ claim\("(\w+)"\) \}\}', text):
            if name != "small-vm":  # its claim says the true half
                assert data.claims[claim].verdict != "holds", f"docs/myths.md#{name}: claim {claim} holds"


# -- the glossary and the terms --------------------------------------------------------------------


def test_every_term_stands_in_the_glossary_with_its_anchor(data: Data) -> None:
    assert data.glossary
    text = glossary(data)
    for term in data.glossary:
        assert text.count(f'<dt id="{slug(term.term)}"') == 1
        assert term.meaning.endswith((".", "1.")), term.term


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('- {term: "kernel", meaning: "What all programs ask."}\n- {term: "core", also: ["Kernel"], meaning: "The same as what is above."}', "'Kernel' is a form of 'core' and of 'kernel'"),
        ('- {term: "kernel", meaning: "What all programs ask.", page: "/gone.md"}', "no page /gone.md"),
        ('- {term: "kernel", meaning: "What all programs ask.", mark: "maybe"}', "'maybe' is not one of"),
        ('- {term: "kernel", meaning: "short"}', "'short' is too short"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_glossary_is_refused(tmp_path: Path, entry: str, message: str) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    (site / "docs" / "data" / "glossary.yml").write_text(f"{entry}\n", "utf-8")
    with pytest.raises(ProblemError) as caught:
        load(site)
    assert message in str(caught.value)
    assert "docs/data/glossary.yml" in str(caught.value)


TERMS = [
    Term("kernel", "What programs ask.", ("kernel", "kernels"), True, ""),
    Term("control group", "What limits them.", ("control group", "cgroup"), True, ""),
    Term("host", "The machine.", ("host",), False, ""),
]


def renderer(terms: list[Term]) -> markdown.Markdown:
    return markdown.Markdown(extensions=["md_in_html", "attr_list", "tables", TermsExtension(terms)])


@pytest.fixture
def marked() -> markdown.Markdown:
    """Return a renderer with three terms, one of which is only listed."""
    return renderer(TERMS)


def marks(html: str) -> list[str]:
    return re.findall(r'<span class="term"><a [^>]*href="/glossary\.md#([a-z-]+)"', html)


def test_only_the_first_use_of_a_term_is_marked(marked: markdown.Markdown) -> None:
    html = marked.convert(
        "The kernel and its *cgroup*.\n\nAnother kernel, more kernels, and a control group of the host."
    )
    assert marks(html) == ["kernel", "control-group"]
    assert re.search(r'<span [^>]*id="term-kernel"[^>]*>What programs ask\.</span></span> and its <em><span', html), (
        html
    )
    assert "Another kernel, more kernels, and a control group of the host." in html


def test_a_capital_at_the_beginning_is_the_same_term(marked: markdown.Markdown) -> None:
    assert marks(marked.convert("Kernels differ.")) == ["kernel"]


@pytest.mark.parametrize(
    "text",
    [
        "# The kernel",
        "`kernel`",
        "[a kernel](x.md)",
        '<a href="x">kernel</a> kernel',
        "the kernel-like subkernel, kernel.h, /boot/kernel",
        '<div class="example" markdown="1">\n\nA kernel.\n\n</div>',
        '<div class="evidence" markdown="1">\n\n- a kernel\n\n</div>',
    ],
)
def test_what_is_not_prose_is_left_alone(marked: markdown.Markdown, text: str) -> None:
    assert marks(marked.convert(text)) == []


def test_terms_are_marked_in_lists_and_cells(marked: markdown.Markdown) -> None:
    assert marks(marked.convert("- a kernel")) == ["kernel"]
    assert marks(marked.convert("| a | b |\n|---|---|\n| x | a kernel |")) == ["kernel"]


def test_the_glossary_itself_is_not_marked(marked: markdown.Markdown) -> None:
    html = marked.convert('A kernel.\n\n<dl class="glossary" markdown="1">\n\n</dl>')
    assert marks(html) == []


def test_without_a_glossary_nothing_is_marked() -> None:
    assert marks(renderer([]).convert("A kernel.")) == []
