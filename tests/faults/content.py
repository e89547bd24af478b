"""The kinds of faults in what readers see: recorded files, examples, claims, sources, charts, guide and pages."""

from __future__ import annotations

import re
from random import Random

from tests.faults.draw import (
    Draw,
    Fault,
    Kind,
    NothingToBreakError,
    Replace,
    Tree,
    add,
    append,
    digit,
    encoded,
    other,
    remove,
    swap,
)

RESULTS = ("docs/data/results/*/*.*.json",)
MACHINES = ("docs/data/results/*/machine.json",)
RECORDS, OUTPUTS = ("snippets/*/*/recorded.json",), ("snippets/*/*/*.out",)
SCRIPTS, TOML = ("snippets/[!l]*/*/*.sh",), ("snippets/*/*/example.toml",)
CLAIMS, SOURCES, CHARTS = ("docs/data/claims.yml",), ("docs/data/sources.yml",), ("docs/data/charts.yml",)
GUIDE, CASES, PLANNER = ("docs/data/guide.yml",), ("docs/data/cases.yml",), ("docs/data/planner.yml",)
PAGES = tuple(
    f"docs/{name}/*.md"
    for name in ("architecture", "resources", "performance", "security", "use-cases", "operations", "choosing")
)
TESTS = ("tests/examples/test_*.py",)
VERDICTS = ("holds", '"false"', "outdated")


def times(factor: float) -> Replace:
    """Return a replacement that multiplies the number that a match holds."""

    def put(match: re.Match[str], random: Random) -> str:
        return match["before"] + f"{float(match['number']) * factor:.7g}"

    return put


def sibling(tree: Tree, random: Random) -> Fault:
    """Use, in a sentence or a chart, another figure of the same source."""
    sources = tree.text(SOURCES[0])
    figures: dict[str, list[str]] = {}
    key = ""
    for line in sources.split("\n"):
        if found := re.match(r"([a-z0-9-]+):$", line):
            key = found[1]
        elif found := re.match(r" {4}([a-z0-9-]+):(?: \{value:.*)?$", line):
            figures.setdefault(key, []).append(found[1])

    def put(match: re.Match[str], _: Random) -> str | None:
        rest = [name for name in figures.get(match["source"], []) if name != match["old"]]
        return match[0].replace(f'"{match["old"]}"', f'"{random.choice(rest)}"') if rest else None

    return swap(PAGES, r'\{\{ figure\("(?P<source>[^"]+)", "(?P<old>[^"]+)"\) \}\}', put)(tree, random)


def other_place(tree: Tree, random: Random) -> Fault:
    """Cite another place of the same source."""
    places: dict[str, list[str]] = {}
    key = ""
    for line in tree.text(SOURCES[0]).split("\n"):
        if found := re.match(r"([a-z0-9-]+):$", line):
            key = found[1]
        elif found := re.match(r' {4}"([^"]+)": "', line):
            places.setdefault(key, []).append(found[1])

    def put(match: re.Match[str], _: Random) -> str | None:
        rest = [one for one in places.get(match["source"], []) if one != match["old"]]
        return match[0].replace(f'"{match["old"]}"', f'"{random.choice(rest)}"') if rest else None

    return swap(PAGES, r'\{\{ cite\("(?P<source>[^"]+)", "(?P<old>[^"]+)"\) \}\}', put)(tree, random)


def unrelated(tree: Tree, random: Random) -> Fault:
    """Let a claim rest on a test of another subject."""
    names = [
        f"{file}::{name}"
        for file in tree.files(*TESTS)
        for name in re.findall(r"^def (test_\w+)\(", tree.text(file), re.MULTILINE)
    ]
    return swap(CLAIMS, r'(?<=- test: ")[^"]+', lambda match, _: random.choice(names), blamed=tree_tests(tree))(
        tree, random
    )


