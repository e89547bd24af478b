"""Every example prints what was recorded; every experiment samples what it declares."""

from __future__ import annotations

import pytest

from macros.model.examples import Example, Side
from macros.model.results import split_point
from snippets.runner import record
from tests.conftest import EXAMPLES, Runs

pytestmark = pytest.mark.engine


def test_example(example_side: tuple[Example, Side], run_example: Runs) -> None:
    """Run one side and compare what it printed with what was recorded."""
    example, side = example_side
    output = run_example(example.id, side.side)
    try:
        record.check(example, side, output)
    except record.ExampleError as error:
        pytest.fail(str(error), pytrace=False)


MEASURED = [
    pytest.param(example, side, id=side.id, marks=pytest.mark.example(example.id))
    for example in EXAMPLES.values()
    if example.metrics
    for side in example.sides.values()
]


@pytest.mark.parametrize(("experiment", "side"), MEASURED)
def test_experiment_has_its_shape(experiment: Example, side: Side, run_example: Runs) -> None:
    """One round samples nothing but declared metrics, each once, or once at each of its points; never what it should be."""
    output = run_example(experiment.id, side.side)
    try:
        samples = record.samples_of(experiment, side, output)
    except record.ExampleError as error:
        pytest.fail(str(error), pytrace=False)
    assert all(len(values) == 1 for values in samples.values()), samples
    for name in samples:
        assert (split_point(name)[1] is not None) == bool(experiment.metrics[split_point(name)[0]].at)
