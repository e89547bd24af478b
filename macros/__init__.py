"""Registers the macros that pages call; does nothing else."""

from __future__ import annotations

import functools
import importlib
import logging
import os
import sys
from pathlib import Path
from typing import Any

from macros.base.problems import ROOT, ProblemError, told
from macros.model.load import load
from macros.pages import drafts
from macros.pages.check import check_pages
from macros.pages.copies import publish_copies, titled
from macros.pages.locate import Raised, locate_warnings
from macros.pages.registry import MACROS, Macro
from macros.pages.styles import slim_styles
from macros.pages.surroundings import prepare
from macros.pages.uses import Site
from macros.render import (  # each registers its macros when it is imported  # noqa: F401
    beside,
    charts,
    claims,
    comparison,
    diagrams,
    escapes,
    examples,
    exceptions,
    glossary,
    guide,
    machines,
    planner,
    recordings,
    repeats,
    results,
    runs,
    sources,
    system_calls,
    technologies,
)
from macros.render.cited import CitationsExtension
from macros.render.published import publish
from macros.render.term_links import TermsExtension

try:
    from mkdocs.exceptions import PluginError  # printed without a traceback
except ImportError:  # another generator
    PluginError = RuntimeError  # type: ignore[assignment, misc]


def define_env(env: Any) -> None:  # noqa: ANN401, the plugin's own object, of no public type
    """Prepare the build, read the data, check the pages against it, and register the macros.

    Raises the generator's own error, which ends the build, with every problem found. Under `make serve`, drafts.py says
    what of this is kept from the build before.
    """
    if drafts.on() and (edited := drafts.DRAFTS.look(ROOT)):
        drafts.reload(edited, ROOT)
        importlib.import_module(__name__).define_env(env)
        return
    if (
        not drafts.on()
    ):  # a server of the generator's own imports this package afresh for each build, so that an edit shows
        for name in [name for name in sys.modules if name == __name__ or name.startswith(f"{__name__}.")]:
            del sys.modules[name]
    try:
        prepare(ROOT, os.environ)
        site = _site()
    except ProblemError as error:
        raise PluginError(told(error.problems)) from None
    for problem in site.stale:
        logging.getLogger("mkdocs.macros").warning("not recorded yet: %s", problem)
    # The renderer's extensions are a part of the configuration that a plugin may add to. A generator without them links no terms and numbers no sources.
    if "markdown_extensions" in env.conf:
        env.conf["markdown_extensions"] += [TermsExtension(site.glossary), CitationsExtension(sources.addresses(site))]
    locate_warnings(ROOT / "docs")
    raised = Raised(ROOT, lambda: env.page)
    for macro in MACROS.values():
        env.macro(_bound(macro, site, raised), macro.name)
    if drafts.on():
        env.conf["nav"] = titled(env.conf["nav"], {page.path.lstrip("/"): page.title for page in site.pages})
        salt = repr((site.glossary, sorted(sources.addresses(site).items())))
        drafts.DRAFTS.choose(site, MACROS, env.conf, salt)


def _site() -> Site:
    """Return the data and the pages, checked; write the files that are made of them. Raises ProblemError."""
    if not drafts.on():
        site = check_pages(load(ROOT, draft=os.environ.get("MACROS_FAIL") == "false"), MACROS)
        publish(ROOT, site)
        return site
    state = drafts.DRAFTS
    site = check_pages(state.read(lambda: load(ROOT, draft=True)), MACROS, state.known)
    if state.published(site):
        publish(ROOT, site)
    return site


def on_pre_page_macros(env: Any) -> None:  # noqa: ANN401, the plugin's own object
    """Note which page is rendered."""
    if drafts.on():
        drafts.current().begin(env.page.file.src_uri)


def on_post_build(env: Any) -> None:  # noqa: ANN401, the plugin's own object
    """Write what stands beside the built pages; a generator that does not call this builds the pages alone."""
    if drafts.on():
        publish_copies(ROOT, env.conf, drafts.current().end(ROOT))
    else:
        publish_copies(ROOT, env.conf)
        slim_styles(Path(env.conf["site_dir"]))


def _bound(macro: Macro, site: Site, raised: Raised) -> Any:  # noqa: ANN401, what the plugin registers
    """Return the macro as pages call it. No `partial`: the plugin prints each macro, and a partial prints all the data."""

    @functools.wraps(macro.render)
    def call(*words: Any, **named: Any) -> str:  # noqa: ANN401, whatever a page writes
        raised.called(macro.name)
        try:
            made = macro.render(site, *words, **named)
        except Exception as error:
            raised.tell(macro.name, macro.render, error)
            raise
        if drafts.on():
            drafts.current().note(made)
        return made

    return call
