"""Finds quantities in prose: a number with its unit."""

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
