"""Finds quantities in prose: a number with its unit, in digits or in words, shares, and numbers above ten in words."""

from __future__ import annotations

import functools
import html
import re

from macros.base.markup import CODE_SPAN

UNIT = (
    r"(?:(?:kilo|mega|giga|tera)(?:bytes?|bits?)|[kKMGT]i?[bB](?:ps)?|B|bytes?|[kKMGT]?bit/s|[kMG]?b/s|[kKMGT]i?B/s|mb|gb"
    r"|(?:nano|micro|milli)seconds?|[num]secs?|[nmuµμ]s|s|secs?|seconds?|minutes?|mins?|hours?|hrs?|h|days?|weeks?"
    r"|%|percent|per[ -]cent|[kMG]?Hz|×|x|times|fold|orders? of magnitude|k?W|watts?|IOPS"
    r"|req/s|(?:requests|operations|transactions) per second)"
)
GAP = r"(?: {0,2}| ?\n *|-)"
VALUE = r"\.?\d[\d,.]*(?:e[+-]?\d+)?"
# A plain "s" on a whole number is a plural (1990s, 12s), no second.
NUMBER = re.compile(
    rf"(?<![\w.§-]){VALUE}(?: ?[-–] ?{VALUE})?(?!(?<=\d)s(?!\w)){GAP}{UNIT}(?![\w/])|(?<![\w.§-])\d+\.\d+s(?!\w)"
)

ONES = "one|two|three|four|five|six|seven|eight|nine|ten"
TENS = (
    r"eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-(?:one|two|three|four|five|six|seven|eight|nine))?"
)
SCALE = "hundred|thousand|million"
# Counted: "a hundred", "ten thousand", "several dozen"; not the idiom "by the thousand".
LARGE = rf"(?:(?:an?|a few|several|{ONES}|{TENS}) (?:{SCALE}|dozen)|{TENS})"
PART = "third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth|twentieth|hundredth|thousandth"
FRACTION = rf"(?:half an?|an? (?:{PART}) of an?|(?:one|two|three|four|nine)(?: |-)(?:{PART})s? of an?)"
UNIT_WORD = (
    r"(?:(?:kilo|mega|giga|tera|kibi|mebi|gibi)(?:bytes?|bits?(?! Ethernet))|bytes?|(?:nano|micro|milli)?seconds?|minutes?"
    r"|hours?|days?|weeks?|per cent|percent|times (?:as|faster|slower|longer|more|less|the)|orders? of magnitude"
    r"|megahertz|gigahertz)"
)
COUNT = rf"(?:{LARGE}|{ONES}|a few|several|a couple of|{FRACTION}|{SCALE}|(?:hundreds|thousands|millions|dozens) of)"
# A number in words is a quantity before a unit, as a share, or where it is larger than ten. A plain "half" or "twice" is
# left alone: a median is defined by halves, and most of the halves on the pages are definitions. So are "one day" and
# "a thousand things", which count nothing.
_WORDS = (
    rf"(?<![\w-])(?!one day\b)(?!(?:an?|one) (?:{SCALE}|dozen) (?:\w+ )?things\b)"
    rf"(?:{COUNT}(?: (?:to|or|and) (?:{COUNT}))?(?: |-){UNIT_WORD}"
    rf"|(?:{ONES}|{LARGE}) (?:in|out of) (?:ten|{LARGE})"
    rf"|(?:an?|one|two|three|four|nine)(?: |-)(?:{PART})s? of"
    rf"|{LARGE})(?![\w-])"
)
WORDS = re.compile(_WORDS.replace(" ", r"(?: |\n *)"), re.IGNORECASE)  # also over the end of a line

# A count without a unit, in digits: of things ("64 containers"), of what was named before, or how many times as much.
BARE = re.compile(
    r"(?<![\w.,§:/#+-])(?!(?:19|20)\d\d\b)(?:\d{1,3}(?:,\d{3})+|\d{2,}(?:\.\d+)?|\d\.\d+)"
    r"(?= (?:(?:more |other |idle |such |[a-z]+ed )?(?!is\b|was\b|has\b|its\b|this\b|as\b|plus\b|series\b)[a-z]{2,}s\b"
    r"|of (?:them|those|these|which)\b|as (?:much|many|long|fast|large|slow)\b|were\b|fit\b|fail(?:ed)?\b))"
)

NAMED = re.compile(  # before a number that is part of a name: Debian 12
    r"(?!\b(?:With|In|At|Of|On|For|After|The|These|Those|Some|All|Each|Only|About|Over|From|To|A|An|And|But|Its|By)\b)\b[A-Z]\w* $"
)

SPACES = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000\t]")
NO_PROSE = re.compile(r"\{\{.*?\}\}|<!--.*?-->|\]\([^)]*\)|<https?:[^>]*>|\{[:#.][^}]*\}")
TAG = re.compile(r"</?[A-Za-z][^>]*>")


@functools.lru_cache(maxsize=4096)  # a process that reads a tree again finds nearly every text unchanged
def quantities(text: str) -> tuple[re.Match[str], ...]:
    """Return the quantities in a text, in digits and in words, in their order.

    A quantity may run over the end of a line. Where two overlap ("100 thousand seconds"), the first stands for both.
    """
    found: list[re.Match[str]] = []
    bare = [match for match in BARE.finditer(text) if not NAMED.search(text, 0, match.start())]
    for match in sorted([*NUMBER.finditer(text), *WORDS.finditer(text), *bare], key=lambda match: match.start()):
        if not found or match.start() >= found[-1].end():
            found.append(match)
    return tuple(found)


def plain_prose(line: str) -> str:
    """Return a line of prose as a reader sees it: no markup, macro calls, addresses or code.

    Code that is nothing but a number and its unit stays.
    """

    def code(match: re.Match[str]) -> str:
        return match["code"] if NUMBER.fullmatch(match["code"].strip()) else " … "

    line = SPACES.sub(" ", html.unescape(NO_PROSE.sub(" … ", TAG.sub("", CODE_SPAN.sub(code, line)))))
    return re.sub(r"[*_`~]", "", line).rstrip()
