"""Whether a published figure stands where its subject is spoken of: what its name says it is of, the sentences around must name.

A figure's name is made of what it is of, such as `redis-10-docker-host` or `rss-128-firecracker`. Around a figure on a
page, in its paragraph and the one before, or in its row, the one before and the head of the table, and in its headings, each part that names a technology or a
workload must be named too, in one of its forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from macros.base.problems import Problems
from macros.pages.parse import body

FIGURE = re.compile(r"\{\{\s*figure\(\s*\"(?P<source>[^\"]+)\",\s*\"(?P<figure>[^\"]+)\"\s*\)\s*\}\}")
CALLS = re.compile(r"\{\{.*?\}\}", re.DOTALL)
# The parts of names that say what a figure is of, each with the words by which a page may name that.
FORMS = {
    "boot": "boot|launch|start|ready|whole",
    "cloud": "cloud",
    "container": "container",
    "docker": "docker|container",
    "firecracker": "firecracker|monitor|guest|vm|virtual machine",
    "guest": "guest|vm|virtual machine",
    "hypervisor": "hypervisor|monitor",
    "idle": "idle",
    "image": "image",
    "kvm": "kvm|guest|vm|virtual machine",
    "linpack": "linpack|comput",
    "memory": "memory|ram",
    "metal": "bare|host|native|without",
    "mysql": "mysql|database",
    "namespaces": "namespace",
    "nat": "nat|bridge|translat",
    "native": "native|bare|host|without|no hypervisor|hardware alone|between two machines|two machines",
    "nginx": "nginx|web",
    "node": "node|web",
    "overhead": "overhead|overheads|at most|of its own|monitor|cost|reserve|budget|takes|took|need",
    "ping": "ping|round trip",
    "pull": "pull|download|fetch|transfer",
    "qemu": "qemu|monitor|guest|vm|virtual machine|unikernel|pod",
    "random": "random|any order|scattered",
    "read": "read|reads",
    "redis": "redis|store|key",
    "rss": "memory|resident|ram|held|had|takes|took",
    "runc": "runc|container",
    "runsc": "gvisor|runsc|sandbox",
    "sequential": "sequen|stream",
    "stream": "stream|gbit|rate|throughput|sent",
    "syscall": "system call|call",
    "triad": "stream|triad|memory",
    "udp": "udp|trip|request",
    "tcp": "tcp|trip|request|connection",
    "unikraft": "unikraft|unikernel",
    "userns": "user namespace",
    "write": "write|writes|written|durable",
}


def contexts(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield each figure of a page: its line, its source, its name, and the text around it in which its subject must be named."""
    headings: dict[int, str] = {}
    title = ""
    block, start, head, before, last = list[str](), 1, "", "", ""
    for number, line in enumerate([*body(text).split("\n"), ""], 1):
        if heading := re.match(r"(#+) (.*)", line):
            level = len(heading[1])
            headings = {key: value for key, value in headings.items() if key < level} | {level: heading[2]}
            title = " ".join(headings.values())
        row = line.startswith("|")
        if row and not head:
            head = line
        if not row:
            head = ""
        if not line.strip() or row or re.match(r"\s*[-*] ", line):
            yield from _figures(start, block, f"{title} {before}")
            before, block, start = " ".join(block) or before, [], number
        if row:
            yield from _figures(number, [line], f"{title} {head} {before} {last}")
            last = line
        elif line.strip():
            block.append(line)
            start = start if len(block) > 1 else number


def _figures(start: int, block: list[str], around: str) -> Iterator[tuple[int, str, str, str]]:
    whole = "\n".join(block)
    plain = CALLS.sub("", whole)
    for match in FIGURE.finditer(whole):
        yield (
            start + whole.count("\n", 0, match.start()),
            match["source"],
            match["figure"],
            f"{CALLS.sub('', around)} {plain}",
        )


def check_subjects(file: str, text: str, problems: Problems) -> None:
    """Note each figure of a page whose subject the text around it does not name."""
    for line, source, name, around in contexts(text):
        for part in name.split("-"):
            if part in FORMS and not re.search(rf"\b(?:{FORMS[part]})", around, re.IGNORECASE):
                what = f"the figure '{name}' of '{source}' is of '{part}', which the text around it does not name"
                remedy = f"take the figure that is meant, or name its subject: {FORMS[part].replace('|', ', ')}"
                problems.bad(file, what, remedy, line=line)
