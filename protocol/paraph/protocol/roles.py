"""Who may say what: the role and statement table of SPEC 5.4, deny by default.

The one table that relay (for clear types), every client and the audit tool read. What is not
in it is not allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from paraph.protocol.errors import RefusedError
from paraph.protocol.sentences import Coded, coded, worded

DESK: Final = "desk_officer"
HEAD: Final = "head_of_delegation"
LEGAL: Final = "legal_adviser"
LINGUIST: Final = "linguist"
SIGNATORY: Final = "signatory"
REGISTRAR: Final = "registrar"
BOT: Final = "bot"
AUDITOR: Final = "auditor"
ROOT: Final = "root"
"""Not a role of an enrolled key: what a party's root keys count as."""

ROLES: Final = (DESK, HEAD, LEGAL, LINGUIST, SIGNATORY, REGISTRAR, BOT, AUDITOR)
"""Every role that an enrolment may give."""
OFFICERS: Final = frozenset({DESK, HEAD, LEGAL, LINGUIST, SIGNATORY})
"""Who speaks in a negotiation; two of them may sign a suspension."""
PERSONS: Final = frozenset(ROLES) - {BOT, AUDITOR}
"""Every role that counts as a person among recipients (SPEC 5.3)."""
ROOT_ENROLLED: Final = frozenset({SIGNATORY, HEAD, REGISTRAR})
"""Roles that only the party's roots may enrol or revoke."""

_VERSIONS: Final = frozenset({DESK, HEAD})
_CONCLUDING: Final = frozenset({HEAD, SIGNATORY})

MAY: Final[Mapping[str, frozenset[str]]] = {
    # what a sealed statement does
    "open": _VERSIONS,
    "table": _VERSIONS,
    "confirm": _VERSIONS,
    "propose": _VERSIONS,
    "answer": _VERSIONS,
    "dispatch": _VERSIONS,
    "schedule": _VERSIONS,
    "minutes": _VERSIONS,
    "comment": OFFICERS,
    "finding": OFFICERS,
    "action": OFFICERS,
    "position": _VERSIONS,
    "silence": _VERSIONS,
    "recall": _VERSIONS,
    "agree": _CONCLUDING,
    "scrub": frozenset({HEAD, LEGAL, SIGNATORY}),
    "concordance": frozenset({HEAD, LINGUIST, SIGNATORY}),
    "clear": frozenset({HEAD, LEGAL, SIGNATORY}),
    "initial": _CONCLUDING,
    "sign": frozenset({SIGNATORY}),
    "acknowledge": OFFICERS,
    "acknowledge-automatic": frozenset({BOT}),
    # what may be sealed at all; the relay sees no more than this
    "sealed": OFFICERS | {BOT},
    # clear types
    "charter": frozenset({ROOT}),
    "manifest": frozenset(ROLES) - {AUDITOR} | {ROOT},
    "enrol": frozenset(ROLES) - {AUDITOR} | {ROOT},
    "revoke": frozenset(ROLES) - {AUDITOR} | {ROOT},
    "suspend": frozenset(ROLES) - {AUDITOR} | {ROOT},
    "heartbeat": frozenset({BOT}),
    "opened": frozenset({BOT}),
    "unopened": frozenset({BOT}),
    "grant": frozenset({HEAD, REGISTRAR}),
    "withdraw": frozenset(ROLES) - {AUDITOR},
    # documents: who may sign what somebody else carries
    "sign-enrolment": frozenset({REGISTRAR}),
    "sign-revocation": frozenset({REGISTRAR}),
    "sign-suspension": OFFICERS,
}
"""Action to the roles that may do it."""

CALLED: Final[Mapping[str, str]] = {
    "desk_officer": "desk officer",
    "head_of_delegation": "head of delegation",
    "legal_adviser": "legal adviser",
    "linguist": "linguist",
    "signatory": "signatory",
    "registrar": "registrar",
    "bot": "bot",
    "auditor": "auditor",
    "root": "root",
}
"""What people call a role."""
DEEDS: Final[Mapping[str, str]] = {
    "open": "open a negotiation",
    "table": "table a version",
    "confirm": "confirm a version",
    "propose": "make a proposal",
    "answer": "answer a proposal",
    "dispatch": "send a dispatch",
    "schedule": "announce a conference",
    "minutes": "record outcomes",
    "comment": "comment",
    "finding": "make a finding",
    "action": "set an action",
    "position": "take a position",
    "silence": "open a silence procedure",
    "recall": "recall a statement",
    "agree": "agree for its party",
    "scrub": "confirm the legal scrub",
    "concordance": "confirm the concordance",
    "clear": "release a draft or set a mandate",
    "initial": "initial",
    "sign": "sign",
    "acknowledge": "acknowledge a statement",
    "acknowledge-automatic": "acknowledge as a machine",
    "sealed": "send sealed statements",
    "charter": "found a channel",
    "manifest": "place a manifest",
    "enrol": "enrol a key",
    "revoke": "revoke a key",
    "suspend": "suspend a key",
    "heartbeat": "send a heartbeat",
    "opened": "say that an entry opens",
    "unopened": "say that an entry does not open",
    "grant": "grant an entry",
    "withdraw": "withdraw an entry",
    "sign-enrolment": "sign an enrolment",
    "sign-revocation": "sign a revocation",
    "sign-suspension": "sign a suspension",
}
"""What people call an action, after "may"."""


def named(role: str) -> Coded:
    """Return a role as a sentence names it."""
    return coded("role", role, CALLED.get(role, ""))


def all_named(several: Iterable[str]) -> tuple[Coded, ...]:
    """Return several roles; see :func:`named`."""
    return tuple(map(named, several))


def deed(action: str) -> Coded:
    """Return an action as a sentence names it."""
    return coded("may", action, DEEDS.get(action, ""))


def may(role: str, action: str) -> bool:
    """Tell whether *role* may do *action*; an unknown action is allowed to nobody."""
    return role in MAY.get(action, frozenset())


def require(role: str, action: str) -> None:
    """Refuse what the table does not allow.

    Raises:
        RefusedError: Code ``role``: *role* may not do *action*.
    """
    if not may(role, action):
        allowed = all_named(sorted(MAY.get(action, ())))
        raise RefusedError(
            worded(
                "a %(role)s may not %(action)s; allowed to: %(allowed)s",
                role=named(role),
                action=deed(action),
                allowed=allowed or worded("nobody"),
            ),
            code="role",
            hint="let somebody with one of these roles send it",
        )
