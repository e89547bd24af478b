"""Packs the site as a ZIP that works from a disk, without a server: `python -m macros.pages.offline OUT.zip`.

A browser shows a directory's list where a server sends its page, so links name the page. It lets no script fetch a file,
so the search's index is a script, and docs/assets/js/search.js runs the theme's worker in a frame.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

from macros.pages.generate import generate

FOLDER = "containers-and-vms"  # the one folder in the archive
LINK = re.compile(r'(?P<before>\s(?:href|src|action)=")(?P<address>[^"]*)"')
SERVER = ("404.html", "sitemap.xml", "sitemap.xml.gz")  # what only a server sends
INDEX = Path("search") / "search_index.json"
EARLIEST = 315_532_800  # 1980, before which no ZIP dates a file


def page_of(address: str) -> str:
    """Return an address within the site with the page's name in the place of its directory."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
        return address
    if parts.path.endswith("/") or parts.path.rpartition("/")[2] in {".", ".."}:
        return parts._replace(path=f"{parts.path.rstrip('/')}/index.html").geturl()
    return address


def localised(page: str) -> str:
    """Return a built page whose links lead to files."""
    return LINK.sub(lambda found: f'{found["before"]}{page_of(found["address"])}"', page)


def localise(site: Path) -> None:
    """Change a built site so that it works from a disk."""
    for path in sorted(site.rglob("*.html")):
        path.write_text(localised(path.read_text("utf-8")), "utf-8")
    index = json.loads((site / INDEX).read_text("utf-8"))
    for entry in index["docs"]:
        entry["location"] = page_of(entry["location"] or "./")
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    (site / INDEX).with_suffix(".js").write_text(f"var __index = {text}\n", "utf-8")
    (site / INDEX).unlink()
    for name in SERVER:
        (site / name).unlink(missing_ok=True)


def pack(site: Path, out: Path, seconds: int) -> None:
    """Write a directory as a ZIP whose bytes depend on nothing but its files and `seconds`, the date of all of them."""
    date = time.gmtime(max(seconds, EARLIEST))[:6]
    draft = out.with_name(f".{out.name}.draft")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(site.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(f"{FOLDER}/{path.relative_to(site).as_posix()}", date)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes())
    os.replace(draft, out)


def offline(built: Path, out: Path, seconds: int) -> None:
    """Pack a built site, which stays as it is."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / FOLDER
        shutil.copytree(built, copy)
        localise(copy)
        pack(copy, out, seconds)


def main(words: list[str]) -> int:
    """Build the site without addresses and pack it; print what is wrong; return the exit code."""
    if len(words) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    out = Path(words[0]).resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    for name in ("SITE_URL", "REPO_URL", "EDIT_URI_TEMPLATE", "OFFLINE"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix="site.") as folder:
        if wrong := generate(Path(folder)):
            print(wrong, file=sys.stderr)
            return 1
        offline(Path(folder), out, int(os.environ.get("SOURCE_DATE_EPOCH") or 0))
    print(f"{words[0]}: {out.stat().st_size / 1e6:.1f} MB; unpack it and open {FOLDER}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
