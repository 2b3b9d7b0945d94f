"""What an error of the fold means to the person who was about to say something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paraph.protocol.errors import (
    InputError,
    MalformedError,
    OutOfTurnError,
    ParaphError,
    RefusedError,
)

CONFLICTS: Final = frozenset(
    {
        "parent-not-head",
        "confirmed-before",
        "closed-before",
        "number-differs",
        "negotiation-exists",
        "placed-before",
    }
)
"""Codes of the fold that mean: somebody was first."""
REFUSALS: Final = frozenset(
    {"role", "role-differs", "origin-differs", "rung", "own-statement", "machine-statement"}
)
"""Codes of the fold that mean: not for this role or party."""
HINTS: Final[Mapping[str, str]] = {
    "unknown-clause": "paraph show VERSION lists the clauses and their ids",
    "clause-given-twice": "choose an id that this text has never had",
    "unknown-language": "paraph channel list shows the languages",
    "unassigned-code-point": "retype that character",
    "quote-not-found": "quote the words exactly as they stand in that version",
    "unknown-comment": "paraph log shows the comments",
    "unknown-version": "paraph log shows the versions",
    "unknown-negotiation": "paraph log shows the negotiations",
    "confirmed-before": "nothing is left to do",
    "closed-before": "nothing is left to do",
    "number-differs": "run the command again: the number is taken from the log",
    "text-too-large": "split the text, or send part of it as an attachment",
}
"""Codes of the fold to what to do next."""


def translated(error: OutOfTurnError | MalformedError) -> ParaphError:
    """Return what *error* of the fold means to the person who was about to say it."""
    hint = error.hint or HINTS.get(error.code, "")
    if error.code == "text-too-large":
        return RefusedError(str(error), code="oversize", hint=hint)
    if error.code in REFUSALS:
        return RefusedError(str(error), code=error.code, hint=hint)
    if error.code in CONFLICTS:
        return OutOfTurnError(str(error), code=error.code, hint=hint)
    return InputError(str(error), code=error.code, hint=hint)
