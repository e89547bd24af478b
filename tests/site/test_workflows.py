"""What runs on a public host: pinned, with as few rights as it needs, and no command that a contributor could not run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema import Draft7Validator

from macros.pages.settings import recipes
from snippets.runner.paths import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NAMES = [path.stem for path in WORKFLOWS]
ACTION = re.compile(r"uses: (?P<action>[\w.-]+/[\w./-]+)@(?P<commit>[0-9a-f]{40}) # v\d+\.\d+\.\d+(?: #.*)?$")
# The only jobs that may change anything, and what.
WRITES = {
    ("publish", "deploy"): {"pages": "write", "id-token": "write"},
    ("record", "propose"): {"contents": "write", "pull-requests": "write"},
}
STRANGERS = {"pull_request", "workflow_call"}  # events by which a workflow may run what a stranger wrote


def parsed(path: Path) -> dict[str, Any]:
    """Return a workflow; YAML would read the key `on` as a truth."""
    content: dict[str, Any] = yaml.safe_load(re.sub(r"(?m)^on:", '"on":', path.read_text("utf-8")))
    return content


def jobs() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each job: its workflow, its name and what it holds."""
    for path in WORKFLOWS:
        for name, job in parsed(path)["jobs"].items():
            yield path.stem, name, job


def misfits(schema: str, content: object) -> list[str]:
    found = Draft7Validator(get_builtin_schema(schema)).iter_errors(content)
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in found]


def test_there_is_a_workflow_for_each_task() -> None:
    assert NAMES == ["addresses", "audit", "canary", "check", "publish", "record"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_a_workflow_fits_its_schema(path: Path) -> None:
    assert misfits("vendor.github-workflows", parsed(path)) == []


def test_the_schema_refuses_a_workflow_that_is_none() -> None:
    broken = parsed(WORKFLOWS[0]) | {"jobs": {"x": {"runs-on": "ubuntu-24.04", "step": []}}}
    assert misfits("vendor.github-workflows", broken)


def test_the_updates_fit_their_schema_and_cover_actions_and_packages() -> None:
    content = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))
    assert misfits("vendor.dependabot", content) == []
    assert {one["package-ecosystem"] for one in content["updates"]} == {"github-actions", "pip"}


