"""What can be said under seal: the catalogue of content records (SPEC 5.6).

The statement around a sealed record says only "sealed": which of these it is, nobody but a
recipient learns. :func:`decode_content` tells them apart by their ``kind``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from paraph.protocol.errors import MalformedError, RefusedError
from paraph.protocol.schema import CONTENT, Record, scan
from paraph.protocol.sentences import worded
from paraph.protocol.statements.conclusion import (
    AlternatSet,
    ConclusionWithdrawn,
    EffectNoted,
    EffectStated,
    EventNoted,
    FullPowersShown,
    Initialled,
    Signed,
    StoodBy,
)
from paraph.protocol.statements.conferences import (
    ActionReported,
    ActionSet,
    ConferenceScheduled,
    OutcomesRecorded,
)
from paraph.protocol.statements.exchanges import (
    AcknowledgementGiven,
    CommentMade,
    DispatchSent,
)
from paraph.protocol.statements.internal import ClearanceAsked, ClearanceGiven, MandateSet
from paraph.protocol.statements.joint import AgreedTo
from paraph.protocol.statements.positions import PackageTied, PackageUntied, PositionTaken
from paraph.protocol.statements.proposals import ProposalAnswered, ProposalMade
from paraph.protocol.statements.recall import Recalled
from paraph.protocol.statements.scrutiny import (
    CONCORDANCE,
    FindingMade,
    FindingSettled,
    ScrubConfirmed,
    TermSet,
)
from paraph.protocol.statements.side_documents import SideDocumentOpened
from paraph.protocol.statements.silence import SilenceBroken, SilenceClosed, SilenceOpened
from paraph.protocol.statements.versions import (
    NegotiationOpened,
    VersionConfirmed,
    VersionTabled,
)

Content = (
    NegotiationOpened
    | VersionTabled
    | VersionConfirmed
    | CommentMade
    | DispatchSent
    | AcknowledgementGiven
    | AgreedTo
    | SideDocumentOpened
    | ConferenceScheduled
    | OutcomesRecorded
    | ActionSet
    | ActionReported
    | SilenceOpened
    | SilenceBroken
    | SilenceClosed
    | MandateSet
    | ClearanceAsked
    | ClearanceGiven
    | Recalled
    | ProposalMade
    | ProposalAnswered
    | PositionTaken
    | PackageTied
    | PackageUntied
    | FullPowersShown
    | Initialled
    | Signed
    | ConclusionWithdrawn
    | AlternatSet
    | EffectStated
    | EffectNoted
    | EventNoted
    | StoodBy
    | FindingMade
    | FindingSettled
    | ScrubConfirmed
    | TermSet
)

CONTENT_ACTIONS: Final[Mapping[type[Content], str]] = MappingProxyType(
    {
        NegotiationOpened: "open",
        VersionTabled: "table",
        VersionConfirmed: "confirm",
        CommentMade: "comment",
        DispatchSent: "dispatch",
        AcknowledgementGiven: "acknowledge",
        AgreedTo: "confirm",
        SideDocumentOpened: "table",
        ConferenceScheduled: "schedule",
        OutcomesRecorded: "minutes",
        ActionSet: "action",
        ActionReported: "action",
        SilenceOpened: "silence",
        SilenceBroken: "silence",
        SilenceClosed: "silence",
        MandateSet: "clear",
        ClearanceAsked: "comment",
        ClearanceGiven: "clear",
        Recalled: "recall",
        ProposalMade: "propose",
        ProposalAnswered: "answer",
        PositionTaken: "position",
        PackageTied: "propose",
        PackageUntied: "propose",
        FullPowersShown: "dispatch",
        Initialled: "initial",
        Signed: "sign",
        ConclusionWithdrawn: "initial",
        AlternatSet: "table",
        EffectStated: "agree",
        EffectNoted: "sign",
        EventNoted: "comment",
        StoodBy: "agree",
        FindingMade: "finding",
        FindingSettled: "finding",
        ScrubConfirmed: "scrub",
        TermSet: "finding",
    }
)
"""Every record that may be sealed, and the action of the role table that it is (SPEC 5.4)."""
CONTENT_KINDS: Final[Mapping[str, type[Content]]] = MappingProxyType(
    {each.KIND: each for each in CONTENT_ACTIONS}
)
"""Kind to record."""


def action_of(content: Content) -> str:
    """Return the action that *content* is, where what it says makes the difference (SPEC 5.4)."""
    if isinstance(content, AcknowledgementGiven) and content.header.origin == "automatic":
        return "acknowledge-automatic"
    if isinstance(content, ScrubConfirmed) and content.sort == CONCORDANCE:
        return "concordance"
    if isinstance(content, PositionTaken) and content.agrees():
        return "agree"
    return CONTENT_ACTIONS[type(content)]


def peek_kind(data: bytes) -> str:
    """Return the kind that *data* claims, without decoding it.

    A content record has at most 15 keys and a kind of at most 31 bytes, so in the canonical
    encoding its kind stands at one place only.

    Raises:
        MalformedError: Not the beginning of a content record of a known kind.
    """
    head = data[:7]
    if len(head) == 7 and head[0] & 0xF0 == 0x80 and head[1:6] == b"\xa4kind":
        kind = data[7 : 7 + (head[6] & 0x1F)].decode("ascii", "replace")
        if head[6] & 0xE0 == 0xA0 and kind in CONTENT_KINDS:
            return kind
    raise MalformedError(worded("expected a content record: %(kinds)s", kinds=CONTENT_KINDS))


def decode_content(data: bytes) -> Content:
    """Parse the untrusted bytes of a sealed record, of whatever kind.

    Raises:
        MalformedError: Not exactly the canonical encoding of a content record.
    """
    return CONTENT_KINDS[peek_kind(data)].decode(data)


def encode_content(content: Record) -> bytes:
    """Encode *content* for sealing, and make sure that the receiver will decode it.

    Raises:
        RefusedError: It is over the budget of a content record (``oversize``).
    """
    data = content.encode()
    try:
        scan(data, CONTENT)
    except MalformedError as error:
        raise RefusedError(
            worded("this is too much for one statement: %(error)s", error=error.words),
            code="oversize",
            hint="send it in several statements, or as an attachment",
        ) from error
    return data
