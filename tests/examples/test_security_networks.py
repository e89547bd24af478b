"""Who reaches whom, and the lint that keeps the networks of examples to themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from macros.base.problems import ProblemError
from macros.model.examples import Example
from macros.model.load import load
from macros.model.networks import findings
from snippets.runner.paths import LAB_SCRIPTS
from tests.conftest import Runs
from tests.site import smallsite

NAME = 'NAME="the lab"\n'


@pytest.mark.claim("S3", "holds with conditions")
@pytest.mark.example("security/networks")
@pytest.mark.engine
def test_containers_reach_each_other_on_one_bridge_only(run_example: Runs) -> None:
    """On one bridge by name and by address; from another by neither, until the server is joined to that one too."""
    output = run_example("security/networks", "container")
    assert output["one-bridge"] == NAME * 2
    assert output["two-bridges"] == "no answer\n" * 2
    assert output["connect"] == NAME


@pytest.mark.example("security/networks")
@pytest.mark.engine
def test_an_internal_network_is_cut_off_but_for_the_host(run_example: Runs) -> None:
    """Neither way between an internal network and another is there an answer; the host reaches the server all the same."""
    output = run_example("security/networks", "container")
    assert output["internal"] == "no answer\n" * 2 + NAME


@pytest.mark.example("security/networks")
@pytest.mark.engine
def test_vms_reach_each_other_by_a_cable_only(run_example: Runs) -> None:
    """Over a cable between their QEMU processes two guests meet; on user networking the second finds nobody at the first's address."""
    lines = run_example("security/networks", "vm")["second"].splitlines()
    assert lines[:2] == ["over the cable:", NAME.strip()]
    assert lines[2:4] == ["the network on its other card:", "1 packets received"], "the card has no network at all"
    assert lines[4].startswith("at the address")
    assert lines[5:] == ["no answer"]


@pytest.mark.example("security/published-port")
@pytest.mark.engine
def test_a_published_port_passes_by_the_input_chain(run_example: Runs) -> None:
    """With INPUT closed, a service of the host is out of reach and a published one is not; a rule in FORWARD stops it."""
    lines = run_example("security/published-port", "host")["rules"].splitlines()
    assert lines == [
        "port 8081, on which the host listens:",
        "a service of the host",
        "the same, once nothing may come in:",
        "no answer",
        "port 8080, published:",
        "a service of the container",
        "port 8080, with a rule where it passes:",
        "no answer",
    ]


@pytest.mark.example("security/published-port")
@pytest.mark.engine
def test_docker_writes_rules_and_none_for_input(run_example: Runs) -> None:
    """A published port is answered; the host's rules rewrite its destination and hold nothing about it for INPUT."""
    output = run_example("security/published-port", "container")
    assert output["ask"] == NAME
    target, chain, for_input = output["rules"].splitlines()
    assert re.fullmatch(r"DNAT --to-destination [\d.]+:80", target)
    assert (chain, for_input) == ("DOCKER-USER", "for INPUT: 0")


@pytest.mark.example("security/published-port")
@pytest.mark.engine
def test_qemus_forwarded_port_is_a_program_that_listens(run_example: Runs) -> None:
    """A forwarded port is answered by the guest; on the host, QEMU is the program that listens on it."""
    output = run_example("security/published-port", "vm")
    assert output["ask"] == NAME
    assert set(output["listener"].split()) == {'"qemu-system-x86"'}


# -- the lint --------------------------------------------------------------------------------------

