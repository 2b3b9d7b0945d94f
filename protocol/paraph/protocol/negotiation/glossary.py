"""The terms that both sides agreed on: derived from the state, never typed in (SPEC 7.8)."""

from __future__ import annotations

from paraph.protocol.negotiation import lint
from paraph.protocol.negotiation.joint import is_agreed
from paraph.protocol.negotiation.state import Negotiation, State
from paraph.protocol.negotiation.state.scrutiny import Term


def agreed(state: State, talks: Negotiation) -> tuple[Term, ...]:
    """Return the terms in force, in the order in which they were put.

    Agreed to by every party, of two languages or more, and not replaced by another that is.
    """
    standing = [
        term
        for statement, term in talks.scrutiny.terms.items()
        if is_agreed(state, talks, statement)
    ]
    replaced = {term.content.replaces for term in standing}
    return tuple(
        sorted(
            (each for each in standing if each.content.words and each.statement not in replaced),
            key=lambda term: term.index,
        )
    )


def terms(state: State, talks: Negotiation) -> tuple[lint.Term, ...]:
    """Return the terms in force as the lint takes them."""
    return tuple(
        {each.language: each.words for each in term.content.words} for term in agreed(state, talks)
    )
