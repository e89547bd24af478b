"""Draws the site's identity from its two marks: logo, favicon and social card. `python -m macros.render.identity` writes them."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

from macros.base.problems import ROOT
from macros.render import templates

_svg = templates.of("identity.svg.j2")
# Those of docs/assets/css/identity.css, where a style sheet cannot reach: a favicon and an image stand by themselves.
COLOURS = {
    "container": "#00695c",
    "container_dark": "#80cbc4",
    "vm": "#303f9f",
    "vm_dark": "#a9b4ff",
    "ink": "#181b22",
    "pale": "#565d69",
}
TITLE = ("Containers and", "virtual machines,", "tested")
SAYS = ("Every claim is a test that ran,", "or a citation that can be followed.")
CARD = Path("docs/assets/card.png")
DRAWN_FROM = b"Source"  # the keyword of the PNG's text that holds the digest of what it was drawn from
SIZE = (1200, 630)  # pixels, as the sites that show cards ask for
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def drawings() -> dict[Path, str]:
    """Return each drawing under its path in the project. The card's own drawing is published beside its picture."""
    return {
        Path("theme/.icons/cvm/marks.svg"): _line(_svg("logo")),
        Path("docs/assets/favicon.svg"): _line(_svg("favicon", colours=COLOURS)),
        CARD.with_suffix(".svg"): _svg("card", colours=COLOURS, title=TITLE, says=SAYS).strip() + "\n",
    }


def _line(svg: str) -> str:
    return "".join(line.strip() for line in svg.splitlines()) + "\n"


def digest(svg: str) -> bytes:
    """Return what marks a picture as drawn from `svg`."""
    return hashlib.sha256(svg.encode()).hexdigest().encode()


def marked(png: bytes, text: bytes) -> bytes:
    """Return the picture with a text chunk behind its header, which says what it was drawn from."""
    end = len(SIGNATURE) + 25  # the header's chunk: length, name, 13 bytes, checksum
    body = b"tEXt" + DRAWN_FROM + b"\0" + text
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:end] + chunk + png[end:]


def main() -> int:
    """Write every drawing, and the card's picture where this machine has Chromium. Return the exit code."""
    found = drawings()
    for path, text in found.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, "utf-8")
    browser = next(filter(None, map(shutil.which, BROWSERS)), "")
    if not browser:
        print(f"identity: no Chromium here to draw {CARD}; as root: apt-get install chromium", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "card.png")
        flags = ["--headless", "--hide-scrollbars", "--disable-gpu", f"--user-data-dir={folder}/profile"]
        flags += [f"--window-size={SIZE[0]},{SIZE[1]}", "--force-device-scale-factor=1", f"--screenshot={out}"]
        flags += ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's own refuses root
        page = Path(folder, "card.svg")
        card = found[CARD.with_suffix(".svg")]
        page.write_text(card, "utf-8")
        subprocess.run([browser, *flags, page.as_uri()], check=True, capture_output=True, timeout=600)
        (ROOT / CARD).write_bytes(marked(out.read_bytes(), digest(card)))
    print(f"identity: drew {', '.join(map(str, [*found, CARD]))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