def tree_tests(tree: Tree) -> tuple[str, ...]:
    """Return the files of tests that may be evidence: a marker and the ledger must agree, and either may be wrong."""
    return tuple(tree.files("tests/*/test_*.py"))


def with_tests(patterns: tuple[str, ...], pattern: str, new: str | Replace) -> Draw:
    """Return a drawer as `swap` does; a message may name a test instead."""
    return lambda tree, random: swap(patterns, pattern, new, blamed=(*tree_tests(tree), *CLAIMS))(tree, random)


def misplaced_link(tree: Tree, random: Random) -> Fault:
    """Let a link lead to another page that exists."""
    pages = [f"/{file.removeprefix('docs/')}" for file in tree.files(*PAGES)]
    return swap(PAGES, r"\]\((?P<old>/[a-z/-]+\.md)(?:#[a-z-]+)?\)", lambda match, _: f"]({random.choice(pages)})")(
        tree, random
    )


def swapped_rules(tree: Tree, random: Random) -> Fault:
    """Exchange two rules of the guide that follow each other: the first to fit decides."""
    file = GUIDE[0]
    text = tree.text(file)
    start, end = text.index("\nrules:\n") + len("\nrules:\n"), text.index("\nadvice:\n")
    parts = re.split(r"(?m)(?=^  - id: )", text[start:end])
    rules = [n for n, part in enumerate(parts) if part.startswith("  - id: ")]
    if len(rules) < 2:
        raise NothingToBreakError(file)
    at = random.choice(rules[:-1])
    parts[at], parts[at + 1] = parts[at + 1].rstrip("\n") + "\n", parts[at].rstrip("\n") + "\n"
    says = f"{file}: the rules {parts[at].split()[2]} and {parts[at + 1].split()[2]} exchanged"
    return Fault(file, (text[:start] + "".join(parts) + text[end:]).encode(), says, CASES)


LABELS = ("Firecracker", "native", "bare metal", "Xen", "gVisor")
STRINGS = (' on Xen"', ' in a container"', ' natively"')
BARE = (
    " On such a host, 769 containers fit.",
    " It took 1.7 as much.",
    " Of those, 4,312 were lost.",
    " The guest needs 96 of them.",
)
TYPED = (
    " It starts in 12 ms.",
    " It needs a few megabytes.",
    " It takes half a second.",
    " One in twenty fails.",
    " It is forty times slower.",
)
MOUNTS = (
    "-v /:/host",
    "-v /etc:/etc:ro",
    "--mount type=bind,src=/root,dst=/r",
    '-v "$HOME:/h"',
    "--volume=/dev:/dev",
    "-v /var/run:/r",
)
POWERS = ("--privileged", "--cap-add ALL", "--cap-add=SYS_ADMIN", "--pid host", "--ipc=host", "--userns host",
          "--security-opt seccomp=unconfined", "--device /dev/sda", "--uts host", "--cap-add NET_RAW")  # fmt: skip
NETWORKS = ("--network host", "-p 80:80", "-P", "--network bridge")
NONSENSE = (
    ".+",
    r"\\S+",
    r"[\\s\\S]*",
    r".{3,}",
    r"(?:.|\\n)+",
    r"\\w.*",
    r"[^x]+",
    r"\\S.*\\S",
    r"[a-zA-Z ]+",
    r"[-A-Za-z0-9:. ]+",
)


def option(words: tuple[str, ...]) -> Replace:
    """Return a replacement that gives `docker run` one more option."""
    return lambda match, random: f"{match[0]} {random.choice(words)}"


def one_of(words: tuple[str, ...]) -> Replace:
    """Return a replacement by one of the words after the match's group `before`."""
    return lambda match, random: match["before"] + random.choice(words)


