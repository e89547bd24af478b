"""What is taken out of the theme's style sheets is what nothing in the site can use, and nothing else."""

from __future__ import annotations

import gzip
import re
from importlib.resources import files
from pathlib import Path

import pytest

from macros.pages.styles import SHEETS, parted, referred, slim, statements, vocabulary, without_unused

THEME = Path(str(files("material"))) / "templates"
WORDS = {"used", "md-top", "white", "made-"}


@pytest.mark.parametrize(
    ("css", "left"),
    [
        (".used{a:b}.unused{c:d}", ".used{a:b}"),
        (".used,.unused .used,p{a:b}", ".used,p{a:b}"),
        (".md-top:not(.unused)>a{a:b}", ".md-top:not(.unused)>a{a:b}"),
        (":is(.unused,.used){a:b}", ":is(.unused,.used){a:b}"),
        ("@media print{.unused{a:b}}", ""),
        ("@media print{.unused{a:b}p{c:d}}", "@media print{p{c:d}}"),
        ('@charset "UTF-8";p{a:b}', '@charset "UTF-8";p{a:b}'),
        ("@keyframes x{0%{a:b}to{a:c}}", "@keyframes x{0%{a:b}to{a:c}}"),
        ('p{a:url("data:image/svg+xml,<style>.x{}</style>;")}', 'p{a:url("data:image/svg+xml,<style>.x{}</style>;")}'),
        (".made-up{a:b}", ".made-up{a:b}"),
        ("[data-md-color-accent=red]{a:b}[data-md-color-primary=white]{c:d}", "[data-md-color-primary=white]{c:d}"),
        ('a[href$=".unused"]{a:b}', 'a[href$=".unused"]{a:b}'),
        ("/* .used{} */.unused{a:b}p{c:d}", "p{c:d}"),
    ],
)
def test_a_rule_goes_if_no_selector_of_it_can_match(css: str, left: str) -> None:
    assert slim(css, WORDS) == left


def test_a_property_goes_if_nothing_refers_to_it() -> None:
    css = ":root{--a:url('x;y');--b:1px;--c:2px;color:red}@media print{p{--d:3px}}p{margin:var(--b)}"
    assert without_unused(css, referred("q{top:var(--c)} set('--d')", quoted=True)) == (
        ":root{--b:1px;--c:2px;color:red}@media print{p{--d:3px}}p{margin:var(--b)}"
    )


def test_a_text_is_parted_outside_of_strings_and_brackets() -> None:
    assert parted("a:is(b,c),[d=',']>e,f", ",") == ["a:is(b,c)", "[d=',']>e", "f"]


def test_words_are_those_of_classes_and_of_scripts() -> None:
    page = '<p class="one two" data-x="&lt;i class=&quot;three&quot;&gt;">four</p><script>var five = "six-"</script>'
    assert vocabulary([page], ["go('md-seven')"]) == {"one", "two", "three", "var", "five", "six-", "go", "md-seven"}
    assert vocabulary([], ["all('.tabbed-set')"]) == {"all"}, "the theme's script makes no tabs"
    assert "tabbed-set" in vocabulary(['<div class="tabbed-set">'], ["all('.tabbed-set')"])


def test_what_pages_and_scripts_name_is_still_styled(site: Path) -> None:
    """Each class of each built page that the theme styles; the sheets are whole, and a quarter smaller."""
    pages = [path.read_text("utf-8") for path in site.rglob("*.html")]
    given = {word for text in pages for one in re.findall(r'class="([^"]*)"', text) for word in one.split()}
    scripts = " ".join(path.read_text("utf-8") for path in (site / "assets").rglob("*.js"))
    sheets = list(site.glob(SHEETS))
    assert sheets
    before = after = 0
    for path in sheets:
        whole, left = (THEME / "assets" / "stylesheets" / path.name).read_text("utf-8"), path.read_text("utf-8")
        before, after = before + len(gzip.compress(whole.encode())), after + len(gzip.compress(left.encode()))
        assert left.count("{") == left.count("}")
        assert list(statements(left))
        for name in given:
            if f".{name}{{" in whole or f".{name}:" in whole:
                assert f".{name}" in left, name
        for name in set(
            re.findall(r"\.(md-search[\w-]*|md-dialog[\w-]*|md-clipboard[\w-]*|md-top|md-code[\w-]*)", whole)
        ):
            assert name not in scripts or f".{name}" in left, name
    assert after < 0.75 * before
