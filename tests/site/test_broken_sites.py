"""Each way in which the generator publishes a broken page and exits 0 has a guard; here each guard is seen to fail.

Every case breaks a copy of the small site in one place, and expects a message with file, line and remedy. One case of each
kind of fault, and what shows only in the built page, are built; the rest are read in process, as in test_mistakes.py: the
cases that are built show that a mistake found in reading ends a build.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from macros.base.problems import ProblemError
from macros.model.load import load
from macros.pages.check import check_pages
from macros.pages.registry import MACROS
from tests.site import smallsite

Break = Callable[[Path], None]


def put(file: str, text: str) -> Break:
    def change(site: Path) -> None:
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text(text, "utf-8")

    return change


def append(file: str, text: str) -> Break:
    def change(site: Path) -> None:
        path = site / file
        path.write_text(path.read_text("utf-8") + text, "utf-8")

    return change


def swap(file: str, old: str, new: str, *, record: bool = False) -> Break:
    def change(site: Path) -> None:
        path = site / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        if record:
            smallsite.record(site)

    return change


def remove(file: str) -> Break:
    return lambda site: (site / file).unlink()


KERNELS, INDEX, SH = "docs/kernels.md", "docs/index.md", "snippets/section/kernel/host.sh"
CLAIMS, SOURCES, OUT = "docs/data/claims.yml", "docs/data/sources.yml", "snippets/section/kernel/host.out"
TOML, RECORD = "snippets/section/kernel/example.toml", "snippets/section/kernel/recorded.json"


def without_primary_evidence(site: Path) -> None:
    swap(SOURCES, 'read: "P"', 'read: "A"')(site)
    swap(CLAIMS, '    - test: "tests/examples/test_small.py::test_small"\n', "")(site)


def broken_diagram(site: Path) -> None:
    put("docs/assets/diagrams/bad.svg", '<svg viewBox="0 0 1 1"><g>')(site)
    append(KERNELS, '\n{{ diagram("bad", "A caption.") }}\n')(site)


def leak(site: Path) -> None:
    """A leak that the recorder wrote: one that somebody typed into the file is told as a change of it."""
    swap(OUT, "<kernel>", "/home/somebody/lab")(site)
    smallsite.seal(site)


# name: (how it is broken, what the message must name, part of the remedy)
CASES: dict[str, tuple[Break, str, str]] = {
    # What the generator publishes with a hole, or reads as something else, and exits 0.
    "undefined-variable": (append(KERNELS, "\n{{ nope }}\n"), "docs/kernels.md:11: 'nope' is not defined", "pages call macros"),
    "undefined-macro": (append(KERNELS, "\n{{ nope() }}\n"), "docs/kernels.md:11: there is no macro 'nope'", "one of: "),
    "missing-data-file": (remove(SOURCES), "docs/data/sources.yml: the data file is missing", "restore it"),
    "duplicate-key": (append(SOURCES, "\nmanual:\n  title: x\n"), "docs/data/sources.yml:15: the key 'manual' occurs twice (first in line 1)", "remove one"),
    "missing-example": (append(KERNELS, '\n{{ example("section/none") }}\n'), "docs/kernels.md:11: there is no example 'section/none'", "one of: section/kernel"),
    "missing-script": (append(KERNELS, '\n{{ script("lab/none.sh", "x") }}\n'), "docs/kernels.md:11: there is no script snippets/lab/none.sh", "write its path"),
    "missing-region": (append(KERNELS, '\n{{ example("section/kernel", region="none") }}\n'), "docs/kernels.md:11: the example section/kernel has no region 'none'", "one of: show"),
    "include-of-the-generator": (append(KERNELS, '\n--8<-- "none.sh"\n'), "docs/kernels.md:11: an include by the generator", "write {{ example("),
    "region-without-end": (swap(SH, "# --8<-- [end:show]\n", "", record=True), f"{SH}:3: region 'show' has no end", "add '# --8<-- [end:show]'"),
    "region-without-start": (swap(SH, "# --8<-- [start:show]\n", "", record=True), f"{SH}:4: region 'show' ends but is not open", "add '--8<-- [start:show]'"),
    "misspelt-region-marker": (swap(SH, "[start:show]", "[begin:show]", record=True), f"{SH}:3: a misspelt region marker", "write '# --8<-- [start:NAME]'"),
    "go-template-on-a-page": (append(KERNELS, "\n```text\n{{.Names}}\n```\n"), "docs/kernels.md:12: not a macro call", "belongs in a script under snippets/"),
    "bash-array-on-a-page": (append(KERNELS, "\n```text\necho ${#a[@]}\n```\n"), "docs/kernels.md:12: not a macro call", "belongs in a script under snippets/"),
    "version-read-as-a-number": (swap(SOURCES, 'version: "edition 2"', "version: 1.10"), 'docs/data/sources.yml:8: 1.10 is read as a number with a fraction', 'quote it: "1.10"'),
    "time-read-as-a-number": (swap(SOURCES, 'version: "edition 2"', "version: 12:30:45"), "docs/data/sources.yml:8: 12:30:45 is read as a number", 'quote it: "12:30:45"'),
    "word-read-as-a-boolean": (swap(SOURCES, 'version: "edition 2"', "version: no"), "docs/data/sources.yml:8: no is read as a Boolean", 'quote it: "no"'),
    "arithmetic-on-a-page": (append(KERNELS, "\n{{ 0.1 + 0.2 }}\n"), "docs/kernels.md:11: arithmetic or a filter on a page", "compute it in a module"),
    "link-to-a-missing-anchor": (append(KERNELS, "\n[x](/index.md#none)\n"), "docs/kernels.md:11: a link to an anchor that does not exist: /index.md#none", "write one that the page has"),
    "link-to-a-missing-page": (append(KERNELS, "\n[x](/none.md)\n"), "docs/kernels.md:11: a link to a page that does not exist: /none.md", "write a page's path from '/'"),
    "link-that-is-not-recognised": (append(KERNELS, "\n[x](../none/)\n"), "docs/kernels.md:11: a link to a page or anchor that does not exist: ../none/", "from the root of docs/"),
    # What else must not be published.
    "duplicate-claim-id": (append(CLAIMS, smallsite.CLAIMS), "docs/data/claims.yml:10: the claim id 'A1' occurs twice (first in line 1)", "an id of its own"),
    "evidence-without-test": (swap(CLAIMS, "::test_small", "::test_none"), "docs/data/claims.yml:9: claim A1: there is no test tests/examples/test_small.py::test_none", "write FILE::FUNCTION"),
    "evidence-without-source": (swap(CLAIMS, "source: manual", "source: none"), "docs/data/claims.yml:7: claim A1: there is no source 'none'", "add it to docs/data/sources.yml"),
    "evidence-without-locator": (swap(CLAIMS, '"Part 1"', '"Part 9"'), "docs/data/claims.yml:7: claim A1: source 'manual' declares no locator 'Part 9'", "one of: Part 1"),
    "verdict-without-primary-evidence": (without_primary_evidence, "docs/data/claims.yml:1: claim A1: the verdict 'holds' rests on no test and no primary source", "add evidence"),
    "conditions-without-need": (swap(CLAIMS, "  explanation", '  conditions: "whenever it rains"\n  explanation'), "docs/data/claims.yml:", "goes only with 'holds with conditions'"),
    "conditions-missing": (swap(CLAIMS, "verdict: holds", "verdict: holds with conditions"), "docs/data/claims.yml:1: 0: 'conditions' is a required property", "'conditions'"),
    "unknown-key-in-claims": (swap(CLAIMS, "verdict:", "judgement:"), "docs/data/claims.yml:1", "keys: id, section"),
    "page-cites-no-source": (append(KERNELS, '\n{{ cite("none", "x") }}\n'), "docs/kernels.md:11: there is no source 'none'", "add it to docs/data/sources.yml"),
    "page-cites-no-locator": (append(KERNELS, '\n{{ cite("manual", "x") }}\n'), "docs/kernels.md:11: the source 'manual' declares no locator 'x'", "one of: Part 1"),
    "page-cites-no-claim": (append(KERNELS, '\n{{ claim("Z9") }}\n'), "docs/kernels.md:11: there is no claim 'Z9'", "one of: A1"),
    "page-cites-no-figure": (append(KERNELS, '\n{{ figure("manual", "none") }}\n'), "docs/kernels.md:11: the source 'manual' has no figure 'none'", "one of: pages"),
    "page-cites-no-result": (append(KERNELS, '\n{{ result("section/kernel", "host", "x") }}\n'), "docs/kernels.md:11: there is no result section/kernel host x", "none is recorded"),
    "page-shows-no-diagram": (append(KERNELS, '\n{{ diagram("none", "A caption.") }}\n'), "docs/kernels.md:11: there is no diagram 'none'", "add docs/assets/diagrams/none.svg"),
    "broken-raw-html-link": (append(KERNELS, '\n<p><a href="../nowhere/">x</a></p>\n'), "kernels/index.html:", "to a file that does not exist: ../nowhere/"),
    "external-resource": (append(KERNELS, '\n<img alt="" src="https://example.org/x.png">\n'), "kernels/index.html:", "put the file under docs/assets/"),
    "duplicate-html-id": (append(KERNELS, '\n<p id="claims">x</p>\n'), "kernels/index.html:", "the id 'claims' occurs twice"),
    "page-not-in-navigation": (put("docs/stray.md", "# Stray\n"), "docs/stray.md:1: the page is not in the navigation", "add it to nav in mkdocs.yml"),
    "leak-in-recorded-output": (leak, f"{OUT}:2: names a directory of the machine", "declare a volatile pattern"),
    "stale-output": (append(SH, "# more\n"), f"{SH}: the script changed after its output was recorded", "run: make record EXAMPLE=section/kernel"),
    "nothing-recorded": (remove("snippets/section/kernel/recorded.json"), f"{SH}: nothing was recorded from this script", "run: make record EXAMPLE=section/kernel"),
    "example-unused": (swap(KERNELS, '{{ example("section/kernel") }}', ""), f"{SH}:3: no page shows the region 'show'", 'call {{ example("section/kernel") }}'),
    "shell-on-a-page": (append(KERNELS, "\n```bash\nls\n```\n"), "docs/kernels.md:11: a bash block typed into a page", "put the command into a script"),
    "code-without-language": (append(KERNELS, "\n```\nls\n```\n"), "docs/kernels.md:11: a code block without a language", "name it"),
    "number-by-hand": (append(KERNELS, "\nIt starts in 12 ms.\n"), "docs/kernels.md:11: a quantity typed by hand: '12 ms'", "{{ figure("),
    "exception-unused": (put("docs/data/exceptions.yml", "shell: []\nnumbers:\n  - page: index.md\n    text: 5 s\n    reason: none at all\nlinks: []\n"), "docs/data/exceptions.yml:3: an exception that nothing needs", "remove it"),
    "volatile-too-wide": (swap(TOML, "'^\\d+\\.\\d+\\S*$'", "'^.*$'"), f"{TOML}:7: the pattern of 'kernel' matches nonsense", "narrow it"),
    "unknown-key-in-example": (append(TOML, "[hots]\n"), f"{TOML}:8: the file: unknown key 'hots'", "one of: "),
    "side-without-script": (append(TOML, '[vm]\nlook = "x"\n'), f"{TOML}:8: [vm] and vm.sh belong together", "add both or neither"),
    "not-toml": (put(TOML, "title =\n"), f"{TOML}:1: not TOML", "correct the syntax in that line"),
    "not-yaml": (put(CLAIMS, "- id: [A1\n"), "docs/data/claims.yml:2: not YAML", "correct the syntax in that line"),
    # What only shows in the built page, or would have ended in a traceback.
    "script-on-a-page": (append(KERNELS, '\n<script>alert(1)</script>\n'), "docs/kernels.md:11: HTML that would run", "pages contain text"),
    "unbalanced-html": (append(KERNELS, "\n<p><b>x</p>\n"), "kernels/index.html:", "<b> is not closed"),
    "macro-arguments": (append(KERNELS, '\n{{ cite("manual") }}\n'), "docs/kernels.md:11: the arguments of 'cite'", "write {{ cite(key, locator) }}"),
    "statement-on-a-page": (append(KERNELS, "\n{% if true %}x{% endif %}\n"), "docs/kernels.md:11: a statement of the template language", "macro calls only"),
    "front-matter-turns-macros-off": (swap(KERNELS, "# Kernels", "---\nignore_macros: true\n---\n# Kernels"), "docs/kernels.md:2: the key 'ignore_macros'", "its keys: "),
    "record-with-markup": (swap(RECORD, "2026-01-02", "<script>"), f"{RECORD}: host.date:", "a date, as"),
    "diagram-not-well-formed": (broken_diagram, "bad.svg is not well-formed XML", "correct the tag"),
}  # fmt: skip


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return smallsite.make(tmp_path_factory.mktemp("sound") / "site")


def test_the_small_site_is_sound(sound: Path) -> None:
    """Otherwise, every case below could fail for a reason other than its own."""
    done = smallsite.build(sound)
    assert done.returncode == 0, done.stdout
    assert "WARNING" not in done.stdout


READ = ("docs/", "snippets/")  # a message about one of these files is found in reading, unless the generator finds it
GENERATOR = ("a link to a page or anchor that does not exist", "not in the navigation")
# One case of each kind of fault that is found in reading: these are built as well.
ONE_OF_A_KIND = {
    *("undefined-variable", "missing-data-file", "duplicate-key", "missing-example", "region-without-end"),
    *("go-template-on-a-page", "version-read-as-a-number", "arithmetic-on-a-page", "link-to-a-missing-anchor"),
    *("duplicate-claim-id", "evidence-without-test", "leak-in-recorded-output"),
}
BUILT = {
    name
    for name, (_, message, _) in CASES.items()
    if name in ONE_OF_A_KIND or not message.startswith(READ) or any(word in message for word in GENERATOR)
}


def test_each_case_that_is_built_exists() -> None:
    assert CASES.keys() >= ONE_OF_A_KIND


@pytest.mark.parametrize("name", [name for name in CASES if name not in BUILT])
def test_broken_site_is_refused_in_reading(name: str, tmp_path: Path) -> None:
    breaks, message, remedy = CASES[name]
    site = smallsite.make(tmp_path / "site", lean=True)
    breaks(site)
    with pytest.raises(ProblemError) as caught:
        check_pages(load(site), MACROS)
    assert message in str(caught.value)
    assert remedy in str(caught.value)


@pytest.mark.parametrize("name", [name for name in CASES if name in BUILT])
def test_broken_site_fails(name: str, tmp_path: Path) -> None:
    breaks, message, remedy = CASES[name]
    site = smallsite.make(tmp_path / "site")
    breaks(site)
    done = smallsite.build(site)
    assert done.returncode != 0, f"the broken site was built:\n{done.stdout}"
    assert message in done.stdout
    assert remedy in done.stdout
    assert "Traceback" not in done.stdout


def _raising(site: Path) -> None:
    path = site / "macros" / "render" / "sources.py"
    text = path.read_text("utf-8")
    path.write_text(
        re.sub(
            r'(def figure\(.*?"""\n)', r'\1    raise ValueError("seen by the test")\n', text, count=1, flags=re.DOTALL
        ),
        "utf-8",
    )


