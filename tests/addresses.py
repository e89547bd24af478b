"""Asks each source whether it is still at its address: `make addresses`. The only check that asks the network.

An answer that refuses programs (401, 403, 405, 429) or a server that fails or is slow says nothing about the address, so
it is counted and not refused. A page that is gone, and a host that is not there any more, are told as other mistakes are.
"""

from __future__ import annotations

import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from macros.base.problems import ROOT, Problem, told
from macros.base.schemas import read_yaml

FILE = "docs/data/sources.yml"
PATIENCE = 30.0  # seconds for each answer
AGENT = "Mozilla/5.0 (compatible; address check of a static site)"
GONE = {404, 410}
REMEDY = "read the source where it is now, and correct its url; or cite another, if it is gone"


@dataclass(frozen=True)
class Answer:
    """What an address answered: "there", "gone" or "silent", and in which words."""

    key: str
    url: str
    state: str
    words: str


def ask(key: str, url: str, patience: float = PATIENCE) -> Answer:
    """Ask one address; nothing of the page is read."""
    request = urllib.request.Request(url, headers={"User-Agent": AGENT, "Accept": "*/*"})
    try:
        with urllib.request.urlopen(request, timeout=patience) as reply:
            return Answer(key, url, "there", str(reply.status))
    except urllib.error.HTTPError as error:
        error.close()
        return Answer(key, url, "gone" if error.code in GONE else "silent", f"answers {error.code}")
    except urllib.error.URLError as error:
        unknown = isinstance(error.reason, socket.gaierror) and error.reason.errno == socket.EAI_NONAME
        return Answer(key, url, "gone" if unknown else "silent", f"does not answer: {error.reason}")
    except (OSError, ValueError) as error:
        return Answer(key, url, "silent", f"does not answer: {error}")


def ask_all(addresses: Mapping[str, str], patience: float = PATIENCE) -> list[Answer]:
    """Ask every address; one that seems gone is asked once more."""

    def twice(one: tuple[str, str]) -> Answer:
        first = ask(*one, patience)
        return first if first.state == "there" else ask(*one, patience)

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(twice, addresses.items()))


def addresses(root: Path) -> dict[str, str]:
    """Return the address of each source; a document's part after # is not asked for."""
    content: dict[str, Any] = read_yaml(root / FILE, root)[0]
    return {key: str(source["url"]).partition("#")[0] for key, source in content.items()}


def problems(answers: Iterable[Answer], root: Path) -> list[Problem]:
    """Return a problem for each address that is gone."""
    lines = (root / FILE).read_text("utf-8").split("\n")
    found = []
    for one in answers:
        if one.state == "gone":
            line = next((n for n, text in enumerate(lines, 1) if one.url in text), 0)
            found.append(Problem(FILE, line, f"the source '{one.key}' {one.words}: {one.url}", REMEDY))
    return found


def main(root: Path = ROOT, patience: float = PATIENCE) -> int:
    """Ask, print what is gone and what was silent, and return the exit code: 1 where something is gone."""
    answers = ask_all(addresses(root), patience)
    silent = [one for one in answers if one.state == "silent"]
    for one in silent:
        print(f"not known: {one.key} {one.words}: {one.url}")
    found = problems(answers, root)
    if found:
        print(told(found), file=sys.stderr)
    there = sum(one.state == "there" for one in answers)
    print(f"addresses: {there} of {len(answers)} sources are there, {len(silent)} did not say, {len(found)} are gone")
    return 1 if found or not there else 0


if __name__ == "__main__":
    sys.exit(main())
