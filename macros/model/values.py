"""The values behind the placeholders of recorded output: which may be kept, and that text and values agree.

A volatile pattern puts a placeholder where a value differs between runs. The recorder keeps the values that it saw of
those patterns that declare `what`, so that pages can show them; a check compares placeholders alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from macros.model.examples import Volatile
from macros.model.recordings import LEAKS, PLACEHOLDER

# What no kept value may hold. A release such as 5.15.90.1-microsoft is no address.
ADDRESS = re.compile(
    r"(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w.-])"  # IPv4
    r"|(?<![\w:])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![\w:])"  # of a network card
    r"|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![\w:])"  # IPv6, in full
    r"|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:)+:(?:[0-9A-Fa-f]{1,4})?|(?<![\w:])::[0-9A-Fa-f]"  # IPv6, shortened
)
HOST = "host-"  # what the placeholder of a value that equals the host's own begins with


@dataclass(frozen=True)
class Normal:
    """A side's regions with placeholders, and the value that each placeholder stands for."""

    texts: dict[str, str]
    values: dict[str, str]


def normal(parts: Mapping[str, str], volatile: Iterable[Volatile], host: Mapping[str, str]) -> Normal:
    """Return the regions with every match of a volatile pattern replaced by its placeholder.

    Equal values get equal placeholders over the whole side, and one that equals the pattern's entry in `host` gets
    `<host-NAME>`. A pattern with a group named `value` replaces that group only. Spaces at the ends of lines are removed.
    """
    patterns = tuple(volatile)
    seen: dict[str, list[str]] = {one.name: [] for one in patterns}
    values: dict[str, str] = {}
    texts = {}
    for region, text in parts.items():
        for one in patterns:

            def placeholder(match: re.Match[str], name: str = one.name) -> str:
                whole = match[0]
                named = "value" in match.re.groupindex
                value = match["value"] if named else whole
                if value == host.get(name):
                    tag = HOST + name
                else:
                    if value not in seen[name]:
                        seen[name].append(value)
                    position = seen[name].index(value)
                    tag = name if position == 0 else f"{name}-{position + 1}"
                values[tag] = value
                start = match.start("value") - match.start() if named else 0
                return f"{whole[:start]}<{tag}>{whole[start + len(value) :]}"

            text = one.pattern.sub(placeholder, text)
        texts[region] = "\n".join(line.rstrip() for line in text.splitlines()) + ("\n" if text.strip() else "")
    return Normal(texts, values)


def declared(tag: str, volatile: Iterable[Volatile]) -> Volatile | None:
    """Return the pattern whose placeholder this is, without its angle brackets."""
    patterns = {one.name: one for one in volatile}
    bare = tag.removeprefix(HOST)
    return next((patterns[name] for name in (bare, re.sub(r"-\d+$", "", bare)) if name in patterns), None)


def kept(values: Mapping[str, str], volatile: Iterable[Volatile]) -> dict[str, str]:
    """Return the values of patterns that declare what their values are."""
    patterns = tuple(volatile)
    return {tag: value for tag, value in values.items() if (one := declared(tag, patterns)) is not None and one.what}


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a recorded text with each placeholder replaced by its value, where that is kept."""
    return PLACEHOLDER.sub(lambda tag: values.get(tag["name"], tag[0]), text)


def unfit_values(texts: Mapping[str, str], values: Mapping[str, str], volatile: Iterable[Volatile]) -> list[str]:
    """Return what is wrong with the values kept of one side, whose regions are `texts`.

    With the values in their places, the patterns must find the same placeholders again: a value that does not look like
    one, or that stands in the wrong place, is found.
    """
    patterns = tuple(volatile)
    found = []
    present = {tag["name"] for text in texts.values() for tag in PLACEHOLDER.finditer(text)}
    for tag, value in sorted(values.items()):
        if tag not in present:
            found.append(f"a value of <{tag}>, which its output does not hold")
        elif (one := declared(tag, patterns)) is None or not one.what:
            found.append(f"a value of <{tag}>, whose pattern does not declare what its values are")
        elif ADDRESS.search(value) or LEAKS.search(value):
            found.append(f"the value of <{tag}> is an address or a directory of the machine: {value}")
    if values and not found:
        host = {tag.removeprefix(HOST): value for tag, value in values.items() if tag.startswith(HOST)}
        again = normal({name: filled(text, values) for name, text in texts.items()}, patterns, host).texts
        found += [
            f"the values kept do not fit the region '{name}'"
            for name, text in texts.items()
            if again[name].rstrip("\n") != text.rstrip("\n")
        ]
    return found
