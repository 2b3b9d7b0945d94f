"""Records of an internal channel with fields at rest, and such a channel."""

from typing import Any

from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.internal import (
    ClearanceAsked,
    ClearanceGiven,
    MandateSet,
    TripHit,
    TripWords,
    draft_digest,
)
from tests.support.negotiating import LANGUAGES, Channel, _made, header

SHARED = bytes(range(32))
"""Id of the channel that drafts are to be said in."""
OFFICER, HEAD, LAWYER = (bytes([each]) * 16 for each in (1, 2, 3))
HIT = TripHit(language="en", where="c-one", word="joint operation", found="joint operations")


def mandate(role: str = "head_of_delegation", **changes: object) -> MandateSet:
    fields: dict[str, Any] = {
        "header": header(role),
        "name": "M-USA-1",
        "scope": to_wordings({"en": "Technical questions of flight safety only."}),
        "out_of_scope": ("target_information",),
        "trip_words": (TripWords(language="en", words=("joint operation",)),),
        "ad_referendum": ("desk_officer",),
        "final": ("signatory",),
        "clear_first": ("version-tabled",),
        "legal_first": (),
    }
    return _made(MandateSet, fields, changes)


def asked(*parts: bytes, role: str = "desk_officer", **changes: Any) -> ClearanceAsked:  # noqa: ANN401
    parts = parts or (b"a record",)
    fields: dict[str, Any] = {
        "header": header(role),
        "parts": parts,
        "digest": draft_digest(parts),
        "target": SHARED,
        "subject": "counter_draft: 2 operations",
        "hits": (),
        "needs": (),
    }
    return _made(ClearanceAsked, fields, changes)


def given(asked_: bytes, step: str, role: str = "head_of_delegation", **changes: object) -> Any:  # noqa: ANN401
    fields: dict[str, Any] = {
        "header": header(role),
        "asked": asked_,
        "step": step,
        "note": "no" if step == "refused" else "",
    }
    return _made(ClearanceGiven, fields, changes)


class Chancery(Channel):
    """The internal channel of one party."""

    def __init__(self) -> None:
        super().__init__(("USA",), LANGUAGES)

    def asks(self, *parts: bytes, **changes: Any) -> bytes:  # noqa: ANN401
        return self.applies(asked(*parts, **changes), holder=OFFICER)

    def says(
        self, clearance: bytes, step: str, role: str = "head_of_delegation", holder: bytes = HEAD
    ) -> bytes:
        return self.applies(given(clearance, step, role), role=role, holder=holder)

    def may_not(
        self, clearance: bytes, step: str, role: str = "head_of_delegation", holder: bytes = HEAD
    ) -> str:
        return self.refuses(given(clearance, step, role), role=role, holder=holder)
