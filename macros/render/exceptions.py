"""How much is excepted from the rules, so that readers see it: what docs/data/exceptions.yml lists."""

from __future__ import annotations

from macros.model.load import Data
from macros.pages.registry import macro
from macros.render.links import address


@macro()
def exceptions(data: Data) -> str:
    """Return a sentence that counts the exceptions to each rule and links to their list, which has each one's reason."""
    numbers, shell, links = len(data.number_exceptions), len(data.shell_exceptions), len(data.link_exceptions)
    return (
        f"{numbers} quantities, {shell} blocks of shell and {links} texts of links are"
        f" [excepted from these rules]({address('docs/data/exceptions.yml')}), each with its reason."
    )
