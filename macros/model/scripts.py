"""What a script may not do: give a container or a VM more of the host than it declares, or lack the contract's form.

The options are read wherever they stand in a script, since some are collected in arrays before `docker run` gets them:
what counts is what the container would have. `example.toml` lists under `gives` what goes beyond a container's usual
restraints; what is in neither direction is refused, and some things are refused whatever is declared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from macros.model.regions import Region

Mistake = tuple[int, str, str]
"""A line, what is wrong there, and the remedy."""
WIDTH = 80  # the most characters of a line that readers see
SHEBANG, STOPS = "#!/usr/bin/env bash\n", "\nset -euo pipefail\n"
PRELUDE = 'source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"'
OPTION = re.compile(
    r"""(?<![\w-])(?P<name>--(?:privileged|volume|mount|device|cap-add|pid|ipc|uts|userns|cgroupns|security-opt"""
    r"""|device-cgroup-rule|volumes-from|cgroup-parent|gpus)|-v|-virtfs|-drive|-blockdev|-device)"""
    r"""(?![\w-])(?:(?:=|[ \t]+(?:\\\n[ \t]*)?)(?P<value>"[^"\n]*"|'[^'\n]*'|[^\s;&|()]+))?"""
)
NAMESPACES = {"--pid", "--ipc", "--uts", "--userns", "--cgroupns"}
OURS = re.compile(r"\$\{?(?:WORK|HERE|PWD|RUN|CVM_LAB)\b")  # directories that a run makes, or that are the project's
# Directories of the host that hold only what any system has, fit to be shown read-only.
PLAIN = {"/usr", "/lib", "/lib64", "/bin", "/sbin"}
NEVER_MOUNTED = re.compile(
    r"(?:/|/(?:etc|root|home|boot|dev|proc|var|run|srv|mnt|media|opt|tmp)(?:/.*)?|~.*|\$\{?HOME\b.*)"
)
SOCKET = re.compile(r"(?:/var)?/run/docker\.sock")
NEVER_ADDED = {"ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "SYS_BOOT", "MAC_ADMIN"}
DEVICES = {"/dev/kvm"}
LESS = "give it a directory of $WORK or $HERE, or what it needs of it with :ro"


def _volume(value: str) -> tuple[str, bool] | None:
    """Return what of the host a `-v` shows and whether it can be written; None for a volume, or for no mount at all."""
    parts = value.split(":")
    if len(parts) < 2 or not parts[1].startswith(("/", "$")) or "=" in parts[0]:
        return None
    return parts[0], "ro" not in parts[2:]


def _bind(value: str) -> tuple[str, bool] | None:
    """Return what of the host a `--mount` shows and whether it can be written; None for anything but a bind."""
    given = dict(part.partition("=")[::2] for part in value.split(","))
    if given.get("type") != "bind":
        return None
    return given.get("src", given.get("source", "")), not {"readonly", "ro"} & set(given)


def _shown(source: str, written: bool, script: str) -> tuple[str, str, str]:
    """Return what a mount gives ("" for nothing of note), what is never given, and its remedy."""
    if (name := re.fullmatch(r"\$\{?(\w+)\}?", source)) and (set_ := re.search(rf"(?m)^\s*{name[1]}=(\S+)$", script)):
        source = set_[1].strip("\"'")
    if SOCKET.fullmatch(source):
        return f"-v {source}", "", ""
    if NEVER_MOUNTED.fullmatch(source):
        return "", f"{source} of the host in a container", LESS
    if OURS.match(source) or not source.startswith(("/", "$")):
        return "", "", ""  # a directory of the run, or a volume
    plain = source in PLAIN or source.startswith("$")
    return ("", "", "") if plain and not written else (f"-v {source}", "", "")


def _given(name: str, value: str, script: str) -> tuple[str, str, str]:
    """Return what an option gives beyond the usual, as `example.toml` lists it, or what is never given and the remedy."""
    if name == "--privileged":
        return "", "--privileged: all of the host's devices and capabilities", "name the one capability that it needs"
    if name in {"-v", "--volume", "--mount"}:
        found = _bind(value) if name == "--mount" else _volume(value)
        return _shown(*found, script) if found else ("", "", "")
    if name in NAMESPACES:
        return (f"{name} {value}", "", "") if value == "host" else ("", "", "")
    if name == "--cap-add":
        added = value.upper().removeprefix("CAP_")
        if added in NEVER_ADDED:
            return "", f"{name} {value}: as good as root on the host", "name a narrower capability"
        return f"{name} {added}", "", ""
    if name == "--security-opt":
        return (f"{name} {value}", "", "") if re.search(r"unconfined|disable|=false", value) else ("", "", "")
    if name == "--device":
        if value.partition(":")[0] not in DEVICES:
            return "", f"the host's device {value}", f"one of: {', '.join(sorted(DEVICES))}"
        return f"{name} {value}", "", ""
    if name in {"-virtfs", "-drive", "-blockdev", "-device"}:
        host = re.search(r"(?:path|file|filename|host)=(/[^,]*)", value)
        if (host and NEVER_MOUNTED.fullmatch(host[1])) or value.startswith("vfio"):
            return "", f"{host[1] if host else value} of the host in a guest", "give it a file of $WORK"
        return "", "", ""
    return ("", "", "") if "$RUN" in value else (f"{name} {value}", "", "")


def gives(script: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield, for each option that gives something of note: its line, what is declared, or what is refused, and the remedy."""
    text = re.sub(r"(?m)(^|[ \t])#.*$", lambda match: " " * len(match[0]), script)
    for match in OPTION.finditer(text):
        given, never, remedy = _given(match["name"], (match["value"] or "").strip("\"'"), text)
        if given or never:
            yield text.count("\n", 0, match.start()) + 1, given, never, remedy


def overreach(script: str, declared: Iterable[str], seen: set[str]) -> Iterator[Mistake]:
    """Yield what a script gives and does not declare, or may not give at all; add to `seen` what is declared and given."""
    known = set(declared)
    for line, given, never, remedy in gives(script):
        if never:
            yield line, f"a script gives {never}", remedy
        elif given in known:
            seen.add(given)
        else:
            yield (
                line,
                f"a script gives a container more than usual: {given}",
                f'declare it in example.toml: gives = ["{given}"]',
            )


def misshapen(script: str, shown: Iterable[Region], *, prelude: bool) -> Iterator[Mistake]:
    """Yield what a script lacks of the contract's form; `prelude` says whether there is one to be sourced."""
    if not script.startswith(SHEBANG):
        yield 1, "a script that does not begin as all do", f"begin with {SHEBANG.strip()}"
    if STOPS not in script:
        yield 2, "a script that does not stop at its first failure", f"add: {STOPS.strip()}"
    if prelude and PRELUDE not in script:
        yield 3, "a script that does not source the lab's prelude", f"add: {PRELUDE}"
    for region in shown:
        for number, line in enumerate(region.text.split("\n"), region.line):
            if len(line) > WIDTH:
                yield (
                    number,
                    f"readers see a line of {len(line)} characters",
                    f"at most {WIDTH}: continue it after a backslash",
                )
