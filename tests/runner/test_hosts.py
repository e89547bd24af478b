"""`make test-on`: the checkout as it stands, entered apart from this machine, and a summary of what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from snippets.runner import hosts
from snippets.runner.hosts import Tally
from snippets.runner.paths import ROOT
from tests.conftest import READ


def git(where: Path, *words: str) -> None:
    who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"]
    subprocess.run(["git", *who, *words], cwd=where, check=True, capture_output=True)


def test_the_checkout_goes_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is changed, added and removed since the commit, and without what git ignores; what was made there stays."""
    here, there = tmp_path / "here", tmp_path / "root/srv/there"
    here.mkdir()
    monkeypatch.setattr(hosts, "ROOT", here)
    git(here, "init", "--quiet")
    (here / "gone").mkdir()
    for name in ("kept", "changed", "removed", ".gitignore", "gone/with-its-folder"):
        (here / name).write_text("ignored\n")
    git(here, "add", ".")
    git(here, "commit", "--quiet", "--message", "first")
    hosts.copy_checkout(there)
    assert (there / "removed").is_file()
    (there / "ignored").write_text("made there")
    (here / "changed").write_text("since\n")
    (here / "removed").unlink()
    git(here, "rm", "--quiet", "gone/with-its-folder")
    git(here, "commit", "--quiet", "--message", "second")
    (here / "a").mkdir()
    (here / "a/link").symlink_to("../kept")
    (here / "ignored").write_text("made here")
    hosts.copy_checkout(there)
    assert (there / "changed").read_text() == "since\n"
    assert not (there / "removed").exists()
    assert not (there / "gone").exists()
    assert (there / "a/link").is_symlink()
    assert (there / "ignored").read_text() == "made there"
    said = subprocess.run(["git", "status", "--short"], cwd=there, capture_output=True, text=True, check=True).stdout
    assert said.split() == ["M", "changed", "D", "removed", "??", "a/", "??", "build/"]


def test_what_was_recorded_there_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results and outputs, also untracked and removed ones; nothing else that changed there."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    monkeypatch.setattr(hosts, "ROOT", here)
    git(here, "init", "--quiet")
    tracked = {"snippets/a/b/vm.out": "old\n", "docs/data/results/m/gone.json": "{}\n", "docs/page.md": "page\n"}
    for name, text in tracked.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(text)
    git(here, "add", ".")
    git(here, "commit", "--quiet", "--message", "first")
    subprocess.run(["git", "clone", "--quiet", str(here), str(there)], check=True)
    (there / "snippets/a/b/vm.out").write_text("recorded\n")
    (there / "snippets/a/b/recorded.json").write_text("{}\n")
    (there / "docs/data/results/m/gone.json").unlink()
    (there / "docs/page.md").write_text("made there\n")
    assert sorted(hosts.bring_back(there)) == [
        "docs/data/results/m/gone.json",
        "snippets/a/b/recorded.json",
        "snippets/a/b/vm.out",
    ]
    assert (here / "snippets/a/b/vm.out").read_text() == "recorded\n"
    assert (here / "snippets/a/b/recorded.json").is_file()
    assert not (here / "docs/data/results/m/gone.json").exists()
    assert (here / "docs/page.md").read_text() == "page\n"
    assert not hosts.bring_back(there)


def test_pip_finds_there_the_packages_that_lie_on_this_machine() -> None:
    said = "\n".join(
        [
            ":env:.find-links='/srv/wheels'",
            "global.extra-index-url='file:///srv/more/simple file:///srv/most/simple https://packages.example.org/simple'",
            "global.constraint='/srv/constraints.txt'",
        ]
    )
    assert hosts.package_directories(said) == ["/srv/more", "/srv/most", "/srv/wheels"]
    assert hosts.package_directories("") == []


def test_little_of_the_environment_is_carried_over() -> None:
    """How packages are fetched and how the checks run; neither another engine's address nor somebody's home."""
    given = {
        "HOME": "/somewhere",
        "DOCKER_HOST": "tcp://elsewhere",
        "https_proxy": "http://proxy",
        "CI": "true",
        "CVM_RUN": "x",
    }
    kept = hosts.environment(given | {"PIP_INDEX_URL": "https://packages.example.org", "VIRTUAL_ENV": "/v"})
    assert kept["https_proxy"] == "http://proxy"
    assert kept["CI"] == "true"
    assert kept["HOME"] == "/root"
    assert not {"DOCKER_HOST", "CVM_RUN", "VIRTUAL_ENV"} & set(kept)
    assert "PIP_INDEX_URL" in kept


def test_the_summary_counts_every_session_and_every_reason(tmp_path: Path) -> None:
    report = tmp_path / "report"
    for one in (Tally(3, 1, {"no AMX": 2}), Tally(4, 0, {"no AMX": 1, "no KSM": 1})):
        with report.open("a") as file:
            file.write(json.dumps(vars(one)) + "\n")
    line = hosts.read_report(report).line("trixie", 90)
    assert line == "trixie: 7 passed, 1 failed, 4 skipped (3 x no AMX; 1 x no KSM), 1.5 min"
    assert hosts.read_report(tmp_path / "none") == Tally()


def test_a_session_reports_what_came_of_its_tests(tmp_path: Path) -> None:
    """pytest, as the checks call it: the report has a line for it, and none for a session that a test starts."""
    report = tmp_path / "report"
    words = [sys.executable, "-m", "pytest", "-q", "tests/runner/test_hosts.py", "-k", "packages_that_lie"]
    more = {hosts.REPORT: str(report), READ: "already"}  # by this session
    subprocess.run(words, cwd=ROOT, env=os.environ | more, check=True, capture_output=True)
    assert hosts.read_report(report) == Tally(1, 0, {})


def test_two_runs_on_one_release_do_not_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their engines would share their files: the second one is refused, and another release is not."""
    monkeypatch.setattr(hosts, "HOSTS", tmp_path)
    refused = pytest.raises(hosts.HostError, match="another run on trixie is under way")
    with hosts.alone("trixie"), hosts.alone("bookworm"), refused, hosts.alone("trixie"):
        pass
    with hosts.alone("trixie"):
        pass


@pytest.mark.parametrize("release", ["", "jessie", "../trixie"])
def test_a_release_that_is_not_offered_is_refused(release: str) -> None:
    with pytest.raises(hosts.HostError, match="choose one of bookworm, trixie, sid"):
        hosts.run_on(release, [], fresh=False)
