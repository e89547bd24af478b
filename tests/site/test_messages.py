"""What a contributor reads after a mistake: that mistake alone, with file, line and remedy, on one screen.

Each case is a mistake after which a run once ended in hundreds of lines, or in words that named neither the file nor what
would help. Here each is made in a copy of the small site, and told as `make check` and `make build` tell it.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from macros.base.problems import ProblemError, told
from macros.model.load import load
from macros.pages import generate
from macros.pages.check import check_pages
from macros.pages.project import check_texts
from macros.pages.registry import MACROS
from tests import conftest
from tests.site import smallsite
from tests.site.test_checkouts import make, small

SCREEN = 20  # the most lines that a run may end with
CLAIMS, RESULT = "docs/data/claims.yml", "docs/data/results/small/section.measured.json"
MACHINE, TOML = "docs/data/results/small/machine.json", "snippets/section/measured/example.toml"
SH = "snippets/section/measured/container.sh"
REPEAT = "docs/data/repeats/1/small/section.measured.json"

Break = Callable[[Path], None]


def swap(file: str, old: str, new: str) -> Break:
    def change(site: Path) -> None:
        path = site / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


def in_latin(file: str) -> Break:
    def change(site: Path) -> None:
        (site / file).write_bytes((site / file).read_bytes() + "# caff\u00e9\n".encode("latin-1"))

    return change


# What is done, the first problem's place, and what its two lines hold.
MISTAKES: dict[str, tuple[Break, str, str, str]] = {
    "a typo in the claims": (swap(CLAIMS, "verdict: holds", "verdict: hlods"), f"{CLAIMS}:4", "'hlods' is not one of", ""),
    "--privileged in a script": (swap(SH, "\ntrue", "\ndocker run --network none --privileged x"), f"{SH}:4", "--privileged", "capability"),
    "the host's root in a container": (swap(SH, "\ntrue", "\ndocker run --network none -v /:/host x"), f"{SH}:4", "/ of the host", "$WORK"),
    "another machine's record": (swap(MACHINE, '"virtual": "unknown"', '"virtual": "none"'), MACHINE, "changed since it was recorded", "git checkout"),
    "a repeat that is gone": (lambda site: (site / REPEAT).unlink(), REPEAT, "a recorded file is missing", "REPEAT=1 EXAMPLE=section/measured"),
    "a result that was changed": (swap(RESULT, "0.31", "3.1"), RESULT, "changed since it was recorded", "make record EXAMPLE=section/measured"),
    "a page in another encoding": (in_latin("docs/kernels.md"), "docs/kernels.md:", "not UTF-8: the byte 0xe9", "save the file as UTF-8"),
    "a style sheet in another encoding": (in_latin("docs/assets/css/site.css"), "docs/assets/css/site.css:", "not UTF-8: the byte 0xe9", "UTF-8"),
    "a blank line in a text of the data": (
        swap(CLAIMS, '"A program asks the kernel', '"A program\n\n    asks the kernel'), f"{CLAIMS}:5", "a text with a blank line", "one paragraph"),
    "a wrong unit in an example": (swap(TOML, 'unit = "B"', 'unit = "s"'), f"{TOML}:16", "the unit of [metrics.memory] is 's'", 'write unit = "B"'),
}  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _measured(tmp_path_factory.mktemp("sound") / "site")


def _measured(where: Path) -> Path:
    site = smallsite.measure(smallsite.make(where), small="tcg")
    (site / REPEAT).parent.mkdir(parents=True)
    (site / REPEAT).write_bytes((site / RESULT).read_bytes())
    (site / REPEAT).with_name("machine.json").write_bytes((site / MACHINE).read_bytes())
    smallsite.seal(site)
    return site


def read(site: Path) -> None:
    """Read a site as `python -m macros` does, up to the settings of the checks, which a small site does not have."""
    check_texts(site)
    check_pages(load(site), MACROS)


def form(text: str) -> None:
    """Assert that a text has the one form in which mistakes are told."""
    lines = text.strip().split("\n")
    assert len(lines) <= SCREEN, text
    assert re.fullmatch(r"\d+ problems?:", lines[0]), text
    for what, remedy in zip(lines[1::2], lines[2::2], strict=False):
        assert re.match(r"[\w./ -]+(?::\d+)?: \S", what), what
        assert remedy.startswith("    remedy: "), remedy


def test_the_small_site_reads(sound: Path) -> None:
    read(sound)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_alone(name: str, tmp_path: Path) -> None:
    breaks, place, what, remedy = MISTAKES[name]
    site = _measured(tmp_path / "site")
    breaks(site)
    with pytest.raises(ProblemError) as caught:
        read(site)
    text = told(caught.value.problems)
    form(text)
    first, second = text.split("\n")[1:3]
    assert first.startswith(place), text
    assert what in first
    assert remedy in second
    assert {line.partition(": ")[0].rpartition(":")[0] or line for line in text.split("\n")[1::2]} == {
        first.partition(": ")[0].rpartition(":")[0] or first
    }, "another file is blamed as well"


LINKS: dict[str, tuple[Break, str]] = {
    "a link on a page": (swap("docs/index.md", "/kernels.md#claims", "/kernles.md#claims"), "docs/index.md:5"),
    "an anchor in the data": (
        swap("docs/data/guide.yml", "{page: /kernels.md, text: kernels}", "{page: /kernels.md#nowhere, text: kernels}"), "docs/data/guide.yml:5"),
}  # fmt: skip


@pytest.mark.parametrize("name", LINKS)
def test_a_broken_link_is_told_where_it_is_written(name: str, tmp_path: Path) -> None:
    breaks, place = LINKS[name]
    site = _measured(tmp_path / "site")
    page = site / "docs" / "index.md"
    page.write_text(page.read_text("utf-8") + "\n{{ guide_questions() }}\n\n{{ guide_demands() }}\n", "utf-8")
    breaks(site)
    done = smallsite.build(site)
    assert done.returncode != 0
    text = generate.why(done.stdout)
    form(text)
    assert text.split("\n")[1].startswith(f"{place}: "), text


def test_a_failure_without_a_mistake_shows_the_end_of_the_output() -> None:
    text = generate.why("\n".join(f"INFO - line {n}" for n in range(400)))
    assert len(text.split("\n")) <= SCREEN
    assert text.endswith("INFO - line 399")
    assert "    remedy: " in text


def test_tests_do_not_begin_where_the_data_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session ends with the mistake, not with an error for each test that would have read it."""
    site = smallsite.make(tmp_path / "site", lean=True)
    monkeypatch.setattr(conftest, "ROOT", site)
    monkeypatch.setattr(conftest, "BUILT", "")
    session = types.SimpleNamespace()
    conftest._read_first(session)  # type: ignore[arg-type]
    swap(CLAIMS, "verdict: holds", "verdict: hlods")(site)
    with pytest.raises(pytest.UsageError) as caught:
        conftest._read_first(session)  # type: ignore[arg-type]
    form(str(caught.value))
    conftest._read_first(types.SimpleNamespace(workerinput={}))  # type: ignore[arg-type]


@pytest.mark.parametrize("target", ["check", "build"])
def test_a_run_of_make_ends_with_the_mistake_alone(target: str, tmp_path: Path) -> None:
    site = small(tmp_path / "site")
    (site / "requirements-dev.txt").touch()
    (site / ".venv" / "dev.stamp").touch()  # up to date
    swap(CLAIMS, "verdict: holds", "verdict: hlods")(site)
    done = make(site, target)
    lines = (done.stdout + done.stderr).strip().split("\n")
    assert done.returncode != 0
    assert len(lines) <= SCREEN, lines
    assert any(line.startswith(f"{CLAIMS}:4: 0.verdict: 'hlods' is not one of") for line in lines), lines
