"""What each kind of statement says, on one line: for the log, the inbox and receipts.

A function for each kind, in one table; the caller cuts the line and makes it visible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from paraph.client.clock import when
from paraph.protocol.names import ZERO
from paraph.protocol.schema import Record
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
    Due,
    OutcomesRecorded,
)
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import AcknowledgementGiven, CommentMade, DispatchSent
from paraph.protocol.statements.internal import ClearanceAsked, ClearanceGiven, MandateSet
from paraph.protocol.statements.joint import AgreedTo
from paraph.protocol.statements.positions import PackageTied, PackageUntied, PositionTaken
from paraph.protocol.statements.proposals import ProposalAnswered, ProposalMade
from paraph.protocol.statements.recall import Recalled
from paraph.protocol.statements.scrutiny import (
    FindingMade,
    FindingSettled,
    ScrubConfirmed,
    TermSet,
)
from paraph.protocol.statements.side_documents import SideDocumentOpened
from paraph.protocol.statements.silence import SilenceBroken, SilenceClosed, SilenceOpened
from paraph.protocol.statements.versions import NegotiationOpened, VersionConfirmed, VersionTabled

Name = Callable[[bytes], str]
"""How people call a statement: its index, or the start of its id."""

MOST_NAMED: Final = 8
"""Statements that a line names; the rest is told by the statement itself."""


def summary(content: Content, name: Name) -> str:
    """Return what *content* says, on one line.

    Args:
        content: The record.
        name: Gives the name of a statement.
    """
    return _SUMMARIES[type(content)](content, name)


def _opened(content: NegotiationOpened, name: Name) -> str:
    del name
    return next((each.words for each in content.titles), "")


def _tabled(content: VersionTabled, name: Name) -> str:
    if content.clauses:
        return f"{content.version_kind}: {len(content.clauses)} clauses"
    parents = ", ".join(name(each) for each in content.parents)
    return f"{content.version_kind}: {len(content.operations)} operations on {parents}"


def _confirmed(content: VersionConfirmed, name: Name) -> str:
    return f"confirms {name(content.version)}"


def _commented(content: CommentMade, name: Name) -> str:
    about = f" on {content.anchor.cid}" if content.anchor.cid else ""
    if content.in_reply_to != ZERO:
        about = f" to {name(content.in_reply_to)}"
    return f"{content.comment_kind}{about}: {content.body}"


def _dispatched(content: DispatchSent, name: Name) -> str:
    del name
    return (
        f"{content.dispatch_kind} {content.author}-{content.number},"
        f" {len(content.carries)} enclosures: {content.body}"
    )


def _acknowledged(content: AcknowledgementGiven, name: Name) -> str:
    named = ", ".join(name(each) for each in content.subjects[:MOST_NAMED])
    reason = f": {content.reason}" if content.reason else ""
    outcome = "" if content.outcome == "ok" else f" {content.outcome}"
    return f"{content.rung}{outcome} {named}{reason}"


def _silence_opened(content: SilenceOpened, name: Name) -> str:
    what = f"{content.cid} of {name(content.version)}" if content.cid else name(content.version)
    return f"silence on {what} until {when(content.expires)}"


def _silence_broken(content: SilenceBroken, name: Name) -> str:
    return f"breaks silence {name(content.silence)}: {content.reason}"


def _silence_closed(content: SilenceClosed, name: Name) -> str:
    return f"closes silence {name(content.silence)} at size {content.size}"


def _proposed(content: ProposalMade, name: Name) -> str:
    del name
    where = f" on {content.clause}" if content.clause else ""
    return f"proposes{where}: {content.titles[0].words}"


def _answered(content: ProposalAnswered, name: Name) -> str:
    note = f": {content.note}" if content.note else ""
    return f"{content.to} {name(content.proposal)}{note}"


def _position(content: PositionTaken, name: Name) -> str:
    said = [f"{each.cid} {each.value}" for each in content.entries[:MOST_NAMED]]
    said += [f"all others {content.others}"] if content.others else []
    return f"on {name(content.version)}: {', '.join(said)}"


def _tied(content: PackageTied, name: Name) -> str:
    del name
    return f"ties {', '.join(content.cids[:MOST_NAMED])}"


def _untied(content: PackageUntied, name: Name) -> str:
    return f"unties {name(content.package)}"


def _recalled(content: Recalled, name: Name) -> str:
    return f"recalls {name(content.subject)}{f': {content.reason}' if content.reason else ''}"


def _powers(content: FullPowersShown, name: Name) -> str:
    del name
    return f"full powers for {content.holder.hex()[:8]}: {content.purpose}"


def _concluded(content: Initialled | Signed, name: Name) -> str:
    act = content.act
    what = f"signs the original of {act.original} of" if act.original else "initials"
    return f"{act.holder.hex()[:8]} {what} {name(act.version)} in {', '.join(act.languages)}"


def _conclusion_withdrawn(content: ConclusionWithdrawn, name: Name) -> str:
    return f"takes back {name(content.subject)}{f': {content.reason}' if content.reason else ''}"


def _alternat(content: AlternatSet, name: Name) -> str:
    count = len(content.substitutions)
    return f"originals of {name(content.version)}, {count} substitutions"


def _effect(content: EffectStated, name: Name) -> str:
    at = f" {when(content.instant)}" if content.instant else ""
    return f"effect of {name(content.version)}: {content.effect}{at}"


def _effect_noted(content: EffectNoted, name: Name) -> str:
    del name
    return f"note: {content.change} at {when(content.effective)}, {content.zone}: {content.note}"


def _event(content: EventNoted, name: Name) -> str:
    del name
    return f"{content.event} at {when(content.at)}: {content.note}"


def _stood_by(content: StoodBy, name: Name) -> str:
    return f"stands by {name(content.subject)}{f': {content.note}' if content.note else ''}"


def _agreed(content: AgreedTo, name: Name) -> str:
    return f"agrees to {name(content.subject)}"


def _document(content: SideDocumentOpened, name: Name) -> str:
    del name
    title = next((each.words for each in content.titles), "")
    about = " ".join(filter(None, (content.cid, content.conference)))
    return f"{content.document_kind}{f' on {about}' if about else ''}: {title}".removesuffix(": ")


def _scheduled(content: ConferenceScheduled, name: Name) -> str:
    change = f", replaces {name(content.replaces)}" if content.replaces != ZERO else ""
    return f"{content.name} at {when(content.at)}, {len(content.agenda)} points{change}"


def _outcomes(content: OutcomesRecorded, name: Name) -> str:
    del name
    results = (f"{each.cid or 'proposal'} {each.result}" for each in content.items[:MOST_NAMED])
    return f"outcomes of {content.conference}: {', '.join(results)}"


def due(by: Due) -> str:
    """Return by when something is due, as people say it."""
    return by.conference or when(by.at)


def _action(content: ActionSet, name: Name) -> str:
    del name
    return f"action of {content.owner} by {due(content.due)}: {content.what}"


def _reported(content: ActionReported, name: Name) -> str:
    to = "".join(f" to {due(each)}" for each in content.due)
    note = f": {content.note}" if content.note else ""
    return f"action {name(content.action)} {content.ending}{to} at {when(content.at)}{note}"


def _found(content: FindingMade, name: Name) -> str:
    where = f"{content.cid} of " if content.cid else ""
    return f"{content.finding_kind} in {where}{name(content.version)}: {content.detail}"


def _settled(content: FindingSettled, name: Name) -> str:
    mended = f" in {name(content.version)}" if content.version != ZERO else ""
    note = f": {content.note}" if content.note else ""
    return f"finding {name(content.finding)} {content.how}{mended}{note}"


def _scrubbed(content: ScrubConfirmed, name: Name) -> str:
    return f"{content.sort} scrub of {name(content.version)}"


def _term(content: TermSet, name: Name) -> str:
    words = ", ".join(f"{each.language}: {each.words}" for each in content.words)
    change = f" in place of {name(content.replaces)}" if content.replaces != ZERO else ""
    return f"term {words or 'dropped'}{change}"


def _mandate(content: MandateSet, name: Name) -> str:
    del name
    return content.name


def _asked(content: ClearanceAsked, name: Name) -> str:
    del name
    needs = f" (needs {', '.join(content.needs)})" if content.needs else ""
    return f"asks to let leave{needs}: {content.subject}"


def _given(content: ClearanceGiven, name: Name) -> str:
    return f"{content.step} {name(content.asked)}{f': {content.note}' if content.note else ''}"


_SUMMARIES: Final[Mapping[type[Record], Callable[[Any, Name], str]]] = {
    NegotiationOpened: _opened,
    VersionTabled: _tabled,
    MandateSet: _mandate,
    ClearanceAsked: _asked,
    ClearanceGiven: _given,
    VersionConfirmed: _confirmed,
    CommentMade: _commented,
    DispatchSent: _dispatched,
    AcknowledgementGiven: _acknowledged,
    AgreedTo: _agreed,
    SideDocumentOpened: _document,
    ConferenceScheduled: _scheduled,
    OutcomesRecorded: _outcomes,
    ActionSet: _action,
    ActionReported: _reported,
    SilenceOpened: _silence_opened,
    SilenceBroken: _silence_broken,
    SilenceClosed: _silence_closed,
    Recalled: _recalled,
    ProposalMade: _proposed,
    ProposalAnswered: _answered,
    PositionTaken: _position,
    PackageTied: _tied,
    PackageUntied: _untied,
    FullPowersShown: _powers,
    Initialled: _concluded,
    Signed: _concluded,
    ConclusionWithdrawn: _conclusion_withdrawn,
    AlternatSet: _alternat,
    EffectStated: _effect,
    EffectNoted: _effect_noted,
    EventNoted: _event,
    StoodBy: _stood_by,
    FindingMade: _found,
    FindingSettled: _settled,
    ScrubConfirmed: _scrubbed,
    TermSet: _term,
}
