"""The runner's commands: `python -m snippets.runner COMMAND`, as the Makefile calls them.

lab [whole]    build the lab (whole: with what only some examples ask for) and print what this machine has
lab interfaces|containers
               build what the sides need that are chosen for a host in a VM, and that VM's initramfs
run SCRIPT     run one script of an example, as `bash SCRIPT` does
shell          open a shell in which the pages' commands can be typed, and clean up after it
record [ID…]   run examples (all, or those named) and rewrite what was recorded; with QUICK=1, one short round under build/
machine [SLUG] say what this machine has, what it can record and in what time; SLUG names it from then on
amend ID WHY   say why what was recorded still holds although the script changed
compare        print this machine's medians next to the published ones
test-on HOST [COMMAND…]
               run `make test`, or another command, on another release of Debian: bookworm, trixie, sid; or the chosen
               sides, or another command, in a VM with control groups version 2: cgroup2
clean          remove what the lab and its runs made
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from macros.base.problems import ProblemError
from macros.model.example_reader import load_example, load_examples
from macros.model.examples import Example
from snippets.runner import (
    amend,
    begin,
    checkout,
    choice,
    compare,
    engines,
    execute,
    experiments,
    hosts,
    lab,
    record,
    runs,
    vm_host,
)
from snippets.runner.paths import LAB, LAB_SCRIPTS, ROOT, SNIPPETS

CANNOT_BUILD_HERE = 3  # outside CI, `make test` continues after this: tests that need the lab are skipped


def _choose(ids: list[str]) -> list[Example]:
    examples = load_examples(SNIPPETS)
    unknown = [i for i in ids if i not in examples]
    if unknown:
        raise record.ExampleError(f"no such example: {', '.join(unknown)}; one of: {', '.join(examples)}")
    return [examples[i] for i in ids] if ids else list(examples.values())


def command_lab(*, whole: bool = False) -> int:
    """Build the lab with what is here, and print the table; `whole` also builds the pieces that only some examples ask for."""
    wanted = {"lab"}
    if whole:
        sides = [side for example in _choose([]) for side in example.sides.values()]
        wanted |= {word for side in sides if not engines.missing(side.requires) for word in side.requires}
    rows = lab.machine()
    absent = []
    for name, needs in (("cpio", ("cpio",)), ("docker", ("docker",)), ("qemu", ("qemu", "amd64"))):
        lacking = engines.missing(needs)
        absent += lacking
        if not lacking:
            wanted.add(name)
    if any(m.name in {"cpio", "amd64"} for m in absent):
        wanted -= {"qemu", "arm64"}
    built = lab.ensure(wanted)
    rows |= engines.versions()
    rows["guest kernel"] = built.kernel
    again = f"; found by an earlier run: remove {(LAB / '.accelerator.json').relative_to(ROOT)} to ask again"
    rows["accelerator"] = f"{built.accelerator} ({built.reason}{again if built.kept else ''})"
    width = max(map(len, rows))
    for key, value in rows.items():
        print(f"{key:<{width}}  {value}")
    for item in absent:
        print(f"missing  {item}")
    return 0


def command_lab_for(chosen: str) -> int:
    """Build what the sides of this choice need, as far as this system has it, and the initramfs of a VM that is to run them."""
    sides = choice.chosen(load_examples(SNIPPETS).values(), chosen)
    built = lab.ensure(
        {lab.GUEST, "lab"}.union(*(side.requires for side in sides if not engines.missing(side.requires)))
    )
    print(f"guest kernel {built.kernel}")
    return 0


def command_run(script: Path) -> int:
    """Run one script by itself; print what it prints; leave nothing behind. Return its exit code."""
    if not script.is_file():
        raise record.ExampleError(f"no script {script}")
    directory = script.parent.resolve()  # not the script: it may be a link to that of another example
    example = load_example(directory, directory.parent.parent)
    side = example.sides.get(script.stem)
    if side is None or script.suffix != ".sh":
        raise record.ExampleError(f"{script} does not belong to a side; {example.id} has: {', '.join(example.sides)}")
    lacking = engines.missing(side.requires)
    if lacking:
        print(f"skipped: {lacking[0]}", file=sys.stderr)
        return 2
    runs.sweep()
    built = lab.ensure(set(side.requires))
    output = record.run_side(side, built, echo=True, effort="")
    if output.timed_out:
        print(f"ended after its time limit of {execute.limit(side):.0f} s", file=sys.stderr)
        return 124
    return output.code if output.code >= 0 else 128 - output.code


def command_shell() -> int:
    """Open a shell in the lab's directory, in a run of its own; remove what was started in it. Return its exit code."""
    words = {
        name for name, needs in (("docker", ("docker",)), ("qemu", ("qemu", "amd64"))) if not engines.missing(needs)
    }
    runs.sweep()
    built = lab.ensure(words | {"lab"} | {piece for piece in engines.PIECES if (LAB / f".{piece}.stamp").is_file()})
    with runs.Run() as run:
        (run.directory / "docker").touch()
        rcfile = run.directory / "rc"
        prelude = shlex.quote(str(LAB_SCRIPTS / "prelude.sh"))
        rcfile.write_text(f"source {prelude}\ntrap - ERR\nlog=$WORK/log\nPS1='lab$ '\n")
        environment = execute.environment(run, built, LAB)
        print(
            f"In {LAB.relative_to(ROOT)}, with ACCEL={built.accelerator}. Leave with exit; what you started is then removed."
        )
        # The shell is interactive: Ctrl-C is for what runs in it, and the runner waits for its end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return subprocess.run(
            ["bash", "--noprofile", "--rcfile", str(rcfile), "-i"],
            env=environment,
            check=False,
            preexec_fn=restore_interrupt,
        ).returncode


