"""Turns what was printed into what is recorded: volatile values become placeholders, leaks are refused."""

from __future__ import annotations

import functools
import getpass
import os
import platform
import re
import subprocess
import tempfile
from pathlib import Path

from macros.model.examples import OWN_KERNEL, Example
from macros.model.recordings import LEAKS
from macros.model.values import Normal, normal

from .paths import ROOT, SNIPPETS, STATE


def seen(parts: dict[str, str], example: Example, side: str = "host") -> Normal:
    """Return the regions of a side with placeholders, and the values that those stand for.

    The value of a side with a kernel of its own is its own, even if it equals the host's by chance.
    """
    host = {v.name: _host_value(v.host) for v in example.volatile if v.host and side not in OWN_KERNEL}
    return normal(parts, example.volatile, host)


def normalise(parts: dict[str, str], example: Example, side: str = "host") -> dict[str, str]:
    """Return the regions with every match of a volatile pattern replaced by its placeholder."""
    return seen(parts, example, side).texts


def _host_value(command: str) -> str:
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    return done.stdout.strip()


# Where a word can only be the name of a user or of a host; NAME stands for it. Neither the group of a file nor the
# further groups of a user are among them: there, `docker` is the group that Docker makes.
WORD = r"(?<![\w-])NAME(?![\w-])"
TELLING = (
    r"(?<![\w.-])[\w.-]+@NAME(?![\w-])",  # user@host, as in a prompt
    r"(?<![\w.-])NAME@(?!sha256:)[\w-]",
    r"^\[?NAME(?: |:)[~/]\S*\]?[#$](?: |$)",  # a prompt without a user
    r"~NAME(?![\w-])",
    r"/(?:home|Users|media|var/mail|var/spool/mail|var/spool/cron/crontabs)/NAME(?![\w-])",
    r"(?i:host[ _-]?name|node[ _-]?name|machine[ _-]?name|user[ _-]?name|log[ _-]?name|login|user)"
    r"[\"']?\s*[:=]\s*[\"']?NAME[\"']?\s*(?:[,;}]|$)",
    r"\bLinux NAME \d+\.\d+",  # uname -a
    r"\b[ug]id=\d+\(NAME\)",  # id
    r"^[-bcdlps][-rwxsStT]{9}[.+@]?\s+\d+\s+NAME\s",  # ls -l
    r"^NAME\s+\d+\s+\d+\.\d\s",  # ps aux
    r"^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\S+) NAME \S+:",  # a system log
    r"^\s*127\.0\.1\.1\s(?:.*\s)?NAME(?![\w-])",  # Debian's /etc/hosts
)


@functools.cache
def own_words() -> frozenset[str]:
    """Return the words that the project writes itself, in its scripts and on its pages, in lower case.

    What was recorded is not among them: a leak there must not excuse itself.
    """
    written = [*SNIPPETS.rglob("*.sh"), *SNIPPETS.rglob("example.toml"), *(ROOT / "docs").rglob("*.md")]
    texts = (path.read_text("utf-8", "replace").lower() for path in written if path.is_file())
    return frozenset(word for text in texts for word in re.findall(r"[a-z0-9]+(?:[_-][a-z0-9]+)*", text))


def names() -> set[str]:
    """Return the names of this user and of this host, the host's also without its domain."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user without an entry in the password file
        user = ""
    host = platform.node()
    return {user, host, host.partition(".")[0]} - {"", "root", "localhost", "localhost.localdomain"}


@functools.cache
def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns by which an occurrence of this user's or host's name is a leak; see `leaks`."""
    anywhere = len(name) > 3 and name.lower() not in own_words()
    return tuple(
        re.compile(pattern.replace("NAME", re.escape(name))) for pattern in (*((WORD,) if anywhere else ()), *TELLING)
    )


def leaks(text: str) -> list[tuple[int, str]]:
    """Return line number and text of everything in `text` that names this machine or one of its directories.

    The name of a host or user may be an ordinary word, such as `docker`, `server` or `kernel`, which the examples
    print for reasons of their own. A name is therefore compared in two ways:

    - In a telling place (TELLING: user@host, a home directory, `hostname: X`, a prompt, `uname -a`), it is a leak
      whatever it is.
    - Elsewhere it is a leak unless the project itself writes the word, in its scripts or on its pages: there, nobody
      can tell the name from the word, and so the word gives nothing away. A name of up to three letters is not
      compared elsewhere either, since it occurs by chance.
    """
    here = {str(ROOT), str(STATE), str(Path.home()), tempfile.gettempdir() + "/"} - {"/", "//"}
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        hits = [
            path
            for path in here
            if re.search(re.escape(path) + r"(?![\w-])" if not path.endswith("/") else re.escape(path), line)
        ]
        hits += [name for name in sorted(names()) if any(pattern.search(line) for pattern in _patterns(name))]
        hits += [match[0] for match in LEAKS.finditer(line)]
        found += [(number, hit) for hit in dict.fromkeys(hits)]
    return found


def short(path: Path) -> str:
    """Return a path as messages show it: relative to the project."""
    return os.path.relpath(path, ROOT)
