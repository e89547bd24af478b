"""What network a script gives to what it starts, and whether that is one that nobody else can reach.

Internal are: `--network none`, a network that the script made with `--internal`, QEMU without a network card, a card
with `restrict=on`, and a cable between two QEMU processes. Everything else needs a reason, the key `network` of
`example.toml`; a port that is published on more than 127.0.0.1 is refused whatever the reason.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

DOCKER = re.compile(r"""\bdocker["',\s\\]+(?:container["',\s\\]+)?(?P<verb>run|create)\b""")
NETWORK = re.compile(r"\bdocker\s+network\s+(?P<verb>create|connect)\b")
QEMU = re.compile(r"\bqemu-system-[a-z0-9_]+(?=\s)")
FORWARD = re.compile(r"hostfwd=(?:tcp|udp)?:(?P<host>[^:,\s\"']*):")
LISTENS = re.compile(r"\btcp:(?!127\.0\.0\.1:|\[::1\]:)")
LISTENERS = {"-monitor", "-qmp", "-serial", "-incoming", "-gdb"}  # options of QEMU whose value may name a TCP port
LOOPBACK = re.compile(r"^(?:127\.0\.0\.1|\[::1\]):")
# Options of docker run that take no value; every other one does.
SWITCHES = re.compile(
    r"^(?:-[ditq]+|--(?:rm|detach|interactive|tty|init|read-only|privileged|no-healthcheck|sig-proxy|oom-kill-disable|quiet))$"
)
QUIET = "--network none, or a network made with --internal"
REASON = 'say why in example.toml: network = "…"'
# Kinds of -netdev that are a cable between processes of this host, if their ends lie on it.
CABLES = {"socket", "stream", "dgram"}


@dataclass(frozen=True, order=True)
class Finding:
    """A network that is not internal: the line, what it is, what to write instead, and whether a reason excuses it."""

    line: int
    what: str
    remedy: str
    excusable: bool = True


def words(text: str, start: int, end: str = "\n;&|)<>") -> list[str]:
    """Return the words of the shell command that begins at `start`, without quotes and without a list's commas.

    It ends at an unquoted character of `end`. What is quoted is one word; a line may continue after a backslash.
    """
    lexer = shlex.shlex(text[start:].replace("\\\n", " "), posix=True, punctuation_chars=end)
    lexer.whitespace = "".join(character for character in " \t\n" if character not in end)
    lexer.whitespace_split = True
    lexer.commenters = ""
    found: list[str] = []
    try:
        for word in lexer:
            if word and set(word) <= set(end):
                break
            found.append(word.strip(",]"))
    except ValueError:  # a quote that the text does not close: the words before it are still returned
        pass
    return found


def _commands(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Yield line, verb and words of each command of a script that begins with the pattern; comments are skipped."""
    for match in pattern.finditer(text):
        before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if re.search(r"(?:^|\s)#", before):
            continue
        array = re.search(r"=\(\s*$", before)  # of bash: its words continue over the line's end
        given = words(text, match.end(), ")") if array else words(text, match.end())
        yield text.count("\n", 0, match.start()) + 1, match.groupdict().get("verb") or "", given


def _options(given: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the options of a docker run, each with its value or "", up to the image."""
    rest = iter(given)
    for word in rest:
        if not word.startswith("-"):
            return
        name, equals, value = word.partition("=")
        if not equals and not SWITCHES.fullmatch(word):
            value = next(rest, "")
        yield name, value


def _run(line: int, given: list[str], made: set[str]) -> Iterator[Finding]:
    networks: list[str] = []
    for name, value in _options(given):
        if name in {"--network", "--net"}:
            networks.append(value)
        elif name in {"-P", "--publish-all"}:
            yield Finding(
                line,
                f"{name} publishes every port to the whole network",
                "publish one: -p 127.0.0.1::PORT",
                excusable=False,
            )
        elif name in {"-p", "--publish"}:
            if LOOPBACK.match(value):
                yield Finding(
                    line, "a port published on 127.0.0.1", f"ask from a container on the same network; or {REASON}"
                )
            else:
                yield Finding(
                    line,
                    f"the port {value} is published to the whole network",
                    "publish it as 127.0.0.1::PORT",
                    excusable=False,
                )
    for network in networks or [""]:  # given twice, it is in both
        if network in {"", "bridge", "default"}:
            yield Finding(line, "a container on Docker's default bridge", f"{QUIET}; or {REASON}")
        elif network == "host":
            yield Finding(line, "a container in the host's network", f"{QUIET}; or {REASON}")
        elif (
            network != "none"
            and not network.startswith("container:")
            and network not in made
            and not ("$" in network and made)
        ):
            yield Finding(
                line, f"a container on the network {network}, which this script does not make", f"{QUIET}; or {REASON}"
            )


def _netdev(line: int, value: str, text: str) -> Iterator[Finding]:
    kind = value.partition(",")[0]
    if kind == "user":
        # The options may stand in a variable of the script.
        if "restrict=on" not in value and not ("$" in value and "restrict=on" in text):
            yield Finding(line, "user networking that reaches the host and beyond", f"add restrict=on; or {REASON}")
    elif kind in CABLES:
        if not re.search(r"=127\.0\.0\.1:|host=127\.0\.0\.1\b|type=unix\b", value):
            yield Finding(
                line,
                f"a cable ({kind}) that does not end on 127.0.0.1 or in a Unix socket",
                "name 127.0.0.1, or addr.type=unix",
                excusable=False,
            )
    elif kind not in {"none", "hubport"}:
        yield Finding(
            line,
            f"a network card on a {kind} of the host",
            f"use a user network with restrict=on, or a cable; or {REASON}",
        )


def _qemu(line: int, given: list[str], text: str) -> Iterator[Finding]:
    if not any(word.startswith("-") for word in given) or {"--version", "-version", "--help", "-h"} & set(given):
        return
    options = list(zip(given, [*given[1:], ""], strict=True))
    cards = [value for name, value in options if name in {"-netdev", "-nic", "-net"}]
    if not cards and "-nodefaults" not in given:
        yield Finding(
            line,
            "QEMU adds a network card of its own, which reaches the host and beyond",
            f"add -nodefaults, or -nic none; or {REASON}",
        )
    for value in cards:
        yield from _netdev(line, value, text)
    for name, value in options:
        if name in LISTENERS and LISTENS.search(value):
            yield Finding(
                line,
                f"QEMU listens beyond this host: {name} {value}",
                "write tcp:127.0.0.1:PORT, or unix:PATH",
                excusable=False,
            )


def findings(text: str) -> list[Finding]:
    """Return every network of a script that is not internal, in the order of its lines."""
    found: list[Finding] = []
    made = set[str]()
    for line, verb, given in _commands(NETWORK, text):
        if verb == "create":
            made.add(given[-1] if given else "")
            if "--internal" not in given:
                found.append(Finding(line, "a network with access to the outside", f"add --internal; or {REASON}"))
        elif {"bridge", "host"} & set(given[:1]):
            found.append(Finding(line, f"a container connected to the network {given[0]}", f"{QUIET}; or {REASON}"))
    for line, _, given in _commands(DOCKER, text):
        found += _run(line, given, made)
    for line, _, given in _commands(QEMU, text):
        found += _qemu(line, given, text)
    for match in FORWARD.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match["host"] in {"127.0.0.1", "[::1]"}:
            found.append(
                Finding(
                    line,
                    "a port of the guest published on 127.0.0.1",
                    f"ask from a guest on the same network; or {REASON}",
                )
            )
        else:
            found.append(
                Finding(
                    line,
                    "a port of the guest published to the whole network",
                    "write hostfwd=tcp:127.0.0.1:PORT-:PORT",
                    excusable=False,
                )
            )
    return sorted(set(found))
