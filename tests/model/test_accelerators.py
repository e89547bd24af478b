"""A script gives QEMU the accelerator that the lab probed, or the emulation that its example declares."""

from __future__ import annotations

import pytest

from macros.model.accelerators import foreign, unnamed_platform
from macros.model.examples import Example


@pytest.mark.parametrize(
    ("script", "declared"),
    [
        ('qemu-system-x86_64 -accel "$ACCEL" -m 128', ""),
        ("qemu-system-x86_64 -accel ${ACCEL} -m 128", ""),
        ('qemu-system-x86_64 -machine "q35,accel=$ACCEL"', ""),
        ("qemu-system-aarch64 -accel tcg -M virt", "tcg"),
        ("# never -accel kvm here\ntrue", ""),
    ],
)
def test_the_labs_accelerator_and_declared_emulation_are_accepted(script: str, declared: str) -> None:
    assert list(foreign(script, declared)) == []


@pytest.mark.parametrize(
    ("script", "declared", "what"),
    [
        ("true\nqemu-system-x86_64 -accel kvm", "", "an accelerator named by hand: kvm"),
        ("true\nqemu-system-x86_64 -accel 'kvm'", "tcg", "an accelerator named by hand: kvm"),
        ("qemu-system-x86_64 \\\n  -accel \\\n kvm".replace("\n kvm", " kvm"), "", "an accelerator named by hand"),
        ("true\nqemu-system-x86_64 -accel tcg", "", "software emulation that is not declared"),
        ("true\nqemu-system-x86_64 -M q35,accel=kvm", "", "an accelerator named by hand: kvm"),
        ("true\nqemu-system-x86_64 -enable-kvm", "", "an accelerator named by hand: -enable-kvm"),
    ],
)
def test_any_other_is_named_with_its_line(script: str, declared: str, what: str) -> None:
    ((line, told, remedy),) = foreign(script, declared)
    assert line == 2 and told.startswith(what) and remedy


def test_every_script_that_starts_a_vm_was_looked_at(examples: dict[str, Example]) -> None:
    scripts = [side.script.read_text("utf-8") for one in examples.values() for side in one.sides.values()]
    assert sum('-accel "$ACCEL"' in text for text in scripts) > 40


@pytest.mark.parametrize(
    "script",
    [
        "./runsc --root x --platform systrap --network none \\\n    run --bundle y z",
        "runsc --platform=systrap do true",
        "# runsc run without a word\nrunsc --version",
        './runsc --root "$WORK/runsc" kill x KILL',
    ],
)
def test_gvisor_on_the_platform_that_results_name_is_accepted(script: str) -> None:
    assert list(unnamed_platform(script)) == []


@pytest.mark.parametrize("script", ["true\n./runsc run x", "true\nrunsc --platform=kvm \\\n  --root y run x"])
def test_gvisor_on_another_platform_or_on_none_is_named_with_its_line(script: str) -> None:
    ((line, what, remedy),) = unnamed_platform(script)
    assert line == 2 and "platform" in what and remedy == "write --platform systrap"
