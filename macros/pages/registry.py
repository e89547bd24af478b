"""The macros that pages may call: one decorator registers a macro together with its check."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from macros.model.load import Data
from macros.pages.parse import Call
from macros.pages.uses import Use

Render = TypeVar("Render", bound=Callable[..., str])
Check = Callable[..., None]
"""Notes what is wrong with a call: check(data, use, …), with those of the macro's arguments that it names, by name."""


def _texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


# By annotation of a macro's parameter: whether a value fits, what it should be, and how that is written.
KINDS: dict[str, tuple[Callable[[object], bool], str, str]] = {
    "str": (lambda value: isinstance(value, str), "a text", "write it in quotes"),
    "list[str]": (_texts, "a list of texts", 'write ["…", "…"]'),
    "list[list[str]]": (
        lambda value: isinstance(value, list) and bool(value) and all(map(_texts, value)),
        "a list of lists of texts",
        'write [["…", "…"], ["…", "…"]]',
    ),
    "dict[str, str] | None": (
        lambda value: isinstance(value, dict) and all(isinstance(one, str) for pair in value.items() for one in pair),
        "texts by name",
        'write {"…": "…"}',
    ),
}


@dataclass(frozen=True)
class Macro:
    """A macro: its name on pages, the function that renders it from the data and its arguments, and its check, if it has one."""

    name: str
    render: Callable[..., str]
    check: Check | None

    @property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """What a page may give it, by name."""
        return dict(list(inspect.signature(self.render).parameters.items())[1:])  # the first is the data

    def form(self) -> str:
        """Return how a call is written."""
        return f"{{{{ {self.name}({', '.join(self.parameters)}) }}}}"

    def arguments(self, call: Call, use: Use) -> dict[str, object] | None:
        """Return the arguments of a call by name, defaults included; None with the problem noted where they do not fit."""
        try:
            bound = inspect.signature(self.render).bind(None, *call.args, **call.kwargs)
        except TypeError as error:
            use.bad(f"the arguments of '{self.name}': {error}", f"write {self.form()}")
            return None
        for name, parameter in self.parameters.items():
            fits, kind, form = KINDS[str(parameter.annotation)]
            if name in bound.arguments and not fits(bound.arguments[name]):
                use.bad(f"'{name}' of '{self.name}' is not {kind}", form)
                return None
        bound.apply_defaults()
        return dict(list(bound.arguments.items())[1:])

    def inspect(self, data: Data, use: Use) -> None:
        """Note what is wrong with a call of this macro: first its arguments, then what its check finds."""
        given = self.arguments(use.call, use)
        if given is None or self.check is None:
            return
        named = list(inspect.signature(self.check).parameters)[2:]
        self.check(data, use, **{name: given[name] for name in named})


MACROS: dict[str, Macro] = {}


def macro(check: Check | None = None) -> Callable[[Render], Render]:
    """Register a function as the macro of its name, with its check. See `Check`.

    Raises TypeError for a name that is taken, a parameter of a kind that pages cannot write, and a check that takes what
    the macro does not.
    """

    def register(render: Render) -> Render:
        found = Macro(name=render.__name__, render=render, check=check)
        if found.name in MACROS:
            raise TypeError(f"two macros are called '{found.name}'")
        for name, parameter in found.parameters.items():
            if str(parameter.annotation) not in KINDS:
                raise TypeError(f"'{name}' of the macro '{found.name}' is of a kind that is not in KINDS")
        if check is not None and (
            foreign := set(list(inspect.signature(check).parameters)[2:]) - set(found.parameters)
        ):
            raise TypeError(
                f"the check of the macro '{found.name}' takes {', '.join(sorted(foreign))}, which the macro does not have"
            )
        MACROS[found.name] = found
        return render

    return register
