"""What scripts may give, and the form that they have."""

from __future__ import annotations

import pytest

from macros.model.regions import Region
from macros.model.scripts import PRELUDE, gives, misshapen, overreach

RUN = "docker run --rm"
NEVER = (
    *("--privileged", "-v /:/host", "-v /etc:/etc:ro", '-v "$HOME:/h"', "--volume=/dev:/dev", "-v ~/x:/x"),
    *("--mount type=bind,src=/root,dst=/r", "--cap-add ALL", "--cap-add=CAP_SYS_ADMIN", "--device /dev/sda"),
)
DECLARED = {
    "--pid host": "--pid host",
    "--ipc=host": "--ipc host",
    "--cap-add SYS_PTRACE": "--cap-add SYS_PTRACE",
    "--security-opt seccomp=unconfined": "--security-opt seccomp=unconfined",
    "-v /sys/fs/cgroup:/sys/fs/cgroup": "-v /sys/fs/cgroup",
    "--mount type=bind,src=/var/run/docker.sock,dst=/s,readonly": "-v /var/run/docker.sock",
    "--device /dev/kvm": "--device /dev/kvm",
}
USUAL = (
    *('-v "$WORK/x:/x"', '-v "$HERE:/h:ro"', "-v /usr:/usr:ro", '-v "$RUN-data:/data"', "-v /mnt", "--pids-limit 3"),
    *("--security-opt no-new-privileges", '--device-write-bps "$disk:20mb"', "--cgroupns private"),
)


@pytest.mark.parametrize("option", NEVER)
def test_what_no_script_may_give_is_refused_whatever_is_declared(option: str) -> None:
    found = list(overreach(f"one\n{RUN} {option} image\n", [option], set()))
    assert [line for line, _, _ in found] == [2]
    assert all(remedy for _, _, remedy in found)


@pytest.mark.parametrize("option", DECLARED)
def test_what_goes_beyond_the_usual_is_declared(option: str) -> None:
    script, word = f"{RUN} {option} image\n", DECLARED[option]
    ((line, what, remedy),) = overreach(script, [], set())
    assert (line, word in what, f'gives = ["{word}"]' in remedy) == (1, True, True)
    seen: set[str] = set()
    assert list(overreach(script, [word], seen)) == []
    assert seen == {word}


@pytest.mark.parametrize("option", USUAL)
def test_what_is_usual_needs_no_word(option: str) -> None:
    assert list(gives(f"{RUN} {option} image\n# --privileged\n")) == []


def test_a_variable_is_looked_up() -> None:
    assert [never for _, _, never, _ in gives('d=/etc\ndocker run -v "$d:/x" image\n')] == [
        "/etc of the host in a container"
    ]


@pytest.mark.parametrize(
    "options", ["-virtfs local,path=/,mount_tag=x", "-drive file=/dev/sda,format=raw", "-device vfio-pci,host=01:00.0"]
)
def test_a_guest_gets_nothing_of_the_hosts_either(options: str) -> None:
    assert len(list(overreach(f"qemu-system-x86_64 {options}\n", [], set()))) == 1


def test_the_form_of_a_script() -> None:
    sound = f"#!/usr/bin/env bash\nset -euo pipefail\n{PRELUDE}\n"
    assert list(misshapen(sound, [], prelude=True)) == []
    assert len(list(misshapen("true\n", [Region("show", 4, "x" * 81)], prelude=True))) == 4
