"""A negotiation is opened (SPEC 7.5)."""

from __future__ import annotations

from dataclasses import replace

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.negotiation.fold.checks import working_language
from paraph.protocol.negotiation.state import Negotiation, Said, State
from paraph.protocol.statements.versions import NegotiationOpened


def opened(state: State, talks: Negotiation, content: NegotiationOpened, said: Said) -> Negotiation:
    """Open a negotiation, once."""
    del said
    if talks.opened:
        raise OutOfTurnError("this negotiation was opened before", code="negotiation-exists")
    for language in (*(title.language for title in content.titles), content.prevailing):
        if language:
            working_language(state, language)
    return replace(talks, opened=content)
