"""Filters without a script: classes, buttons, and that site.css has a rule for each."""

from __future__ import annotations

import re

import pytest

from macros.render.filters import FACETS, MOST, Facet, bar, filtered, marks
from snippets.runner.paths import ROOT

FACETS_ = [Facet("Verdict", ("holds", "false", "outdated")), Facet("Section", ("one & two", "three"))]
ENTRIES = [(["holds"], ["one & two"]), (["false"], ["one & two", "three"])]


def test_an_entry_carries_a_class_for_each_of_its_values() -> None:
    assert marks(FACETS_, ENTRIES[0]) == "filter__item fa1 fb1"
    assert marks(FACETS_, ENTRIES[1]) == "filter__item fa2 fb1 fb2"


def test_a_value_that_is_not_listed_is_refused() -> None:
    with pytest.raises(ValueError, match="Verdict: no value maybe"):
        marks(FACETS_, (["maybe"], ["three"]))


def test_buttons_name_their_values_and_count() -> None:
    text = bar("claims", FACETS_, ENTRIES)
    assert text.count("<fieldset>") == text.count("<legend>") == 2
    assert "> All <small>(2)</small>" in text
    assert "> Holds <small>(1)</small>" in text
    assert "> One &amp; two <small>(2)</small>" in text
    assert "Outdated" not in text, "a value that no entry has is not offered"
    assert text.count(" checked>") == 2, "at first each facet shows all"
    assert set(re.findall(r'name="([^"]+)"', text)) == {"claims-a", "claims-b"}
    assert "\n" not in text


def test_more_than_there_are_rules_for_is_refused() -> None:
    many = Facet("Many", tuple(map(str, range(MOST + 1))))
    with pytest.raises(ValueError, match="at most 3 facets"):
        bar("x", [many], [])
    with pytest.raises(ValueError, match="at most 3 facets"):
        bar("x", [Facet("One", ("1",))] * 4, [])


def test_the_style_sheet_has_a_rule_for_every_class_and_hides_nothing_without_has() -> None:
    css = (ROOT / "docs" / "assets" / "css" / "site.css").read_text("utf-8")
    start = css.index("@supports selector(:has(a))")
    for letter in FACETS:
        for number in range(1, MOST + 1):
            rule = f".filter:has(input.f{letter}{number}:checked) .filter__item:not(.f{letter}{number}, :target, :has(:target))"
            assert css.index(rule) > start
    assert "filter__item" not in css[:start]


def test_the_list_stands_in_one_block_with_its_buttons() -> None:
    text = filtered("x", FACETS_, ENTRIES, "BODY")
    assert text.startswith('<div class="filter" markdown="1">\n\n<div class="filter__bar"')
    assert "\n\nBODY\n\n" in text
