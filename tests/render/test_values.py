"""Recorded values on a page: in the place of placeholders, marked, and equal ones by an equal letter."""

from __future__ import annotations

import html
import re
from pathlib import Path

from macros.model.examples import Example, Side, Volatile
from macros.model.recordings import Record
from macros.model.regions import Region
from macros.render.values import legend, letters, marked, output, shows_values

KERNEL = Volatile("kernel", re.compile(r"^\d+\.\d+[\w.+-]*$", re.MULTILINE), "uname -r", "release of the kernel")
TIME = Volatile("time", re.compile(r"(?P<value>\d\.\d\d)s"), None, "time of one run, in seconds")
PID = Volatile("pid", re.compile(r"pid (?P<value>\d+)"), None)
PRINTED = {
    "host": ("<host-kernel>\npid <pid>\n<time>s", {"host-kernel": "6.1.0-host", "time": "0.01"}),
    "container": ("<host-kernel>\npid <pid>\n<time>s", {"host-kernel": "6.1.0-host", "time": "0.02"}),
    "vm": ("<kernel>\n<a> & *b*\n<time>s", {"kernel": "5.10.0-guest", "time": "0.03"}),
}


def example(printed: dict[str, tuple[str, dict[str, str]]] = PRINTED) -> Example:
    sides = {
        name: Side("section/name", name, Path("x.sh"), "", 1, (), (), output=(Region("show", 2, text),))
        for name, (text, _) in printed.items()
    }
    records = {
        name: Record("d", "2026-01-01", "m", "none", {}, 1.0, values=values) for name, (_, values) in printed.items()
    }
    return Example("section/name", Path(), "t", "t", sides, (KERNEL, TIME, PID), records=records)


def shown(side: str, one: Example) -> dict[str, str]:
    """Return, of each value shown, its letter."""
    text = marked(one.sides[side].output[0].text, one, side)
    found = re.findall(r'<var class="varies[^"]*" title="([^"]+)"(?: data-letter="(\w+)")?>([^<]*)</var>', text)
    assert all(title.startswith("varies: ") for title, _, _ in found)
    return {html.unescape(value): letter for _, letter, value in found}


def test_one_kernel_is_seen_to_be_one_and_the_vms_another() -> None:
    one = example()
    host, container, vm = (shown(side, one) for side in PRINTED)
    assert host["6.1.0-host"] == container["6.1.0-host"] != vm["5.10.0-guest"]
    assert all((host["6.1.0-host"], vm["5.10.0-guest"]))


def test_values_of_which_none_are_equal_get_no_letter() -> None:
    assert [shown(side, example())[value] for side, value in (("host", "0.01"), ("vm", "0.03"))] == ["", ""]
    equal = PRINTED | {"vm": (PRINTED["vm"][0], {"kernel": "5.10.0-guest", "time": "0.01"})}
    assert shown("vm", example(equal))["0.01"] == shown("host", example(equal))["0.01"] != ""


def test_a_value_that_was_not_kept_stays_a_placeholder_and_text_stays_text() -> None:
    assert "pid &lt;pid&gt;" in marked("pid <pid>", example(), "host")
    assert not shows_values("pid <pid>", example(), "host")
    block = output(PRINTED["vm"][0], example(), "vm")
    assert "\n" not in block
    text = html.unescape(re.sub(r"<[^>]+>", "", block))
    assert text == "5.10.0-guest\n<a> & *b*\n0.03s"


def test_the_legend_says_what_varies_and_names_the_letters() -> None:
    rows = legend([PRINTED["vm"][0]], example(), "vm")
    assert rows == [
        {"what": "release of the kernel", "letters": [letters(example())["kernel", "5.10.0-guest"]]},
        {"what": "time of one run, in seconds", "letters": []},
    ]


def test_letters_do_not_run_out() -> None:
    text = "\n".join(f"<kernel{'' if n == 0 else f'-{n + 1}'}>" for n in range(60))
    values = {f"kernel{'' if n == 0 else f'-{n + 1}'}": f"6.{n}.0" for n in range(60)}
    found = letters(example({"vm": (f"{text}\n{text}", values)}))
    assert len(set(found.values())) == 60
    assert found["kernel", "6.0.0"] == "A" and found["kernel", "6.26.0"] == "AA"
