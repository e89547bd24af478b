"""Finds quantities in prose: a number with its unit, in digits or in words, and large numbers in words."""

from __future__ import annotations

import re

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
LARGE = (
    r"(?:eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\w+)?"
    r"|(?:a |two |three )?hundreds?|(?:a |two |three )?thousands?|(?:a )?millions?|(?:a )?dozens?)"
)
PART = r"(?:half an?|(?:a|one) quarter of an?|(?:a|one|two) thirds? of an?|an? (?:third|fourth|fifth|sixth|eighth|tenth|hundredth) of an?)"
UNIT_WORD = (
    r"(?:(?:kilo|mega|giga|tera|kibi|mebi|gibi)(?:bytes?|bits?)|bytes?|(?:nano|micro|milli)?seconds?|minutes?|hours?"
    r"|days?|weeks?|per cent|percent|times as|orders? of magnitude|megahertz|gigahertz)"
)
# A number in words is a quantity before a unit, as a share of ten or more, or where it is larger than ten.
WORDS = re.compile(
    rf"(?<![\w-])(?:(?:(?:{ONES}|{LARGE}|a few|several|a couple of|{PART})(?: (?:to|or|and) (?:{ONES}|{LARGE}))?[ -]{UNIT_WORD}(?! of the (?:day|week)))"
    rf"|(?:{ONES}|{LARGE}) (?:in|out of) (?:ten|a? ?{LARGE})"
    rf"|{LARGE})(?![\w-])",
    re.IGNORECASE,
)


def quantities(text: str) -> list[re.Match[str]]:
    """Return the quantities in a text, in digits and in words, in the order in which they stand."""
    return sorted([*NUMBER.finditer(text), *WORDS.finditer(text)], key=lambda match: match.start())
