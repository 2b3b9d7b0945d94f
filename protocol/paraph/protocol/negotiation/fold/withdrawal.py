"""An author takes an entry back in the clear, and whether that counts (SPEC 7.11).

What another party cannot open is withdrawn for all: its members halt before it, so clear
statements alone decide that, and whoever folds leaves its content out from the beginning (with
:func:`~paraph.protocol.negotiation.fold.refuse`). Anything else both sides have read and may have
answered. Then a withdrawal is a recall by the author's own key, under the same rules and from its
own index on: nothing that was concluded or built upon is undone afterwards.
"""

from __future__ import annotations

from dataclasses import replace

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.negotiation import concluded
from paraph.protocol.negotiation.fold import recall
from paraph.protocol.negotiation.state import APPLIED, Outcome, Said, State


def withdrawn(state: State, index: int, subject: bytes, said: Said) -> State:
    """Take in a withdrawal, and note what became of it.

    Args:
        state: The state before.
        index: The entry that it names.
        subject: Statement id of that entry.
        said: Who withdraws; the same key that said the entry.
    """
    unopened_by = state.disputes.get(index, frozenset()) - {said.party}
    disputes = {each: by for each, by in state.disputes.items() if each != index}
    state, outcome = replace(state, disputes=disputes), APPLIED
    if not unopened_by:
        try:
            state = _recall(state, subject, said)
        except OutOfTurnError as error:
            outcome = Outcome("refused", error.code, error.words)
    return replace(state, withdrawals=state.withdrawals.put(said.statement, outcome))


def _recall(state: State, subject: bytes, said: Said) -> State:
    entry = state.entries.get(subject)
    talks = state.negotiations.get(entry.negotiation) if entry is not None else None
    if talks is None:
        raise OutOfTurnError("it said nothing that stands here", code="unknown-statement")
    if concluded.initialled(talks) is not None:
        raise OutOfTurnError(
            "every required initial is placed: nothing is withdrawn after it", code="concluded"
        )
    return recall.take_back(state, talks, subject, said)
