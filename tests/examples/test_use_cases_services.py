"""What the scenarios of microservices, continuous integration and cloud-native work mean, on fresh output."""

from __future__ import annotations

import re

import pytest

from tests.conftest import Runs

LOAD = re.compile(r"(\d+) of (\d+) failed, (\d+) answered")
REPORT = re.compile(r"(\d+) failed; version 1: (\d+), version 2: (\d+)")

pytestmark = pytest.mark.engine


def loads(text: str) -> list[tuple[int, int, int]]:
    """Return (failed, sent, instances that answered) of each load that a region reports."""
    return [(int(failed), int(sent), int(by)) for failed, sent, by in LOAD.findall(text)]


def reports(text: str) -> tuple[int, int, int]:
    """Return (failed, answered by version 1, by version 2) of a region's one report."""
    (found,) = REPORT.findall(text)
    failed, first, second = map(int, found)
    return failed, first, second


@pytest.mark.claim("U1", "holds")
@pytest.mark.example("use-cases/microservices")
def test_a_service_scaled_to_ten_loses_no_request_to_the_death_of_one(run_example: Runs) -> None:
    """Docker's DNS names the instances that run, and while one is killed and started again no request fails."""
    output = run_example("use-cases/microservices", "container")
    one, many = loads(output["scale"])
    assert one == (0, 10, 1)
    assert many[:2] == (0, 40)
    assert many[2] > 5
    assert "addresses of the name: 10\n" in output["scale"]
    assert "without the killed one: 9\nwith it again: 10\n" in output["kill"]
    ((failed, sent, by),) = loads(output["kill"])
    assert (failed, sent) == (0, 44)
    assert by > 5


@pytest.mark.claim("U1", "holds")
@pytest.mark.example("use-cases/microservices")
def test_the_only_instance_of_a_service_takes_every_request_with_it(run_example: Runs) -> None:
    """While the one store is down every request fails; once it is started again none does. As VMs the first part too."""
    down, again = loads(run_example("use-cases/microservices", "container")["store"])
    assert down == (5, 5, 0)
    assert again[:2] == (0, 5)
    assert loads(run_example("use-cases/microservices", "vm")["store"]) == [(2, 2, 0)]


@pytest.mark.claim("U1", "holds")
@pytest.mark.example("use-cases/microservices")
def test_the_same_services_run_as_vms(run_example: Runs) -> None:
    """Several VMs serve under one name of a hosts file, and no request fails while one of them is killed and booted."""
    output = run_example("use-cases/microservices", "vm")
    ((failed, sent, by),) = loads(output["load"])
    assert (failed, sent) == (0, 12)
    assert by >= 2
    ((failed, sent, by),) = loads(output["kill"])
    assert (failed, sent) == (0, 9)
    assert by >= 1


@pytest.mark.claim("U2", "holds")
@pytest.mark.example("use-cases/ci-job")
@pytest.mark.parametrize("side", ["container", "vm"])
def test_a_job_in_a_fresh_place_finds_nothing_of_the_one_before(run_example: Runs, side: str) -> None:
    """The second job, in a fresh place, sees neither the file nor the process that the first left; its tests ran."""
    output = run_example("use-cases/ci-job", side)
    lines = output["fresh"].splitlines() if side == "container" else (output["jobs"] + output["kept"]).splitlines()
    assert lines[:6] == ["ready: the job begins", "found nothing of another job", "5 tests passed"] * 2


@pytest.mark.claim("U2", "holds")
@pytest.mark.example("use-cases/ci-job")
@pytest.mark.parametrize("side", ["container", "vm"])
def test_a_job_in_a_place_that_is_kept_finds_what_the_one_before_left(run_example: Runs, side: str) -> None:
    """So the job would notice: in the same container, or the same VM, it does."""
    found = [line for line in run_example("use-cases/ci-job", side)["kept"].splitlines() if line.startswith("found")]
    assert found == ["found nothing of another job", "found what another job left"]


@pytest.mark.claim("U3", "holds")
@pytest.mark.example("use-cases/rolling-update")
@pytest.mark.parametrize("side", ["container", "vm"])
def test_a_rolling_update_under_load_fails_no_request(run_example: Runs, side: str) -> None:
    """Both versions answered while every instance was replaced, and no request failed."""
    failed, first, second = reports(run_example("use-cases/rolling-update", side)["update"])
    assert failed == 0
    assert first > 0
    assert second > 0


@pytest.mark.claim("U3", "holds")
@pytest.mark.example("use-cases/rolling-update")
@pytest.mark.parametrize("side", ["container", "vm"])
def test_stopping_an_instance_that_still_gets_requests_fails_some(run_example: Runs, side: str) -> None:
    """The same balancer and load, without the order of steps: requests fail, on either side."""
    failed, first, second = reports(run_example("use-cases/rolling-update", side)["careless"])
    assert failed > 0
    assert first == 0
    assert second > 0


@pytest.mark.claim("U3", "holds")
@pytest.mark.example("use-cases/scaling")
@pytest.mark.parametrize("side", ["container", "vm"])
def test_a_service_is_scaled_up_and_down(run_example: Runs, side: str) -> None:
    """One instance answers, then many different ones, then one again."""
    before, up, after = (int(line.split()[0]) for line in run_example("use-cases/scaling", side)["scale"].splitlines())
    assert (before, after) == (1, 1)
    assert up == 20 or (side == "vm" and up == 3)


@pytest.mark.claim("U3", "holds")
@pytest.mark.example("use-cases/who-restarts")
def test_docker_restarts_what_ended_and_not_what_hangs(run_example: Runs) -> None:
    """A restart policy brings a crashed program back; one that no longer answers is called unhealthy, and left."""
    output = run_example("use-cases/who-restarts", "container")
    assert [line.split(":")[1].split() for line in output["states"].splitlines()] == [
        ["exited,", "restarted", "0", "times"],
        ["running,", "restarted", "1", "times"],
    ]
    assert output["hang"] == "unhealthy, and running, restarted 0 times\n"


@pytest.mark.example("use-cases/who-restarts")
def test_a_guest_restarts_its_programs_and_itself(run_example: Runs) -> None:
    """The guest's loop restarts a program, and after a panic its kernel boots again in the same QEMU."""
    lines = run_example("use-cases/who-restarts", "vm")["show"].splitlines()
    assert lines == ["booted", "program ended with 1: again", "program runs", "booted"]