BAD: dict[str, tuple[str, str, bool]] = {
    # What a script says, what is found, and whether a reason excuses it.
    "default": ("docker run --rm -d cvm-lab sleep 1", "Docker's default bridge", True),
    "by-name": ("docker create --net=bridge cvm-lab", "Docker's default bridge", True),
    "two-words": ("docker container run cvm-lab", "Docker's default bridge", True),
    "image-then-option": ("docker run cvm-lab --network none", "Docker's default bridge", True),
    "in-python": ('["docker", "run", "--rm", "cvm-lab"]', "Docker's default bridge", True),
    "in-docker": ("docker run --network none -v a:b cvm-lab docker run cvm-lab", "Docker's default bridge", True),
    "host": ('x=$(docker run --network host "$image" ls)', "the host's network", True),
    "not-made": ("docker run --network elsewhere cvm-lab", "elsewhere, which this script does not make", True),
    "way-out": ('docker network create "$RUN-n"', "a network with access to the outside", True),
    "connect": ('docker network connect bridge "$RUN-c"', "connected to the network bridge", True),
    "loopback": ("docker run --network none -p 127.0.0.1:80:80 cvm-lab", "published on 127.0.0.1", True),
    "everywhere": ("docker run --network none -p 8080:80 cvm-lab", "published to the whole network", False),
    "any-address": ("docker run --network none --publish=0.0.0.0::80 cvm-lab", "published to the whole network", False),
    "all-ports": ("docker run --network none -P cvm-lab", "publishes every port", False),
    "qemu-default": ("qemu-system-x86_64 -M q35 -m 128", "a network card of its own", True),
    "qemu-array": ("vm=(qemu-system-x86_64 -M q35\n    -netdev user,id=n)", "reaches the host and beyond", True),
    "qemu-user": ("qemu-system-x86_64 -nodefaults \\\n  -netdev user,id=n", "reaches the host and beyond", True),
    "qemu-tap": ('qemu-system-x86_64 -netdev "tap,id=n,ifname=$tap"', "a tap of the host", True),
    "qemu-nic": ("qemu-system-x86_64 -nic bridge,br=br0", "a bridge of the host", True),
    "forward": ("qemu-system-x86_64 -nic user,restrict=on,hostfwd=tcp:127.0.0.1:1-:2", "published on 127.0.0.1", True),
    "forward-all": ("qemu-system-x86_64 -nic user,restrict=on,hostfwd=tcp::1-:2", "published to the whole", False),
    "cable": ("qemu-system-x86_64 -nic socket,listen=:1234", "does not end on 127.0.0.1", False),
    "monitor": ("qemu-system-x86_64 -nic none -monitor tcp::4444,server=on", "listens beyond this host", False),
}
GOOD = {
    "none": "docker run --rm --network none cvm-lab ls",
    "internal": 'docker network create --internal "$RUN-n"\ndocker run -d --network "$RUN-n" --name x cvm-lab httpd',
    "joined": 'docker run --network "container:$c" cvm-lab ls',
    "comment": "# docker run is what a reader types, and qemu-system-x86_64 -m 128 too",
    "exec": 'docker exec "$c" run',
    "asked": "qemu-system-x86_64 --version",
    "no-card": "qemu-system-x86_64 -M q35 -nodefaults -serial stdio",
    "restricted": "qemu-system-x86_64 -netdev user,id=n,restrict=on",
    "in-a-variable": 'user=restrict=on,net=10.0.3.0/24\nqemu-system-x86_64 -netdev "user,id=n,$user"',
    "cable": 'qemu-system-x86_64 -netdev "socket,id=n,listen=127.0.0.1:$port"',
    "unix": "qemu-system-x86_64 -netdev stream,id=n,addr.type=unix,addr.path=wire -monitor unix:mon,server=on",
}


@pytest.mark.parametrize("case", BAD)
def test_a_network_that_is_not_internal_is_found(case: str) -> None:
    text, what, excusable = BAD[case]
    found = [one for one in findings(f"#!/bin/bash\n\n{text}\n") if what in one.what]
    assert [(one.line >= 3, bool(one.remedy), one.excusable) for one in found] == [(True, True, excusable)]


@pytest.mark.parametrize("case", GOOD)
def test_an_internal_network_is_left_alone(case: str) -> None:
    assert findings(f"#!/bin/bash\n{GOOD[case]}\n") == []


def site_with(directory: Path, line: str, reason: str = "") -> str:
    """Return what is said of the small site when its script has one line more, and its example a reason, or ""."""
    site = smallsite.make(directory / "site", lean=True)
    script = site / "snippets/section/kernel/host.sh"
    script.write_text(script.read_text("utf-8") + f"{line}\n", "utf-8")
    toml = site / "snippets/section/kernel/example.toml"
    text = toml.read_text("utf-8")
    toml.write_text(text.replace("[host]", f'network = "{reason}"\n[host]', 1) if reason else text, "utf-8")
    try:
        load(site)
    except ProblemError as error:
        return str(error)
    return ""


def test_the_build_fails_on_a_bad_script(tmp_path: Path) -> None:
    """A script with an open network ends the build, with file, line and remedy."""
    said = site_with(tmp_path, "docker run -p 8080:80 cvm-lab")
    where = "snippets/section/kernel/host.sh:6: "
    assert (
        f"{where}the port 8080:80 is published to the whole network\n    remedy: publish it as 127.0.0.1::PORT" in said
    )
    assert f"{where}a container on Docker's default bridge\n    remedy: --network none" in said


def test_a_reason_excuses_what_can_be_excused(tmp_path: Path) -> None:
    """The key `network` lets the default bridge pass, never a port for the whole network."""
    why = "A reason."
    assert "default bridge" not in site_with(tmp_path / "a", "docker run cvm-lab", why)
    assert "published to the whole network" in site_with(tmp_path / "b", "docker run -p 80:80 cvm-lab", why)


def test_a_reason_that_nothing_needs_is_refused(tmp_path: Path) -> None:
    said = site_with(tmp_path, "true", "A reason.")
    assert (
        "snippets/section/kernel/example.toml:3: a reason for a network, and every network of the scripts is internal"
        in said
    )


def test_ports_of_examples_are_published_on_the_loopback_only(examples: dict[str, Example]) -> None:
    """Few examples publish a port, and every one that has an open network says why."""
    assert all(bool(one.network) == bool(one.networks) for one in examples.values())
    publishing = [one.id for one in examples.values() if any("127.0.0.1" in what for what in one.networks)]
    assert publishing
    assert len(publishing) <= len(examples) / 4, publishing


def test_the_labs_own_scripts_make_no_network() -> None:
    """But for the one that a reader runs, in which apt fetches packages over Docker's default bridge."""
    found = {script.name: findings(script.read_text("utf-8")) for script in LAB_SCRIPTS.glob("*.sh")}
    assert {name: len(wrong) for name, wrong in found.items() if wrong} == {"with-docker.sh": 1}
