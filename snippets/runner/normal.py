"""Turns what was printed into what is recorded: volatile values become placeholders, leaks are refused."""

from __future__ import annotations

import getpass
import os
import platform
import re
import subprocess
import tempfile
from pathlib import Path

from macros.model.examples import Example
from macros.model.recordings import LEAKS

from .paths import ROOT, STATE


def normalise(parts: dict[str, str], example: Example, side: str = "host") -> dict[str, str]:
    """Return the regions with every match of a volatile pattern replaced by its placeholder.

    Equal values get equal placeholders over the whole side. A pattern with a group named `value` replaces
    that group only.
    """
    host = {v.name: _host_value(v.host) for v in example.volatile if v.host}
    seen: dict[str, list[str]] = {v.name: [] for v in example.volatile}
    out = {}
    for region, text in parts.items():
        for volatile in example.volatile:

            def placeholder(match: re.Match[str], name: str = volatile.name) -> str:
                whole = match[0]
                value = match["value"] if "value" in match.re.groupindex else whole
                if value == host.get(name):
                    tag = f"<host-{name}>"
                else:
                    values = seen[name]
                    if value not in values:
                        values.append(value)
                    position = values.index(value)
                    tag = f"<{name}>" if position == 0 else f"<{name}-{position + 1}>"
                if value is whole:
                    return tag
                start = match.start("value") - match.start()
                return whole[:start] + tag + whole[start + len(value) :]

            text = volatile.pattern.sub(placeholder, text)
        out[region] = "\n".join(line.rstrip() for line in text.splitlines()) + ("\n" if text.strip() else "")
    return out


def _host_value(command: str) -> str:
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    return done.stdout.strip()


def leaks(text: str) -> list[tuple[int, str]]:
    """Return line number and text of everything in `text` that names this machine or one of its directories."""
    here = {str(ROOT), str(STATE), str(Path.home()), tempfile.gettempdir() + "/"} - {"/", "//"}
    names = {platform.node(), getpass.getuser()} - {"", "root", "localhost"}
    words = {name for name in names if len(name) > 3}
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        hits = [
            path
            for path in here
            if re.search(re.escape(path) + r"(?![\w-])" if not path.endswith("/") else re.escape(path), line)
        ]
        hits += [word for word in words if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", line)]
        hits += [match[0] for match in LEAKS.finditer(line)]
        found += [(number, hit) for hit in dict.fromkeys(hits)]
    return found


def short(path: Path) -> str:
    """Return a path as messages show it: relative to the project."""
    return os.path.relpath(path, ROOT)