@pytest.mark.parametrize("flags", [("--clean",), ("--strict",), ("-q", "--strict")], ids=["plain", "strict", "quiet"])
def test_a_macro_that_raises_ends_the_build(flags: tuple[str, ...], tmp_path: Path) -> None:
    site = smallsite.make(tmp_path / "site")
    _raising(site)
    done = smallsite.build(site, *flags)
    assert done.returncode != 0, done.stdout
    line = next(n for n, text in enumerate((site / KERNELS).read_text("utf-8").splitlines(), 1) if "figure(" in text)
    assert f"{KERNELS}:{line}: the macro 'figure' raised ValueError: seen by the test" in done.stdout
    assert "remedy: correct macros/render/sources.py:" in done.stdout


def test_every_bad_page_is_reported_in_one_run(tmp_path: Path) -> None:
    site = smallsite.make(tmp_path / "site")
    append(KERNELS, "\n{{ nope }}\n")(site)
    append(INDEX, "\n{{ nada }}\n")(site)
    done = smallsite.build(site)
    assert done.returncode != 0
    assert "docs/kernels.md:11: 'nope'" in done.stdout
    assert "docs/index.md:7: 'nada'" in done.stdout


def test_the_site_builds_from_another_directory(sound: Path, tmp_path: Path) -> None:
    here = smallsite.make(tmp_path / "with a space")
    assert smallsite.build(here).returncode == 0
    first = (here / "built" / "kernels" / "index.html").read_bytes()
    done = smallsite.build(here, "--strict", "--config-file", str(here / "mkdocs.yml"), cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert (here / "built" / "kernels" / "index.html").read_bytes() == first
    assert b"uname -r" in first.replace(b"</span>", b"").replace(b'<span class="w">', b"")