R, U, E = "raw samples and results", "recorded output", "emulated figures as hardware virtualisation"
S, V, D = "scripts", "verdicts and evidence", "sources and figures"
C, G, P, N = "charts", "guide and planner", "pages", "numbers by hand"
# fmt: off
KINDS = [
    Kind(E, "tcg made kvm in a result", swap(RESULTS, r'"tcg"', '"kvm"')),
    Kind(E, "accelerator of a machine's record", swap(MACHINES, r'(?<="accelerator": ")tcg', "kvm")),
    Kind(E, "tcg made kvm in an example's record", swap(RECORDS, r'"tcg"', '"kvm"')),
    Kind(E, "-accel kvm typed into a script", swap(SCRIPTS, r'-accel "\$ACCEL"', "-accel kvm")),
    Kind(R, "a sample times ten", swap(RESULTS, r'(?P<before>"samples": \[\s*)(?P<number>[\d.e+-]+)', times(10))),
    Kind(R, "a date", swap((*RESULTS, *RECORDS), r'(?<="date": ")\d{4}-\d\d-\d\d', lambda m, r: m[0][:8] + "28" if m[0][8:] != "28" else None)),
    Kind(R, "a commit", swap(RESULTS, r'(?<="commit": ")[0-9a-f]{7}', lambda m, r: m[0][1:] + m[0][0])),
    Kind(R, "the machine's memory", swap(MACHINES, r'"memory": "[^"]*\d[^"]*"', digit)),
    Kind(R, "an engine's version", swap(RESULTS, r'"versions": \{[^}]*\d[^}]*\}', digit)),
    Kind(R, "a result removed", remove(*RESULTS)),
    Kind(R, "a repeated recording removed", remove("docs/data/repeats/*/*/*.*.json")),
    Kind(R, "a result that nobody recorded", add("docs/data/results/epyc-2/resources.nothing.json", "{}\n")),
    Kind(U, "a digit", swap(OUTPUTS, r"^[^-\n].*\d.*$", digit)),
    Kind(U, "a line gone", swap(OUTPUTS, r"^[^-\n].*\n", "")),
    Kind(U, "a word", swap(OUTPUTS, r"\b(?:refused|denied|allowed|permitted|no|not|yes|ok)\b", lambda m, r: "allowed" if m[0] != "allowed" else "refused")),
    Kind(S, "more of the host for a container", swap(SCRIPTS, r"docker run\b", option(POWERS))),
    Kind(S, "a directory of the host for a container", swap(SCRIPTS, r"docker run\b", option(MOUNTS))),
    Kind(S, "a network that reaches out", swap(SCRIPTS, r"docker run\b(?! -d --name \"\$RUN-)", option(NETWORKS))),
    Kind(S, "a script that goes on after a failure", swap(SCRIPTS, r"^set -euo pipefail\n", "")),
    Kind(S, "a script changed after it was recorded", swap(SCRIPTS, r"(?m)^# --8<-- \[end:\w+\]", "true\n\\g<0>"), recorded=True),
    Kind(S, "a region's marker gone", swap(SCRIPTS, r"^# --8<-- \[(?:start|end):[a-z-]+\]\n", "")),
    Kind(S, "a volatile pattern that matches nonsense", swap(TOML, r"(?<=^pattern = ')[^'\n]+", lambda m, r: r.choice(NONSENSE).replace("\\\\", "\\"))),
    Kind(S, "a wrong unit", swap(TOML, r'(?<=^unit = ")(?P<old>\w+)', other(("s", "B", "count", "B/s")))),
    Kind(S, "a key misspelt", swap(TOML, r"^(?:title|touches|look)(?= = )", lambda m, r: m[0][:-1])),
    Kind(V, "a verdict", swap(CLAIMS, r'(?P<b>^  verdict: )"?(?P<old>holds|false|outdated)"?$', lambda m, r: m["b"] + r.choice([v for v in VERDICTS if v.strip('"') != m["old"]]), blamed=())),
    Kind(V, "evidence taken out", with_tests(CLAIMS, r'^    - test: "[^"]+"\n', "")),
    Kind(V, "evidence exchanged for an unrelated test", unrelated),
    Kind(V, "a marker's verdict", with_tests(TESTS, r'(?<=@pytest\.mark\.claim\()"(?P<c>\w+)", "[a-z ]+"', lambda m, r: f'"{m["c"]}", "outdated"')),
    Kind(V, "a test that is evidence, renamed", with_tests(TESTS, r"(?P<head>@pytest\.mark\.claim\([^\n]*\n(?:@[^\n]*\n)*def test_)", r"\g<head>x_")),
    Kind(V, "a test that is evidence, skipped", with_tests(TESTS, r"^@pytest\.mark\.claim\(", '@pytest.mark.skip(reason="later")\n@pytest.mark.claim(')),
    Kind(V, "a bound that a verdict expects", swap(CLAIMS, r'is: "?(?P<old>below|above)\b', other(("below", "above")))),
    Kind(V, "a claim's number twice", swap(CLAIMS, r'(?<=^- id: ")[A-Z]\d+', lambda m, r: m[0][0] + ("1" if m[0][1:] != "1" else "2"), blamed=("docs/data/comparison.yml",))),
    Kind(V, "a typo in a key", swap((*CLAIMS, *SOURCES, *CHARTS, *GUIDE, *CASES), r"^ {2}(?:verdict|statement|venue|title|rows|outcome)(?=:)", lambda m, r: m[0][:-1])),
    Kind(D, "a figure's value", swap(SOURCES, r'(?<=value: ")[^"]+', digit)),
    Kind(D, "a figure's unit", swap(SOURCES, r'(?<=unit: ")(?P<old>ms|s|MiB|MB|%|GB|KiB|µs|us|count)(?=")', other(("ms", "s", "MiB", "MB", "%", "GB")))),
    Kind(D, "a figure used for another", sibling),
    Kind(D, "a year", swap(SOURCES, r"(?<=^  year: )\d{4}", lambda m, r: r.choice(("2051", str(int(m[0]) - r.randrange(1, 4)))))),
    Kind(D, "a title", swap(SOURCES, r'(?<=^  title: ")[^"]+', lambda m, r: " ".join(reversed(m[0].split())) if " " in m[0] else f"{m[0]} revisited")),
    Kind(D, "an address", swap(SOURCES, r"(?<=^  url: \"https://)[^\"]+", lambda m, r: m[0].replace(".", "-", 1))),
    Kind(D, "what a place says", swap(SOURCES, r'(?<=^    ")(?P<k>[^"]+": ")[^"]+', lambda m, r: m["k"] + "It says the opposite of what it said.")),
    Kind(D, "a place renamed", swap(SOURCES, r'(?<=^    ")[^"]+(?=": ")', "Appendix Z", blamed=(*CLAIMS, *GUIDE, "docs/data/technologies.yml", "docs/data/escapes.yml"))),
    Kind(D, "a source that nothing cites", append(SOURCES, 'never-cited:\n  title: "Nothing"\n  authors: "Nobody"\n  venue: "Nowhere"\n  year: 2024\n  url: "https://example.org/"\n  read: "P"\n  version: "edition 1"\n  locators:\n    "Part 1": "It says nothing at all."\n')),
    Kind(C, "the label of a published row", swap(CHARTS, r'(?<=- \{label: ")(?P<old>[^"]+)(?=", source)', lambda m, r: f"{r.choice(LABELS)}, 1999")),
    Kind(C, "the accelerator of a published row", swap(SOURCES, r'(?<=accelerator: ")(?P<old>hardware virtualisation|none)', other(("hardware virtualisation", "none", "software emulation")))),
    Kind(C, "a row of another metric", swap(CHARTS, r"(?<=, metric: )[a-z-]+", "elapsed")),
    Kind(C, "a row of another side", swap(CHARTS, r"(?<=side: )(?P<old>container|vm|host)(?=, metric)", other(("container", "vm", "host")))),
    Kind(G, "two rules exchanged", swapped_rules, seen=False),
    Kind(G, "the outcome of a case", swap(CASES, r"(?<=^  expects: )\S+", "vm-with-everything")),
    Kind(G, "an answer's demand taken out", swap(GUIDE, r", demands: \[[a-z, -]+\]", "", blamed=CASES), seen=False),
    Kind(G, "a figure of the planner", swap(PLANNER, r"(?<=figure: )[a-z0-9-]+", "rss-2048-firecracker")),
    Kind(G, "a case that alone holds a rule, taken out", swap(CASES, r"^- id: (?:measuring-card|sold-appliance|game-matches|rented-gpus|kernel-course)\n(?:  .*\n)+", "", blamed=GUIDE)),
    Kind(G, "a figure of another technology", swap(PLANNER, r"(?<=figure: rss-1024-)(?P<old>firecracker|qemu)", other(("firecracker", "qemu")))),
    Kind(G, "a coefficient of the planner typed", swap(PLANNER, r"measured: \{.*\}$", 'measured: {bytes: "3145728"}')),
    Kind(P, "a citation taken out", swap(PAGES, r' \{\{ cite\("[^"]+", "[^"]+"\) \}\}', "", blamed=SOURCES)),
    Kind(P, "a citation of another place", other_place, seen=False),
    Kind(P, "a citation of a source that is not there", swap(PAGES, r'(?<=\{\{ cite\(")[a-z0-9-]+', "no-such-source")),
    Kind(P, "a macro misspelt", swap(PAGES, r"(?<=\{\{ )(?:cite|figure|result|chart|example)(?=\()", lambda m, r: m[0][:-1])),
    Kind(P, "a link to a page that is not there", swap(PAGES, r"(?<=\]\(/)[a-z/-]+(?=\.md)", lambda m, r: m[0] + "x")),
    Kind(P, "a link to an anchor that is not there", swap(PAGES, r"(?<=\.md#)[a-z-]+(?=\))", lambda m, r: m[0] + "-x")),
    Kind(P, "a link to the wrong page", misplaced_link),
    Kind(P, "a heading's anchor changed", swap(PAGES, r"(?<=\{: #)[a-z-]+", lambda m, r: m[0] + "-x", blamed=("*",)), seen=False),
    Kind(P, "a row of a table typed by hand", swap(PAGES, r"(?<=\|\n)(?=\| )", lambda m, r: "| typed | by hand | 12 ms |\n")),
    Kind(P, "a page in another encoding", encoded(*PAGES)),
    Kind(P, "shell typed into a page", append(PAGES, "\n```bash\ndocker run --rm x\n```\n")),
    Kind(P, "a place that is left to write", append(PAGES, "\nTO WRITE: what follows from it\n")),
    Kind(P, "HTML that runs", append(PAGES, '\n<p onclick="x()">x</p>\n')),
    Kind(P, "HTML that is not closed", append(PAGES, "\n<div>x\n")),
    Kind(P, "a chart that nothing shows", swap(PAGES, r'^\{\{ chart\("[a-z0-9-]+"\) \}\}\n', "", blamed=CHARTS)),
    Kind(P, "an example that nothing shows", swap(PAGES, r'^\{\{ example\("[a-z0-9/-]+"\) \}\}\n', "", blamed=("*",))),
    Kind(P, "a 'not' gone", swap(PAGES, r" not\b", ""), seen=False),
    Kind(N, "a quantity", append(PAGES, lambda r: f"\nIn short.{r.choice(TYPED)}\n")),
    Kind(N, "a bare number", append(PAGES, lambda r: f"\nIn short.{r.choice(BARE)}\n")),
    Kind(N, "a quantity in a claim", swap(CLAIMS, r'(?<=^  statement: ")[^"]+(?=\.")', lambda m, r: m[0] + " within " + r.choice(("5 ms", "a few seconds", "twenty minutes")))),
    Kind(N, "a quantity in the glossary", swap(("docs/data/glossary.yml",), r'(?<=meaning: ")(?=[A-Z])', "In 20 ms: ")),
]
# fmt: on
