"""Which accelerator a script gives to QEMU: `$ACCEL`, which the lab's probe found, or software emulation that it declares.

A figure's label comes from the accelerator that the lab probed. A script that named another would pass an emulated
figure off as hardware virtualisation, or the reverse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

EMULATED, PROBED = "tcg", "$ACCEL"
# The side, the platform on which its scripts have runsc run it, and the key of runsc's release among the versions.
GVISOR, PLATFORM, ENGINE = "gvisor", "systrap", "runsc"
PLATFORMS = re.compile(r"(?<![\w-])--?platform(?:=|[ \t]+)(?P<value>[^\s;)]+)")
NAMED = re.compile(
    r"""(?<![\w-])(?:-accel(?:=|[ \t]+|[ \t]*\\\n[ \t]*)|(?:-machine|-M)\b[^\n]*?\baccel=)(?P<value>[^\s,;)]+)"""
)
ENABLED = re.compile(r"(?<![\w-])-enable-kvm\b")


def _without_comments(script: str) -> str:
    return re.sub(r"(?m)(^|[ \t])#.*$", lambda match: " " * len(match[0]), script)


def foreign(script: str, declared: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, mistake and remedy for each accelerator that a script names and may not.

    `declared` is what example.toml says of the side under `accelerator`, "" for nothing.
    """
    text = _without_comments(script)
    for match in NAMED.finditer(text):
        value = match["value"].strip("\"'{}").replace("${ACCEL", PROBED)
        line = text.count("\n", 0, match.start("value")) + 1
        if value == PROBED or (value == EMULATED and declared == EMULATED):
            continue
        if value == EMULATED:
            yield (
                line,
                "software emulation that is not declared",
                'write accelerator = "tcg" for the side in example.toml',
            )
        else:
            yield line, f"an accelerator named by hand: {value}", 'write -accel "$ACCEL", which the lab has probed'
    for match in ENABLED.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield line, "an accelerator named by hand: -enable-kvm", 'write -accel "$ACCEL", which the lab has probed'


def unnamed_platform(script: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, mistake and remedy where a script starts a container of gVisor's and does not name the platform."""
    text = _without_comments(script)
    for match in re.finditer(
        r"(?m)(?<![\w./-])(?:\./)?runsc\s[^\n;|]*\b(?:run|create|do)\b", text.replace("\\\n", "  ")
    ):
        line = text.count("\n", 0, match.start()) + 1
        named = PLATFORMS.search(match[0])
        if named is None or named["value"] != PLATFORM:
            yield line, "gVisor on a platform that the figures do not name", f"write --platform {PLATFORM}"
