"""Registers the macros that pages call; does nothing else."""

from __future__ import annotations

import dataclasses
import functools
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from . import (
    between_table,
    calls,
    choosing,
    data,
    diagrams,
    escape_table,
    glossary,
    ledger,
    measured,
    method,
    observed,
    pages,
    plots,
    problems,
    repeats,
    show,
    terms,
    where,
)

try:
    from mkdocs.exceptions import PluginError  # printed without a traceback
except ImportError:  # another generator
    PluginError = RuntimeError  # type: ignore[assignment, misc]


MACROS: dict[str, tuple[Callable[..., str], pages.Check]] = {
    "example": (show.example, show.check_example),
    "observed": (observed.observed, observed.check_observed),
    "networks": (show.networks, ledger.nothing_to_check),
    "typing": (show.typing, ledger.nothing_to_check),
    "script": (show.script, show.check_script),
    "diagram": (diagrams.diagram, diagrams.check_diagrams),
    "diagrams": (diagrams.diagrams, diagrams.check_diagrams),
    "cite": (ledger.cite, ledger.check_cite),
    "figure": (ledger.figure, ledger.check_figure),
    "sources": (ledger.sources, ledger.check_sources),
    "catalogue": (ledger.catalogue, ledger.nothing_to_check),
    "glossary": (glossary.glossary, glossary.check_glossary),
    "claim": (ledger.claim, ledger.check_claim),
    "claims": (ledger.claims, ledger.check_claims),
    "ledger": (ledger.ledger, ledger.check_claims),
    "see": (ledger.see, ledger.check_see),
    "counts": (ledger.counts, ledger.nothing_to_check),
    "statements": (ledger.statements, ledger.check_statements),
    "between": (between_table.between, ledger.nothing_to_check),
    "escapes": (escape_table.escapes, ledger.nothing_to_check),
    "escape_counts": (escape_table.escape_counts, ledger.nothing_to_check),
    "comparison": (ledger.comparison, ledger.nothing_to_check),
    "chart": (plots.chart, plots.check_chart),
    "result": (measured.result, measured.check_result),
    "ratio": (measured.ratio, measured.check_comparison),
    "difference": (measured.difference, measured.check_comparison),
    "a_minute": (measured.a_minute, measured.check_a_minute),
    "per_instance": (measured.per_instance, measured.check_per_instance),
    "results": (measured.results, measured.check_results),
    "plan": (measured.plan, measured.check_plan),
    "ran": (method.ran, ledger.nothing_to_check),
    "runs": (method.runs, ledger.nothing_to_check),
    "on_what": (method.on_what, ledger.nothing_to_check),
    "not_measured": (method.not_measured, ledger.nothing_to_check),
    "unshown": (method.unshown, ledger.nothing_to_check),
    "system_calls": (calls.system_calls, calls.check_recorded),
    "call_count": (calls.call_count, calls.check_recorded),
    "call_names": (calls.call_names, calls.check_recorded),
    "host_calls": (calls.host_calls, calls.check_recorded),
    "failures": (measured.failures, ledger.nothing_to_check),
    "repeats": (repeats.repeats, repeats.check_repeats),
    "machines": (measured.machines, ledger.nothing_to_check),
    "guide_form": (choosing.guide_form, ledger.nothing_to_check),
    "guide_questions": (choosing.guide_questions, ledger.nothing_to_check),
    "guide_outcomes": (choosing.guide_outcomes, ledger.nothing_to_check),
    "guide_short": (choosing.guide_short, ledger.nothing_to_check),
    "guide_cases": (choosing.guide_cases, ledger.nothing_to_check),
    "guide_key": (choosing.guide_key, ledger.nothing_to_check),
    "guide_rules": (choosing.guide_rules, ledger.nothing_to_check),
    "guide_advice": (choosing.guide_advice, ledger.nothing_to_check),
    "case_links": (choosing.case_links, ledger.nothing_to_check),
    "planner_form": (choosing.planner_form, ledger.nothing_to_check),
    "planner_costs": (choosing.planner_costs, ledger.nothing_to_check),
    "planner_examples": (choosing.planner_examples, ledger.nothing_to_check),
}
CHECKS = {name: pages.with_arguments(render, check) for name, (render, check) in MACROS.items()}


def define_env(env: Any) -> None:  # noqa: ANN401, the plugin's own object, of no public type
    """Read the data, check the pages against it, and register the macros.

    Raises the generator's own error, which ends the build, with every problem found.
    """
    # The next build under `make serve` imports this package afresh, so that an edited module shows.
    for name in [name for name in sys.modules if name == __name__ or name.startswith(f"{__name__}.")]:
        del sys.modules[name]
    try:
        loaded = data.load(problems.ROOT, draft=os.environ.get("MACROS_FAIL") == "false")
        loaded = dataclasses.replace(loaded, pages=pages.check_pages(loaded, CHECKS))
    except problems.ProblemError as error:
        raise PluginError(str(error)) from None
    for problem in loaded.stale:
        logging.getLogger("mkdocs.macros").warning("not recorded yet: %s", problem)
    # The renderer's extensions are a part of the configuration that a plugin may add to. A generator without them marks no terms.
    if "markdown_extensions" in env.conf:
        env.conf["markdown_extensions"].append(terms.TermsExtension(loaded.glossary))
    where.locate_warnings(problems.ROOT / "docs")
    raised = where.Raised(problems.ROOT, lambda: env.page)
    for name, (render, _) in MACROS.items():
        env.macro(_bound(name, render, loaded, raised), name)


def _bound(name: str, render: Callable[..., str], loaded: data.Data, raised: where.Raised) -> Callable[..., str]:
    """Return the macro of `render`. No `partial`: the plugin prints each macro, and a partial prints all the data."""

    @functools.wraps(render)
    def macro(*words: Any, **named: Any) -> str:  # noqa: ANN401, whatever a page writes
        raised.called(name)
        try:
            return render(loaded, *words, **named)
        except Exception as error:
            raised.tell(name, render, error)
            raise

    return macro
