"""Times the site's build and the quick checks as ratios, with hyperfine: `make bench`.

Absolute times say more about the machine than about the project, so each is divided by the time of a yardstick in the
same call: an empty MkDocs site for builds, an import of the generator for the checks. How long a writer waits under
`make serve` is a time, from saving a file to the page that shows it. Prints tables; asserts nothing.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from snippets.runner import checkout
from snippets.runner.paths import BUILD, ROOT
from tests.site import smallsite

OPEN = "architecture/containers/"  # the page that the writer looks at
TIMES = 5
PATIENCE = 300  # seconds
# What is edited, and how: a file, what stands there, and what is written, with a number that no earlier edit had.
EDITS = {
    "a page": ("docs/architecture/containers.md", "## In short", "## In short, edit {n}"),
    "data": ("docs/data/claims.yml", '  statement: "', '  statement: "Edit {n}: '),
    "a macro": ("macros/render/templates/examples.html.j2", "  Recorded\n", "  Recorded, edit {n},\n"),
    "a module": ("macros/render/marks.py", '"container": "Container"', '"container": "Container, edit {n}"'),
}
GOALS = {"a page": 2, "data": 4, "a macro": 4, "a module": 4}  # seconds


def main() -> int:
    """Run hyperfine over the commands and print their medians and ratios; return the exit code."""
    if shutil.which("hyperfine") is None:
        print("bench: no hyperfine here; as root: apt-get install --no-install-recommends hyperfine", file=sys.stderr)
        return 1
    where = BUILD / "bench"
    shutil.rmtree(where, ignore_errors=True)
    empty = where / "empty"
    (empty / "docs").mkdir(parents=True)
    (empty / "docs" / "index.md").write_text("# Empty\n")
    (empty / "mkdocs.yml").write_text("site_name: Empty\ntheme: {name: material, font: false}\nplugins: [search]\n")
    python = sys.executable
    commands = {
        "empty site": f"'{python}' -m mkdocs build --config-file '{empty}/mkdocs.yml' --site-dir '{where}/a'",
        "this site": f"'{python}' -m mkdocs build --strict --site-dir '{where}/b'",
        "data and pages read": f"'{python}' -c 'import macros; macros.check_pages(macros.load(macros.ROOT), macros.MACROS)'",
        "built site checked": f"'{python}' -m macros.pages.built '{where}/b'",
        "tests collected": f"'{python}' -m pytest --collect-only -q",
    }
    out = where / "times.json"
    words = ["hyperfine", "--warmup", "1", "--runs", "5", "--export-json", str(out), "--style", "none"]
    for name, command in commands.items():
        words += ["--command-name", name, command]
    done = subprocess.run(words, cwd=ROOT, env=smallsite.environment(), check=False)
    if done.returncode != 0:
        return done.returncode
    results = json.loads(out.read_text())["results"]
    yardstick = results[0]["median"]
    print(f"{'command':<22}{'median, s':>10}{'times the empty site':>24}")
    for result in results:
        print(f"{result['command']:<22}{result['median']:>10.2f}{result['median'] / yardstick:>24.2f}")
    print(f"\n{'saved under make serve':<24}{'seconds until seen: median':>28}{'all':>34}{'goal':>8}")
    for name, found in served(where / "served").items():
        every = " ".join(f"{one:.2f}" for one in found)
        print(f"{name:<24}{statistics.median(found):>28.2f}{every:>34}{GOALS[name]:>8}")
    return 0


class _Served:
    """`make serve` in a copy of the project, and a browser that has one page open."""

    def __init__(self, root: Path) -> None:
        for name in checkout.files():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.log = (root / "serve.log").open("w")
        words = [sys.executable, "-m", "macros.pages.serve", self.address]
        self.server = subprocess.Popen(
            words, cwd=root, env=smallsite.environment(), stdout=self.log, stderr=subprocess.STDOUT
        )

    def get(self, path: str, **head: str) -> str:
        """Return what is at a path, "" where nothing is yet."""
        request = urllib.request.Request(f"http://{self.address}/{path}", headers=head)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    def until(self, text: str) -> str:
        """Return the page that is open, once it holds a text. Raises TimeoutError, with the end of the log."""
        end = time.monotonic() + PATIENCE
        while text not in (page := self.get(OPEN)):
            if time.monotonic() > end or self.server.poll() is not None:
                raise TimeoutError(Path(self.log.name).read_text("utf-8")[-2000:])
            time.sleep(0.02)
        return page

    def opens(self) -> None:
        """Have the page open as a browser has: it asks to be told when something is new, and waits."""
        found = re.search(r"livereload\((\d+), (\d+)\)", self.get(OPEN))
        path = f"livereload/{found[1]}/{found[2]}" if found else "livereload/0/0"
        referer = f"http://{self.address}/{OPEN}"
        threading.Thread(target=self.get, args=(path,), kwargs={"Referer": referer}, daemon=True).start()

    def settles(self) -> None:
        """Wait until no build has ended for two seconds."""
        log, size = Path(self.log.name), -1
        while size != (size := log.stat().st_size):
            time.sleep(2)


def served(root: Path) -> dict[str, list[float]]:
    """Return how many seconds each kind of edit took, from saving the file to the page that shows it."""
    found: dict[str, list[float]] = {name: [] for name in EDITS}
    one = _Served(root)
    try:
        one.until("In short")
        for n in range(TIMES + 1):
            for name, (file, old, new) in EDITS.items():
                one.settles()
                one.opens()
                time.sleep(0.5)
                path, mark = root / file, f"{name[-3:]}{n}"
                text = path.read_text("utf-8")
                start = time.monotonic()
                path.write_text(text.replace(old, new.format(n=mark), 1), "utf-8")
                one.until(f"dit {mark}")
                if n:  # the first of each kind warms up
                    found[name].append(time.monotonic() - start)
                path.write_text(text, "utf-8")
    finally:
        one.server.terminate()
        one.server.wait(10)
        one.log.close()
    return found


if __name__ == "__main__":
    sys.exit(main())
