"""Times the site's build and the quick checks as ratios, with hyperfine: `make bench`.

Absolute times say more about the machine than about the project, so each is divided by the time of a yardstick in the
same call: an empty MkDocs site for builds, an import of the generator for the checks. Prints a table; asserts nothing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

from snippets.runner.paths import BUILD, ROOT
from tests.site import smallsite


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
    return 0


if __name__ == "__main__":
    sys.exit(main())