def restore_interrupt() -> None:
    """Give a child process the usual reaction to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def command_clean() -> int:
    """Remove what dead runs left, and the lab."""
    swept = runs.sweep()
    lab.clean()
    print(f"removed the lab and what {len(swept)} ended run(s) left")
    return 0


def _interrupted(number: int, _frame: FrameType | None) -> None:
    # Raised as an exception, so that every `with Run()` on the stack cleans up; a second signal cannot cut that short.
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise SystemExit(128 + number)


def main(words: list[str]) -> int:
    """Carry out one command; return its exit code."""
    checkout.forget_foreign()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    try:
        match words:
            case ["lab"]:
                return command_lab()
            case ["lab", "whole"]:
                return command_lab(whole=True)
            case ["lab", chosen] if chosen in choice.CHOICES:
                return command_lab_for(chosen)
            case ["run", script]:
                return command_run(Path(script))
            case ["record", *ids]:
                return experiments.record_all(_choose(ids), named=bool(ids), quick=bool(os.environ.get("QUICK")))
            case ["machine", slug]:
                return begin.machine(slug, _choose([]))
            case ["amend", id_, why]:
                for path in amend.amend(_choose([id_])[0], why):
                    print(f"amended {path}")
                return 0
            case ["compare"]:
                return compare.compare(load_examples(SNIPPETS))
            case ["shell"]:
                return command_shell()
            case ["test-on", vm_host.NAME, *command]:
                return vm_host.run(command, fresh=bool(os.environ.get("FRESH")))
            case ["test-on", release, *command]:
                return hosts.run_on(release, command, fresh=bool(os.environ.get("FRESH")))
            case ["clean"]:
                return command_clean()
    except lab.CannotBuildHereError as error:
        print(error, file=sys.stderr)
        return CANNOT_BUILD_HERE
    except subprocess.TimeoutExpired as error:
        print(f"no answer within {error.timeout:.0f} s: {shlex.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    except (ProblemError, hosts.HostError, lab.LabError, record.ExampleError, runs.Unreachable, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
