"""The values behind placeholders: which are kept, that they fit their text, and what no value may be."""

from __future__ import annotations

import re

import pytest

from macros.model.examples import Volatile
from macros.model.values import filled, kept, normal, unfit_values

KERNEL = Volatile("kernel", re.compile(r"^\d+\.\d+[\w.+-]*$", re.MULTILINE), "uname -r", "release of the kernel")
PID = Volatile("pid", re.compile(r"Pid:\t(?P<value> *\d+)"), None, "number of the process")
ADDRESS = Volatile("address", re.compile(r"(?<=from )\S+"), None)
ALL = (KERNEL, PID, ADDRESS)
TEXT = "6.1.0-50-cloud-amd64\n5.10.0-9\n6.1.0-50-cloud-amd64\nPid:\t  41\nPPid:\t7\nfrom 172.17.0.2\nas it is\n"


def test_placeholders_and_values_give_the_text_again() -> None:
    came = normal({"a": TEXT}, ALL, {"kernel": "5.10.0-9"})
    assert came.texts["a"] == (
        "<kernel>\n<host-kernel>\n<kernel>\nPid:\t<pid>\nPPid:\t<pid-2>\nfrom <address>\nas it is\n"
    )
    assert filled(came.texts["a"], came.values) == TEXT
    assert came.values["pid"] == "  41"


def test_only_values_of_patterns_that_declare_them_are_kept() -> None:
    came = normal({"a": TEXT}, ALL, {"kernel": "5.10.0-9"})
    values = kept(came.values, ALL)
    assert set(values) == {"kernel", "host-kernel", "pid", "pid-2"}
    assert filled("from <address>", values) == "from <address>"
    assert unfit_values(came.texts, values, ALL) == []


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"kernel": "nonsense"}, "do not fit the region 'a'"),
        ({"kernel": "5.10.0-9", "host-kernel": "5.10.0-9"}, "do not fit the region 'a'"),
        ({"kernel": "6.1.0-50", "kernel-2": "6.1.0-51"}, "which its output does not hold"),
        ({"address": "localhost"}, "does not declare"),
        ({"pid": "192.168.1.7"}, "an address"),
        ({"pid": "/opt/somebody/x"}, "a directory"),
        ({"pid": "52:54:00:12:34:56"}, "an address"),
        ({"pid": "fe80::1"}, "an address"),
        ({"pid": "2001:db8:0:0:0:0:0:1"}, "an address"),
    ],
)
def test_a_value_that_does_not_fit_is_named(values: dict[str, str], says: str) -> None:
    text = {"a": "<kernel>\n<host-kernel>\nPid:\t<pid>\nfrom <address>"}
    found = unfit_values(text, values, ALL)
    assert found and says in found[0]


@pytest.mark.parametrize("value", ["5.15.90.1-microsoft-standard-WSL2", "6.1.0-50", "10:20:30"])
def test_what_only_looks_like_an_address_is_none(value: str) -> None:
    open_to_all = Volatile("word", re.compile(r"(?<=^is )[\w.:-]+$"), None, "word")
    assert unfit_values({"a": "is <word>"}, {"word": value}, (open_to_all,)) == []
