"""Who may say a thing at all, and where, whatever stands in the log (SPEC 5.4, 7.5)."""

from __future__ import annotations

from typing import Final

from paraph.protocol import roles
from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.state import State
from paraph.protocol.sentences import coded, worded
from paraph.protocol.statements.content import Content, action_of
from paraph.protocol.statements.exchanges import RUNGS, AcknowledgementGiven

_MACHINE_MAY_SAY: Final = frozenset({(True, "ok"), (True, "cannot_open")})
_PERSON_MAY_SAY: Final = frozenset({(False, "ok"), (False, "not_taken")})
"""Whether an acknowledgement is of the first rung, and its outcome."""


def require_speaker(content: Content, role: str) -> None:
    """Ask that a key of *role* says what that role says, as people and machines do.

    Raises:
        OutOfTurnError: ``role-differs``, ``origin-differs``, ``rung`` or ``role``.
    """
    header = content.header
    if header.acting_role != role:
        raise OutOfTurnError("the author does not act in the role of the key", code="role-differs")
    machine = role == roles.BOT
    if (header.origin == "automatic") != machine:
        raise OutOfTurnError("people speak manually, machines automatically", code="origin-differs")
    if isinstance(content, AcknowledgementGiven):
        told = (content.rung == RUNGS[0], content.outcome)
        if told not in (_MACHINE_MAY_SAY if machine else _PERSON_MAY_SAY):
            raise OutOfTurnError("this rung is not for this role to say", code="rung")
    action = action_of(content)
    if not roles.may(role, action):
        raise OutOfTurnError(
            worded(
                "a %(role)s may not %(action)s",
                role=roles.named(role),
                action=roles.deed(action),
            ),
            code="role",
        )


def require_reference(state: State, content: Content) -> None:
    """Ask that a shared channel refers to nothing in another: a drill touches nothing live.

    A party's own internal channel may; whether both are exercises is for its desk to know.

    Raises:
        OutOfTurnError: ``foreign-reference``.
    """
    about = content.header.relates_to.channel
    if state.internal or about in (ZERO, state.channel):
        return
    kind = "an exercise" if state.exercise else "a live channel"
    raise OutOfTurnError(
        worded(
            "expected a reference to this channel: %(kind)s refers to nothing in another one",
            kind=coded("kind", kind),
        ),
        code="foreign-reference",
    )
