"""Every side of every example still prints what was recorded from it."""

from __future__ import annotations

import pytest

from conftest import Runs
from macros.examples import Example, Side
from runner import record


@pytest.mark.engine
def test_example(example_side: tuple[Example, Side], run_example: Runs) -> None:
    example, side = example_side
    output = run_example(example.id, side.side)
    try:
        record.check(example, side, output)
        if example.metrics:
            record.samples_of(example, side, output)
    except record.ExampleError as error:
        pytest.fail(str(error), pytrace=False)
