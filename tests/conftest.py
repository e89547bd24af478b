"""pytest's side of the runner: what examples there are, what this machine lacks, and one run of each side a session."""

from __future__ import annotations

import fcntl
import json
import os
import pickle
import signal
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import pytest

from macros.base.problems import ProblemError, told
from macros.model.example_reader import load_examples
from macros.model.examples import Example, Side
from macros.model.load import load
from macros.pages.check import check_pages
from macros.pages.registry import MACROS
from macros.pages.uses import Site
from snippets.runner import checkout, choice, engines, hosts, lab, record, runs
from snippets.runner.execute import Output
from snippets.runner.paths import ROOT, SNIPPETS
from tests import speaks
from tests.site import buildserver, smallsite

if TYPE_CHECKING:  # only the browser's tests need it
    from playwright.sync_api import Browser


def _examples() -> tuple[dict[str, Example], str]:
    """Return the examples, and what is wrong with them: what was wrong while this file is imported would be a traceback."""
    try:
        return load_examples(SNIPPETS), ""
    except ProblemError as error:
        return {}, told(error.problems)


EXAMPLES, _WRONG = _examples()
# `make check` names the site here, relative to the root: it has read everything and built that before it starts the tests.
# A session that a test starts is given a word: everything was read, and no site built.
READ = "BUILT_SITE"
BUILT = os.environ.get(READ, "")
Runs = Callable[[str, str], Output]
REPORT = pytest.StashKey[str]()
COLLECTED = pytest.StashKey[Iterable[str]]()  # the node ids of everything in the files that this session read


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--sides` is for a host in a VM, where no VM is started."""
    parser.addoption(
        "--sides", choices=choice.CHOICES, help="run only the tests of some sides; see snippets/runner/choice.py"
    )


def pytest_configure(config: pytest.Config) -> None:
    """End on SIGTERM and SIGHUP as on Ctrl-C, so that a run under way is cleaned up; in each worker too.

    The report is this session's, and not that of one which a test starts: so its name goes from the environment.
    Before that, everything is read: what is wrong with it ends the session with that alone.
    """
    config.pluginmanager.register(speaks, "tests.speaks")
    _read_first(config)
    if hasattr(config, "workerinput") or not config.getoption("numprocesses"):
        os.environ.pop(READ, None)  # it is this session's, and not that of one which a test starts
    checkout.forget_foreign()
    config.stash[REPORT] = os.environ.pop(hosts.REPORT, "")
    os.environ.pop(
        "DOCKER_DEFAULT_PLATFORM", None
    )  # the tests' own containers are of the lab's image, as the scripts' are

    def interrupted(number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt(f"signal {number}")

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, interrupted)


def _read_first(config: pytest.Config) -> None:
    """End the session, with what is wrong, if the data, the examples or the pages cannot be read; in the controller only."""
    if hasattr(config, "workerinput"):
        return
    wrong = _WRONG
    if not wrong and not BUILT:
        try:
            check_pages(load(ROOT), MACROS)
        except ProblemError as error:
            wrong = told(error.problems)
    if wrong:
        raise pytest.UsageError(wrong)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Add a line with the session's counts to the file that hosts.REPORT names, if it names one."""
    if path := config.stash[REPORT]:
        stats = terminalreporter.stats
        skipped = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in stats.get("skipped", []))
        failed = len(stats.get("failed", [])) + len(stats.get("error", []))
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(
                json.dumps({"passed": len(stats.get("passed", [])), "failed": failed, "skipped": skipped}) + "\n"
            )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give tests that take `example_side` one case a side, and those that take `example` one an example."""
    if "example_side" in metafunc.fixturenames:
        sides = [(example, side) for example in EXAMPLES.values() for side in example.sides.values()]
        metafunc.parametrize("example_side", sides, ids=[side.id for _, side in sides])
    if "example" in metafunc.fixturenames:
        metafunc.parametrize("example", list(EXAMPLES.values()), ids=list(EXAMPLES))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what was collected, before `-m` and `-k` select from it; put first what takes longest.

    The examples come before the tests of what they mean: those ask for the same runs, and a worker would wait for the
    other's.
    """
    config.stash[COLLECTED] = [item.nodeid for item in items]
    if sides := config.getoption("sides"):
        kept = choice.chosen(EXAMPLES.values(), sides)
        others = [item for item in items if not _concerns(item, kept)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]
    items.sort(key=lambda item: (item.path.name != "test_site.py", -_seconds(item)))  # stable


def _concerns(item: pytest.Item, sides: list[Side]) -> bool:
    """Return whether an item runs one of the sides: its own, or those of an example that its marker names."""
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    if own := [side for value in params.values() for side in _sides(value)]:
        return any(side in sides for side in own)
    marked = {example for marker in item.iter_markers("example") for example in marker.args}
    return item.get_closest_marker("engine") is not None and any(side.example in marked for side in sides)


def _sides(value: object) -> list[Side]:
    values = value if isinstance(value, tuple) else (value,)
    return [one for one in values if isinstance(one, Side)]


def _seconds(item: pytest.Item) -> float:
    """Return how long a side took when it was recorded, in seconds; 0 for a test that does not run a side."""
    call = getattr(item, "callspec", None)
    if call is None or "example_side" not in call.params:
        return 0
    example, side = call.params["example_side"]
    return float(example.records[side.side].seconds) if side.side in example.records else 0


def require(*words: str) -> None:
    """Skip the test, with the reason, if this machine lacks something; with CI=true a missing engine fails it."""
    lacking = engines.missing(words)
    if not lacking:
        return
    reason = "; ".join(map(str, lacking))
    # A program that this processor cannot run is not a missing engine.
    if os.environ.get("CI") == "true" and any(item.engine for item in lacking) and not _foreign(lacking):
        pytest.fail(f"CI=true and an engine is missing: {reason}", pytrace=False)
    pytest.skip(reason)


def _foreign(lacking: list[engines.Missing]) -> bool:
    return any(item.name == "amd64" for item in lacking)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory that all workers of this session share."""
    base = tmp_path_factory.getbasetemp()
    directory = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "shared"
    directory.mkdir(exist_ok=True)
    return directory


@pytest.fixture(scope="session", autouse=True)
def _swept() -> None:
    """Remove what dead runs of earlier sessions left."""
    runs.sweep()


@pytest.fixture(scope="session", autouse=True)
def _no_builder_left() -> Iterator[None]:
    """End with the session the process that builds small sites."""
    yield
    buildserver.end()


def built(*words: str) -> lab.Lab:
    """Return the lab with what these requirements need; skip where this machine cannot build it, fail there with CI=true."""
    try:
        return lab.ensure(set(words))
    except lab.CannotBuildHereError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"the lab cannot be built here: {error}")


def run_patiently(side: Side, lab_built: lab.Lab) -> Output:
    """Run a side; once more, with a warning in the summary, if it gave up waiting for an emulated guest.

    Twice, in CI and on another machine (once in some 135 runs that were watched), resources/balloon waited 60 s for
    the first word of a guest that starts in five, and nothing else differed; the cause is not known. That is the end
    with 124, `timeout`'s, of a script that the runner's own limit did not end. Any other end, and the second, counts.
    """
    output = record.run_side(side, lab_built)
    if output.code == 124 and not output.timed_out and output.accelerator == "tcg" and "qemu" in side.requires:
        warnings.warn(f"{side.id} gave up waiting after {output.seconds:.0f} s and was run again", stacklevel=2)
        output = record.run_side(side, lab_built)
    return output


@pytest.fixture
def run_example(request: pytest.FixtureRequest, shared: Path) -> Runs:
    """Return a function (example id, side) → Output that runs each side at most once a session.

    A test says by its marker `example` which examples it is about, and may run no other.
    """
    marked = {example for marker in request.node.iter_markers("example") for example in marker.args}

    def run(example_id: str, side_name: str) -> Output:
        if example_id not in marked and "example_side" not in request.fixturenames:
            pytest.fail(
                f'{request.node.nodeid} runs {example_id}: add @pytest.mark.example("{example_id}")', pytrace=False
            )
        side: Side = EXAMPLES[example_id].sides[side_name]
        sides = request.config.getoption("sides")
        if sides and side not in choice.chosen(EXAMPLES.values(), sides):
            pytest.skip(f"the {side.side} side does not run on this host (--sides {sides})")
        require(*side.requires)
        kept = shared / f"{side.id.replace('/', '.')}.pickle"
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                output = run_patiently(side, built(*side.requires))
                kept.write_bytes(pickle.dumps(output))
            result: Output = pickle.loads(kept.read_bytes())
        try:
            with record.naming_versions(EXAMPLES[example_id], side):
                record.check_ended_well(side, result)
        except record.ExampleError as error:
            pytest.fail(str(error), pytrace=False)
        return result

    return run


@pytest.fixture(scope="session")
def examples() -> dict[str, Example]:
    """Return all examples by id."""
    return EXAMPLES


@pytest.fixture(scope="session")
def data() -> Site:
    """Return this site's data and pages, read once a worker."""
    return check_pages(load(ROOT), MACROS)


@pytest.fixture(scope="session")
def site(shared: Path) -> Path:
    """Return the directory of the built site, which the workers of this session share: that of `make check`, if there is one."""
    if BUILT and (ROOT / BUILT).is_dir():
        return ROOT / BUILT
    out = shared / "built"
    with out.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not out.exists():
            smallsite.whole(shared / "half-built")
            (shared / "half-built").rename(out)
    return out


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the machine's Chromium, started once a worker: its driver does not run twice in a process."""
    from playwright.sync_api import sync_playwright

    from tests.browser.test_pages import FLAGS, chromium

    require("chromium")
    with sync_playwright() as driver:
        flags = FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
        launched = driver.chromium.launch(executable_path=chromium(), args=flags)
        yield launched
        launched.close()
