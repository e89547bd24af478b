"""Says whether content fits a JSON schema, by a library that is many times as fast as the one that says what is wrong.

Only a yes counts: what does not fit, or cannot be followed here, is read by the slower one, whose errors our messages
are made of. A test compares the two on every schema.
"""

from __future__ import annotations

import functools
import json

from jsonschema_rs import Draft202012Validator


@functools.cache
def _of_text(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema), validate_formats=True)


def surely_fits(schema: str, content: object) -> bool:
    """Return whether content fits the schema with this text; False also where that cannot be said here."""
    try:
        return _of_text(schema).is_valid(content)
    except (ValueError, RecursionError):  # not a schema, or not what JSON can hold, such as a date of YAML's
        return False