def test_the_linter_of_workflows_finds_nothing() -> None:
    linter = Path(sys.executable).parent / "zizmor"
    done = subprocess.run(
        [linter, "--offline", "--no-progress", "--no-config", "--persona=regular", ROOT / ".github"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_linter_of_workflows_finds_what_is_wrong(tmp_path: Path) -> None:
    where = tmp_path / ".github" / "workflows"
    where.mkdir(parents=True)
    text = (ROOT / ".github" / "workflows" / "check.yml").read_text("utf-8")
    (where / "check.yml").write_text(text.replace("  pull_request:\n", "  pull_request_target:\n", 1), "utf-8")
    linter = Path(sys.executable).parent / "zizmor"
    words = [str(linter), "--offline", "--no-progress", "--no-config", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode != 0
    assert "dangerous-triggers" in done.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_each_action_is_pinned_to_a_commit(path: Path) -> None:
    """Of one action, every workflow uses the same commit."""
    for line in path.read_text("utf-8").splitlines():
        if "uses:" in line and "uses: ./" not in line:
            assert ACTION.search(line), f"{path.name}: {line.strip()}"


def test_an_action_has_one_commit_everywhere() -> None:
    commits: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for match in re.finditer(ACTION.pattern, path.read_text("utf-8"), re.MULTILINE):
            commits.setdefault(match["action"], set()).add(match["commit"])
    assert len(commits) >= 4
    assert {action: found for action, found in commits.items() if len(found) > 1} == {}


def test_workflows_may_read_and_two_jobs_may_write() -> None:
    assert {path.stem: parsed(path)["permissions"] for path in WORKFLOWS} == dict.fromkeys(
        NAMES, {"contents": "read"}
    )
    assert {(name, job): given["permissions"] for name, job, given in jobs() if "permissions" in given} == WRITES


def test_a_strangers_pull_request_reaches_no_secret() -> None:
    """What a stranger's pull request starts may write nothing and is given nothing; no workflow names a secret."""
    for path in WORKFLOWS:
        content, text = parsed(path), path.read_text("utf-8")
        assert not {"pull_request_target", "workflow_run", "issue_comment", "issues"} & set(content["on"]), path.name
        assert not re.search(r"\bsecrets\b", text), path.name
        if STRANGERS & set(content["on"]):
            assert not any("permissions" in job or "environment" in job for job in content["jobs"].values()), path.name
            assert not re.search(r"\bself-hosted\b|\bvars\.", text), path.name


def test_a_checkout_keeps_the_token_only_where_it_is_pushed_with() -> None:
    for name, job, given in jobs():
        for step in given.get("steps", ()):
            if "actions/checkout@" in step.get("uses", ""):
                kept = step.get("with", {}).get("persist-credentials") is not False
                assert kept == ((name, job) == ("record", "propose")), f"{name}: {job}"


def test_each_job_has_a_limit_of_time() -> None:
    for name, job, given in jobs():
        assert "uses" in given or 0 < given["timeout-minutes"] <= 90, f"{name}: {job}"


def test_every_command_is_a_target_of_make_or_a_script_that_is_there() -> None:
    """One command a step, without a shell's own words and without an expression, into which a title could smuggle some."""
    targets = recipes((ROOT / "Makefile").read_text("utf-8"))
    seen = set()
    for name, job, given in jobs():
        for step in given.get("steps", ()):
            if "run" not in step:
                continue
            command = step["run"].strip()
            assert "${{" not in command and "\n" not in command and not re.search(r"[;&|<>`]|\$\(", command), command
            words = [word for word in shlex.split(command) if "=" not in word]
            words = words[3:] if words[:3] == ["sudo", "-E", "env"] else words
            if words[0] == "make":
                assert words[1] in targets, f"{name}: {job}: {command}"
            else:
                assert words[0].startswith(".ci/") and os.access(ROOT / words[0], os.X_OK), f"{name}: {job}: {command}"
            seen.add(words[0] if words[0] != "make" else f"make {words[1]}")
    assert {".ci/run", ".ci/record", ".ci/propose", "make build", "make check", "make test-on"} <= seen


# -- what is recorded with hardware virtualisation becomes a pull request ---------------------------

SEAL = "docs/data/sealed.json"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout of a small repository that has the scripts, with a remote, and with `gh` and `make` that only note."""
    remote, tree, bin_ = tmp_path / "remote", tmp_path / "tree", tmp_path / "bin"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(tree))
    for script in ("record", "propose"):
        (tree / ".ci").mkdir(exist_ok=True)
        (tree / ".ci" / script).write_bytes((ROOT / ".ci" / script).read_bytes())
        (tree / ".ci" / script).chmod(0o755)
    (tree / SEAL).parent.mkdir(parents=True)
    (tree / SEAL).write_text("{}\n")
    (tree / "README.md").write_text("readme\n")
    (tree / ".gitignore").write_text("/build/\n")
    git(tree, "add", ".")
    git(tree, "commit", "--quiet", "--message=first")
    git(tree, "remote", "add", "origin", str(remote))
    git(tree, "push", "--quiet", "origin", "main")
    bin_.mkdir()
    for name, text in (("gh", 'printf "%s\\n" "$@" >"$NOTES"'), ("make", MAKE)):
        (bin_ / name).write_text(f"#!/usr/bin/env bash\nset -e\n{text}\n")
        (bin_ / name).chmod(0o755)
    return tree


# Records as `make record` would on a machine with KVM, or on one whose guest did not boot with it.
MAKE = """
[ "$1" = record ] || exit 0
mkdir -p "docs/data/results/$MACHINE"
printf '{"accelerator": "%s"}\\n' "$FOUND" >"docs/data/results/$MACHINE/machine.json"
printf '{"accelerator": "%s", "samples": [1, 2, 3]}\\n' "$FOUND" >"docs/data/results/$MACHINE/resources.startup-vm.json"
printf '{"docs/data/results/%s/machine.json": "0"}\\n' "$MACHINE" >docs/data/sealed.json
"""


def git(where: Path, *words: str) -> str:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    done = subprocess.run(["git", *who, *words], cwd=where, capture_output=True, text=True, timeout=600, check=True)
    return done.stdout


def run(tree: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": f"{tree.parent / 'bin'}:{os.environ['PATH']}", "NOTES": str(tree.parent / "notes")}
    kvm = tree.parent / "kvm"
    kvm.touch()
    given |= {"MACHINE": "ci-kvm", "FOUND": "kvm", "KVM_DEVICE": str(kvm), "HOME": str(tree.parent)} | more
    return subprocess.run(words, cwd=tree, env=given, capture_output=True, text=True, timeout=600, check=False)


def test_what_was_recorded_becomes_a_pull_request_with_these_results_alone(checkout: Path) -> None:
    done = run(checkout, ".ci/record")
    assert done.returncode == 0, done.stderr
    git(checkout, "reset", "--quiet", "--hard")  # the second job begins with a checkout of its own
    git(checkout, "clean", "--quiet", "--force", "-d", "docs")
    done = run(checkout, ".ci/propose", "build/recorded.patch")
    assert done.returncode == 0, done.stderr
    (branch,) = re.findall(r"refs/heads/(record/ci-kvm-\S+)", git(checkout, "ls-remote", "origin"))
    changed = git(checkout, "diff", "--name-only", "main", f"origin/{branch}").split()
    results = "docs/data/results/ci-kvm"
    assert changed == [f"{results}/machine.json", f"{results}/resources.startup-vm.json", SEAL]
    assert '"kvm"' in git(checkout, "show", f"origin/{branch}:{results}/machine.json")
    notes = (checkout.parent / "notes").read_text().split("\n")
    assert notes[:4] == ["pr", "create", "--head", branch]
    assert git(checkout, "rev-parse", "origin/main") == git(checkout, "rev-parse", "main")


def test_what_is_here_already_is_not_proposed_again(checkout: Path) -> None:
    (checkout / "build").mkdir()
    (checkout / "build" / "recorded.patch").write_text("")
    done = run(checkout, ".ci/propose", "build/recorded.patch")
    assert (done.returncode, "nothing was recorded" in done.stdout) == (0, True), done.stderr
    assert not (checkout.parent / "notes").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"MACHINE": "My Laptop"}, "MACHINE='My Laptop' is no slug"),
        ({"MACHINE": "../results"}, "is no slug"),
        ({"KVM_DEVICE": "/dev/no-such-device"}, "/dev/no-such-device cannot be opened"),
        ({"FOUND": "tcg"}, "the lab's probe did not boot with KVM"),
    ],
    ids=["no-slug", "a-path", "no-device", "emulated"],
)
def test_what_is_not_hardware_virtualisation_is_not_recorded(checkout: Path, more: dict[str, str], said: str) -> None:
    done = run(checkout, ".ci/record", **more)
    assert done.returncode == 1
    assert said in done.stderr and "    remedy: " in done.stderr
    assert not (checkout / "build" / "recorded.patch").exists()


CHANGES = {
    "another file": ("README.md", "other\n", 0o644),
    "another machine": ("docs/data/results/epyc-2/machine.json", "{}\n", 0o644),
    "a workflow": (".github/workflows/check.yml", "on: push\n", 0o644),
    "a file that is no result": ("docs/data/results/ci-kvm/run.sh", "true\n", 0o644),
    "a program": ("docs/data/results/ci-kvm/machine.json", "{}\n", 0o755),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_patch_that_changes_anything_else_is_refused(checkout: Path, name: str) -> None:
    file, text, mode = CHANGES[name]
    (checkout / file).parent.mkdir(parents=True, exist_ok=True)
    (checkout / file).write_text(text)
    (checkout / file).chmod(mode)
    git(checkout, "add", "--intent-to-add", ".")
    patch = checkout.parent / "patch"
    patch.write_text(git(checkout, "diff", "--binary"))
    git(checkout, "reset", "--quiet", "--hard")
    done = run(checkout, ".ci/propose", str(patch))
    assert done.returncode == 1
    assert "remedy: " in done.stderr
    assert git(checkout, "ls-remote", "--heads", "origin").count("refs/heads/") == 1
    assert not (checkout.parent / "notes").exists()
