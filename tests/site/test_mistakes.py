"""What a contributor can get wrong, by the dozen: each is refused in process, with a file and a remedy.

Most cases of test_broken_sites.py build a whole site; these only read the small site's data and pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from macros.base.problems import ProblemError
from macros.model.load import load
from macros.pages import built
from macros.pages.check import check_pages
from macros.pages.registry import MACROS
from macros.pages.text import language_of
from tests.site import smallsite

KERNELS, TOML = "docs/kernels.md", "snippets/section/kernel/example.toml"
OUT, SH, RECORD = (f"snippets/section/kernel/{name}" for name in ("host.out", "host.sh", "recorded.json"))
CLAIMS, SOURCES, COMPARISON, EXCEPTIONS = (
    f"docs/data/{name}.yml" for name in ("claims", "sources", "comparison", "exceptions")
)
GUIDE, CASE, PLANNER = (f"docs/data/{name}.yml" for name in ("guide", "cases", "planner"))
MACHINE, RESULT = "docs/data/results/small/machine.json", "docs/data/results/small/section.kernel.json"

Change = tuple[str, ...]
"""A file and what is done: (FILE, text added), (FILE, old, new), or (FILE, "=", the whole text)."""


def read(site: Path) -> None:
    check_pages(load(site), MACROS)


def change(site: Path, file: str, *words: str) -> None:
    path = site / file
    if words[0] == "=":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words[1], "utf-8")
    elif len(words) == 1:
        path.write_text(path.read_text("utf-8") + words[0], "utf-8")
    else:
        text = path.read_text("utf-8")
        assert words[0] in text
        path.write_text(text.replace(words[0], words[1], 1), "utf-8")


def page(text: str) -> Change:
    return (KERNELS, f"\n{text}\n")


LOOK = 'look = "The kernel\'s release."'
CASES: dict[str, tuple[Change, str]] = {
    # Macro arguments.
    "too-few-arguments": (page('{{ cite("manual") }}'), "docs/kernels.md:11: the arguments of 'cite': missing a required argument: 'locator'"),
    "too-many-arguments": (page('{{ cite("manual", "Part 1", "x") }}'), "docs/kernels.md:11: the arguments of 'cite': too many positional"),
    "unknown-argument": (page('{{ cite("manual", "Part 1", colour="x") }}'), "write {{ cite(key, locator) }}"),
    "argument-twice": (page('{{ cite("manual", key="manual") }}'), "multiple values for argument 'key'"),
    "argument-no-text": (page('{{ claim(["A1"]) }}'), "'claim_id' of 'claim' is not a text"),
    "argument-number": (page('{{ example("section/kernel", region=1) }}'), "'region' of 'example' is not a text"),
    "arguments-unpacked": (page('{{ cite(*["manual", "Part 1"]) }}'), "arguments of 'cite' that are unpacked"),
    "no-diagrams": (page('{{ diagrams([], "A caption.") }}'), "'names' of 'diagrams' is not a list of texts"),
    "diagrams-of-text": (page('{{ diagrams("boot-vm", "A caption.") }}'), "'names' of 'diagrams' is not a list of texts"),
    "diagram-outside": (page('{{ diagram("../favicon", "A caption.") }}'), "'../favicon' is not the name of a diagram"),
    # Tables of what was recorded.
    "observed-text": (page('{{ recordings("section/kernel") }}'), "'columns' of 'recordings' is not a list of lists of texts"),
    "observed-short": (page('{{ recordings([["Host", "section/kernel", "host"]]) }}'), "docs/kernels.md:11: a column of 'recordings' has 3 parts, not 4"),
    "observed-example": (page('{{ recordings([["Host", "section/nope", "host", "show"]]) }}'), "there is no example 'section/nope'"),
    "observed-side": (page('{{ recordings([["VM", "section/kernel", "vm", "show"]]) }}'), "the example section/kernel has no side 'vm'"),
    "observed-region": (page('{{ recordings([["Host", "section/kernel", "host", "nope"]]) }}'), "has no region 'nope' on its side host"),
    "observed-title": (page('{{ recordings([["", "section/kernel", "host", "show"]]) }}'), "a column of 'recordings' has no title"),
    "observed-no-label": (page('{{ recordings([["Host", "section/kernel", "host", "show"]]) }}'), "recorded no line 'LABEL: VALUE'"),
    "observed-labels": (page('{{ recordings([["Host", "section/kernel", "host", "show"]], {"a": 1}) }}'), "'labels' of 'recordings' is not texts by name"),
    "observed-label-twice": (page('{{ recordings([["Host", "section/kernel", "host", "show"]], {"a": "b", "a": "c"}) }}'), "an argument of 'recordings' holds the name 'a' twice"),
    # Only plain calls.
    "statement": (page("{% if true %}x{% endif %}"), "docs/kernels.md:11: a statement of the template language"),
    "assignment": (page("{% set x = 1 %}"), "docs/kernels.md:11: a statement of the template language"),
    "template-include": (page('{% include "x.md" %}'), "docs/kernels.md:11: a statement of the template language"),
    "raw": (page("{% raw %}{{ x }}{% endraw %}"), "docs/kernels.md:11: a raw block"),
    "template-comment": (page("{# x #}"), "docs/kernels.md:11: a comment of the template language"),
    "text-alone": (page('{{ "text" }}'), "docs/kernels.md:11: arithmetic or a filter on a page, or a value alone"),
    "concatenation": (page('{{ claim("A1") ~ "x" }}'), "docs/kernels.md:11: arithmetic or a filter"),
    "condition": (page('{{ claim("A1" if true else "A2") }}'), "an argument of 'claim' is not a constant"),
    "call-in-comment": (page('<!--\n{{ claim("A1") }}\n-->'), "docs/kernels.md:12: a macro call in an HTML comment"),
    "open-comment": (page("<!-- never closed"), "docs/kernels.md:11: an HTML comment that does not end"),
    # Front matter and files.
    "front-unclosed": ((KERNELS, "# Kernels\n", "---\ntitle: x\n\n# Kernels\n"), "docs/kernels.md:1: front matter that does not end"),
    "front-key": ((KERNELS, "# Kernels\n", "---\ntitle: x\nrender_macros: false\n---\n# Kernels\n"), "docs/kernels.md:3: the key 'render_macros'"),
    "front-no-yaml": ((KERNELS, "# Kernels\n", "---\ntitle: [x\n---\n# Kernels\n"), "front matter that is not YAML"),
    "front-list": ((KERNELS, "# Kernels\n", "---\n- a\n---\n# Kernels\n"), "docs/kernels.md:1: front matter without a key"),
    "front-call": ((KERNELS, "# Kernels\n", "---\ntitle: '{{ x }}'\n---\n# Kernels\n"), "docs/kernels.md:2: 'title' in the front matter is not plain text"),
    "front-search": ((KERNELS, "# Kernels\n", "---\nsearch: {exclude: true}\n---\n# Kernels\n"), "docs/kernels.md:2: 'search' does not say how the search ranks the page"),
    "front-tags": ((KERNELS, "# Kernels\n", "---\ntags: kernel\n---\n# Kernels\n"), "docs/kernels.md:2: 'tags' is not a list of words"),
    "front-multimarkdown": ((KERNELS, "# Kernels\n", "Render_macros: false\n\n# Kernels\n"), "docs/kernels.md:1: a page that begins as front matter does"),
    "other-suffix": (("docs/stray.markdown", "=", "# x\n"), "docs/stray.markdown: a page whose name does not end in .md"),
    "nul": (page("a\0b"), "docs/kernels.md:11: holds a NUL byte"),
    # Shell and code.
    "language-unknown": (page("```nu\nls\n```"), "docs/kernels.md:11: a nu block typed into a page"),
    "language-in-braces": (page('```{.bash title="x"}\nls\n```'), "docs/kernels.md:11: a bash block typed into a page"),
    "language-last": (page('```{title="x" .bash}\nls\n```'), "docs/kernels.md:11: a bash block typed into a page"),
    "quoted-fence": (page("> ```bash\n> ls\n> ```"), "docs/kernels.md:11: a bash block typed into a page"),
    "prompt": (page("```text\n$ docker run x\n```"), "docs/kernels.md:12: a shell command typed into a page"),
    "indented": (page("x\n\n    docker run x"), "docs/kernels.md:13: an indented code block"),
    "pre": (page("<pre>docker run x</pre>"), "docs/kernels.md:11: a code block as HTML"),
    "fence-open": (page("```text\nls\n````"), "docs/kernels.md:11: a code block that does not end"),
    "number-over-two-lines": (page("It takes 12\nms."), "docs/kernels.md:11: a quantity typed by hand: '12 ms'"),
    "number-bare": (page("On such a host, 769 containers fit."), "docs/kernels.md:11: a quantity typed by hand: '769'"),
    "number-as-much": (page("It took 1.7 as much."), "docs/kernels.md:11: a quantity typed by hand: '1.7'"),
    "html-that-runs": (page('<p onclick="x()">x</p>'), "docs/kernels.md:11: HTML that would run"),
    "html-open": (page("<div>x"), "docs/kernels.md:11: <div> is not closed"),
    "number-in-words": (page("It takes one to two\nminutes."), "docs/kernels.md:11: a quantity typed by hand: 'one to two minutes'"),
    "number-after-a-call": (page('{{ figure(\n  "manual",\n  "pages") }} of a few megabytes'), "docs/kernels.md:13: a quantity typed by hand: 'a few megabytes'"),
    # Quantities typed into the data.
    "number-in-a-statement": ((CLAIMS, "Every machine has a kernel.", "Every machine boots in forty-five seconds."), "docs/data/claims.yml:3: a quantity typed by hand: 'forty-five seconds'\n    remedy: write it as {SOURCE:FIGURE}"),
    "number-in-an-explanation": ((CLAIMS, "A program asks", "For 3 ms a program asks"), "docs/data/claims.yml:5: a quantity typed by hand: '3 ms'"),
    "number-in-a-guide": ((GUIDE, "Keep both kernels", "Keep two in a hundred kernels"), "a quantity typed by hand: 'two in a hundred'"),
    "number-in-a-case": ((CASE, "A program that comes", "A program of a few megabytes that comes"), "docs/data/cases.yml:3: a quantity typed by hand: 'a few megabytes'\n    remedy: leave it out"),
    "number-in-a-planner": ((PLANNER, "What each of them takes,", "What twenty of them take,"), "docs/data/planner.yml:7: a quantity typed by hand: 'twenty'"),
    "exception-of-data-unused": ((EXCEPTIONS, "numbers: []", "numbers:\n  - {page: data/claims.yml, text: twenty, reason: none at all}"), "docs/data/exceptions.yml:3: an exception that nothing needs: data/claims.yml: 'twenty'"),
    "exception-of-no-page": ((EXCEPTIONS, "numbers: []", "numbers:\n  - {page: data/claims.json, text: twenty, reason: none at all}"), "docs/data/exceptions.yml:3: numbers.0.page"),
    # Data.
    "alias": ((CLAIMS, "statement:", "statement: &a x\n  conditions: *a\n  x:"), "docs/data/claims.yml:4: not YAML: an alias"),
    "deep": ((CLAIMS, "=", f"- {'[' * 1500}{']' * 1500}\n"), "docs/data/claims.yml: not YAML: nested too deeply"),
    "control-character": ((CLAIMS, "# \a\n"), "docs/data/claims.yml:10: not YAML: the character #x0007"),
    "evidence-null": ((CLAIMS, "  evidence:\n", "  evidence:\n    -\n"), "docs/data/claims.yml:7: 0.evidence.0: None is not of type 'object'"),
    "evidence-both": ((CLAIMS, "test_small\"", "test_small\"\n      source: manual"), "fits none of the forms it may have"),
    "evidence-twice": ((CLAIMS, "  evidence:\n", "  evidence:\n    - test: \"tests/examples/test_small.py::test_small\"\n"), "docs/data/claims.yml:10: claim A1: tests/examples/test_small.py::test_small occurs twice in the evidence (first in line 7)\n    remedy: remove one of them"),
    "evidence-twice-source": ((CLAIMS, "  evidence:\n", "  evidence:\n    - source: manual\n      locator: \"Part 1\"\n"), "docs/data/claims.yml:9: claim A1: source 'manual' at 'Part 1' occurs twice in the evidence (first in line 7)"),
    "schema-broken": (("docs/data/schema/claims.json", "=", "{"), "docs/data/schema/claims.json:1: not a JSON schema"),
    "schema-wrong": (("docs/data/schema/claims.json", "=", '{"type": "nope"}'), "docs/data/schema/claims.json: not a JSON schema"),
    "verdict-flipped": ((CLAIMS, "verdict: holds", 'verdict: "false"'), "docs/data/claims.yml:9: claim A1: the verdict is 'false', and its evidence tests/examples/test_small.py::test_small bears out 'holds'"),
    "evidence-out": ((CLAIMS, '    - test: "tests/examples/test_small.py::test_small"\n', ""), "tests/examples/test_small.py:5: the test tests/examples/test_small.py::test_small bears out claim A1, whose evidence does not name it"),
    "evidence-unrelated": ((CLAIMS, "::test_small", "::test_other"), "docs/data/claims.yml:9: claim A1: the verdict is 'holds', and its evidence tests/examples/test_small.py::test_other says nothing of this claim"),
    "evidence-skipped": (("tests/examples/test_small.py", "@pytest.mark.claim", "@pytest.mark.skip\n@pytest.mark.claim"), "tests/examples/test_small.py:6: the test tests/examples/test_small.py::test_small, on which A1 rests, is skipped, or may fail"),
    "test-in-comment": ((CLAIMS, "::test_small", "::test_ghost"), "claim A1: there is no test tests/examples/test_small.py::test_ghost"),
    "test-without-parameters": ((CLAIMS, "::test_small", "::test_small[x]"), "claim A1: there is no test tests/examples/test_small.py::test_small[x]"),
    "url": ((SOURCES, "https://example.org/manual", "https://example.org/a b>c"), "docs/data/sources.yml:6: manual.url:"),
    "exception-wide": ((EXCEPTIONS, "numbers: []", "numbers:\n  - {page: kernels.md, text: ' - ', reason: none at all}"), "docs/data/exceptions.yml:3: numbers.0.text"),
    "data-stray": (("docs/data/clams.yml", "=", "x: ["), "docs/data/clams.yml: a file that nothing reads"),
    # Examples.
    "side-no-table": ((TOML, f"[host]\n{LOOK}", "host = 3"), f"{TOML}:3: host: 3 is not of type 'object'\n    remedy: keys of a side"),
    "side-list": ((TOML, "[host]", "[[host]]"), f"{TOML}:3: host: ["),
    "volatile-table": ((TOML, "[[volatile]]", "[volatile]"), "is not of type 'array'\n    remedy: write [[volatile]] above each entry"),
    "volatile-name": ((TOML, '"kernel"', '"ker nel>"'), f"{TOML}:6: volatile.0.name: 'ker nel>' does not match"),
    "volatile-words": ((TOML, "'^\\d+\\.\\d+\\S*$'", "'[a-zA-Z ]+'"), "the pattern of 'kernel' matches nonsense"),
    "volatile-empty": ((TOML, "'^\\d+\\.\\d+\\S*$'", "'\\b'"), "the pattern of 'kernel' matches nonsense"),
    "metrics-list": ((TOML, "[host]", "metrics = ['x']\n[host]"), f"{TOML}:3: metrics: ['x'] is not of type 'object'"),
    "metric-number": ((TOML, "[host]", "metrics = {size = 3}\n[host]"), f"{TOML}:3: metrics.size: 3 is not of type 'object'"),
    "metric-unit": ((TOML, "[host]", "metrics = {size = {title = 'S', unit = 'furlong'}}\n[host]"), f"{TOML}:3: the unit of [metrics.size] is 'furlong'"),
    "seconds-truth": ((TOML, LOOK, f"{LOOK}\nseconds = true"), f"{TOML}:5: host.seconds: True is not of type 'integer'"),
    "runs-truth": ((TOML, "[host]", "runs = true\n[host]"), f"{TOML}:3: runs: True is not of type 'integer'\n    remedy: write how many rounds"),
    "requires-unknown": ((TOML, LOOK, f'{LOOK}\nrequires = ["nope"]'), f"{TOML}:5: 'requires' of [host] names 'nope'"),
    "accelerator-list": ((TOML, LOOK, f'{LOOK}\naccelerator = ["tcg"]'), f"{TOML}:5: host.accelerator: ['tcg'] is not one of"),
    "file-stray": (("snippets/section/kernel/notes.txt", "=", "x"), "snippets/section/kernel/notes.txt: a file that no script of the example names"),
    "file-in-section": (("snippets/section/x.sh", "=", "x"), "snippets/section/x.sh: not an example"),
    "lab-region-unused": (("snippets/lab/x.sh", "=", "# --8<-- [start:a]\ntrue\n# --8<-- [end:a]\n"), "snippets/lab/x.sh:1: no page shows the region 'a'"),
    "lab-region-unpaired": (("snippets/lab/x.sh", "=", "# --8<-- [start:a]\ntrue\n"), "snippets/lab/x.sh:1: region 'a' has no end"),
    "file-in-snippets": (("snippets/x.sh", "=", "x"), "snippets/x.sh: not an example"),
    "text-outside-regions": ((OUT, "secret\n"), f"{OUT}:4: text outside the regions"),
    "placeholder-undeclared": ((OUT, "<kernel>", "<host-kernel-2> <nope-2>"), f"{OUT}:2: the placeholder <nope-2>"),
    "leak-srv": ((OUT, "<kernel>", "/srv/build"), f"{OUT}:2: names a directory of the machine"),
    # Records, machines, results.
    "record-date": ((RECORD, "2026-01-02", "2026-02-30"), f"{RECORD}: host.date: '2026-02-30' is not a 'date'"),
    "record-machine": ((RECORD, '"small"', "[1]"), f"{RECORD}: host.machine: [1] is not of type 'string'"),
    "record-key": ((RECORD, '{"host": ', '{"host": {}, "host": '), f"{RECORD}: not JSON: the key 'host' occurs twice"),
    "record-null": ((RECORD, "=", "null"), f"{RECORD}: the file: None is not of type 'object'"),
    "machine-slug": ((MACHINE, '"small"', '"big"'), f"{MACHINE}: slug: 'big' lies in the directory of 'small'"),
    "machine-nested": (("docs/data/results/small/deep/x.json", "=", "{"), "docs/data/results/small/deep: not a result"),
    "machine-stray": (("docs/data/results/x.json", "=", "{}"), "docs/data/results/x.json: not the directory of a machine"),
    "machine-none": (("docs/data/results/other/x.txt", "=", ""), "docs/data/results/other: a machine without its machine.json"),
    "result-nonsense": ((RESULT, "=", "\udcff".encode("utf-8", "surrogatepass").decode("latin-1")), f"{RESULT}:1: not JSON"),
}  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return smallsite.make(tmp_path_factory.mktemp("sound") / "site", lean=True)


def test_the_small_site_reads(sound: Path) -> None:
    read(sound)


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_refused(name: str, tmp_path: Path) -> None:
    (file, *words), message = CASES[name]
    site = smallsite.make(tmp_path / "site", lean=True)
    change(site, file, *words)
    with pytest.raises(ProblemError) as caught:
        read(site)
    assert message in str(caught.value)
    assert "remedy: " in str(caught.value)


@pytest.mark.parametrize(("file", "page"), [(KERNELS, "kernels.md"), (CLAIMS, "data/claims.yml")])
def test_an_exception_lets_a_quantity_stand(file: str, page: str, tmp_path: Path) -> None:
    """It covers its own page or data file, and no other quantity of it."""
    site = smallsite.make(tmp_path / "site", lean=True)
    old = "A kernel is a program" if file == KERNELS else "Every machine has a kernel."
    change(site, file, old, f"{old[:-1]} within twenty lines.")
    exception = f"  - {{page: {page}, text: within twenty lines, reason: none at all}}\n"
    change(site, EXCEPTIONS, "numbers: []", f"numbers:\n{exception}")
    read(site)
    change(site, file, "within twenty lines", "within thirty lines")
    with pytest.raises(ProblemError) as caught:
        read(site)
    assert "a quantity typed by hand: 'thirty'" in str(caught.value)


def test_a_sources_own_words_may_hold_a_quantity(tmp_path: Path) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    change(site, SOURCES, "It says what a kernel is.", "It says that one to two minutes are reasonable.")
    read(site)


def test_a_follow_up_of_a_mistake_is_not_reported(tmp_path: Path) -> None:
    for file, text in ((SOURCES, "hello\n"), (COMPARISON, "hello\n"), (KERNELS, "# x\n\n{{ x\n")):
        site = smallsite.make(tmp_path / Path(file).stem, lean=True)
        change(site, file, "=", text)
        with pytest.raises(ProblemError) as caught:
            read(site)
        assert [problem.file for problem in caught.value.problems] == [file]


FILES = (KERNELS, CLAIMS, TOML, OUT, SH, RECORD, MACHINE, "docs/data/schema/sources.json")


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_is_not_utf8_is_named_with_its_line(file: str, tmp_path: Path) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    path = site / file
    lines = path.read_bytes().count(b"\n")
    path.write_bytes(path.read_bytes() + b"\n\xe9")
    with pytest.raises(ProblemError) as caught:
        read(site)
    assert f"{file}:{lines + 2}: not UTF-8: the byte 0xe9" in str(caught.value)


@pytest.mark.parametrize("file", FILES)
def test_a_directory_or_a_loop_in_place_of_a_file_is_a_problem(file: str, tmp_path: Path) -> None:
    breaks: tuple[Callable[[Path], None], ...] = (Path.mkdir, lambda path: path.symlink_to(path.name))
    for number, break_ in enumerate(breaks):
        site = smallsite.make(tmp_path / str(number), lean=True)
        (site / file).unlink()
        break_(site / file)
        with pytest.raises(ProblemError, match="remedy: "):
            read(site)


def test_snippets_that_are_gone_are_a_problem(tmp_path: Path) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    (site / "snippets").rename(site / "gone")
    with pytest.raises(ProblemError, match="snippets: the directory is missing"):
        read(site)


def test_links_under_docs_are_refused(tmp_path: Path) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    (site / "docs" / "loop").symlink_to("../docs")
    (site / "docs" / "gone.md").symlink_to("nowhere.md")
    with pytest.raises(ProblemError) as caught:
        read(site)
    assert {(p.file, p.what) for p in caught.value.problems} == {("docs/loop", "a link"), ("docs/gone.md", "a link")}


def test_a_result_lies_where_it_says(tmp_path: Path) -> None:
    site = smallsite.make(tmp_path / "site", lean=True)
    change(site, TOML, '[metrics.size]\ntitle = "Size"\nunit = "B"\n')
    digest = json.loads((site / RECORD).read_text())["host"]["digest"]
    side = {"accelerator": "none", "digest": digest, "metrics": {"size": {"unit": "B", "samples": [10**400]}}}
    result = {"experiment": "section/kernel", "machine": "big", "date": "2026-13-45", "commit": "none", "versions": {}}
    change(site, "docs/data/results/small/x.json", "=", json.dumps(result | {"sides": {"host": side}}))
    with pytest.raises(ProblemError, match="date: '2026-13-45' is not a 'date'"):
        read(site)
    result["date"] = "2026-01-02"
    change(site, "docs/data/results/small/x.json", "=", json.dumps(result | {"sides": {"host": side}}))
    with pytest.raises(ProblemError) as caught:
        read(site)
    for message in ("machine: 'big' lies in", "under another name", "is not finite"):
        assert message in str(caught.value)


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("bash", "bash"),
        ("Bash title='x'", "bash"),
        ("{.bash}", "bash"),
        ("{#x .text .sh}", "sh"),
        ("", ""),
        ("{#x}", ""),
    ],
)
def test_the_language_of_a_fence(info: str, language: str) -> None:
    assert language_of(info) == language


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<script>1</script>", "<script> in the text of a page"),
        ('<iframe srcdoc="x"></iframe>', "<iframe> in the text of a page"),
        ('<p onclick="x()">x</p>', "the attribute onclick of <p>"),
        ('<p style="background:url(https://example.org/x)">x</p>', "a resource from another host"),
        ('<style>@import "https://example.org/x";</style>', "a resource from another host"),
        ('<svg><image href="https://example.org/x"/></svg>', "a resource from another host"),
        ('<svg><use xlink:href="https://example.org/x"/></svg>', "a resource from another host"),
        ('<form action="https://example.org/"></form>', "a resource from another host"),
        ('<meta http-equiv="refresh" content="0">', "a page that redirects to another"),
        ('<a href="javascript:x()">x</a>', "works on one machine only, or runs something"),
        ('<a href="file:///etc/passwd">x</a>', "works on one machine only, or runs something"),
        ('<a href="http://127.0.0.1:8000">x</a>', "works on one machine only, or runs something"),
        ("[x][nope]", "unrendered text"),
        ("text[^1]", "unrendered text"),
        ("<div>x", "<div> is not closed"),
        ("x</div>", "</div> closes nothing"),
        ("<b><i>x</b></i>", "<i> is not closed"),
    ],
)
def test_a_built_page_that_acts_or_is_unbalanced(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(f"<h1>x</h1><article>{text}</article>")
    assert message in "\n".join(built.check(tmp_path))


def test_a_sound_built_page_passes(tmp_path: Path) -> None:
    (tmp_path / "contributing").mkdir()
    text = '<h1>x</h1><article><p>x<br><a href="http://127.0.0.1:8000">x</a><svg><path d="M0"/></svg></p></article>'
    (tmp_path / "contributing" / "index.html").write_text(text)
    assert built.check(tmp_path) == []
