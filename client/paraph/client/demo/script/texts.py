"""Versions, comments, dispatches and receipts as acts.

A comment that a dispatch carries leaves with that dispatch; all others leave alone, at their own
instant. Threads are closed by whoever began them, once what settled them is settled.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator

from paraph.client.demo.script.act import Act, Rank, Teller
from paraph.client.demo.script.people import sender, sender_of
from paraph.client.scenario.model import Comment, Dispatch, Reply, Scenario, Version
from paraph.client.sending.sent import Sent
from paraph.client.writing.composing import DispatchDraft, VersionDraft
from paraph.client.writing.drafts import Opening
from paraph.protocol.names import ZERO
from paraph.protocol.statements.exchanges import Anchor
from paraph.protocol.statements.header import JOINT, Mention, NamedMention, Relation, to_mentions
from paraph.protocol.statements.versions import Operation


def versions(scenario: Scenario) -> Iterator[Act]:
    """Yield the opening, every version, and its confirmations."""
    for number, version in enumerate(scenario.versions):
        by = sender_of(scenario, version.author)
        if number == 0:
            yield _opening(scenario, version.at, by)
        yield Act(
            at=version.at,
            rank=Rank.TABLE,
            by=by,
            kind=f"version, {version.kind}",
            name=version.id,
            say=functools.partial(_table, version),
            refers=(version.parent,) if version.parent else (),
        )
        for party in version.confirmed_by:
            confirming = sender(scenario, party)
            if confirming != by:
                yield _confirmation(version, confirming)


def _opening(scenario: Scenario, at: int, by: str) -> Act:
    return Act(
        at=at,
        rank=Rank.OPEN,
        by=by,
        kind="opening",
        name=scenario.id,
        say=functools.partial(_open, scenario),
    )


async def _open(scenario: Scenario, teller: Teller) -> Sent:
    opening = Opening(
        titles=scenario.titles,
        instrument=scenario.instrument,
        legal_character=scenario.legal_character,
        prevailing=scenario.prevailing,
        banners=scenario.banner,
        classification=scenario.classification,
        releasable_to=scenario.releasable_to,
    )
    return await teller.desk.open_negotiation(
        opening, negotiation=teller.negotiation, manner=teller.manner
    )


async def _table(version: Version, teller: Teller) -> Sent:
    draft = VersionDraft(
        clauses=version.clauses,
        operations=tuple(_noted(teller, each) for each in version.operations),
        parents=(teller.statement(version.parent),) if version.parent else (),
        kind=version.kind,
        author=version.author if version.author == JOINT else "",
        round=version.round,
        language_status=version.language_status,
    )
    return await teller.desk.send_version(draft, manner=teller.manner)


def _noted(teller: Teller, operation: Operation) -> Operation:
    # The names of the file become the statements they stand for.
    def said(mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
        return tuple(
            teller.mention(each.name) if isinstance(each, NamedMention) else each
            for each in mentions
        )

    notes = operation.notes
    notes = dataclasses.replace(notes, proposal=said(notes.proposal), finding=said(notes.finding))
    return dataclasses.replace(operation, notes=notes)


def _confirmation(version: Version, by: str) -> Act:
    return Act(
        at=version.at,
        rank=Rank.CONFIRM,
        by=by,
        kind="confirmation",
        name=f"{version.id} confirmed",
        say=functools.partial(confirm, version.id),
        refers=(version.id,),
    )


async def confirm(version: str, teller: Teller) -> Sent:
    """Confirm what the scenario calls *version* as the text that one knows."""
    return await teller.desk.confirm(
        teller.statement(version), negotiation=teller.negotiation, manner=teller.manner
    )


def comments(scenario: Scenario) -> Iterator[Act]:
    """Yield every comment, its replies, and the closing of its thread."""
    carried = {
        name: dispatch.at for dispatch in reversed(scenario.dispatches) for name in dispatch.carries
    }
    for comment in scenario.comments:
        leaves = comment.at if comment.internal else max(comment.at, carried.get(comment.id, 0))
        where = "internal comment" if comment.internal else "comment"
        yield Act(
            at=leaves,
            dated=comment.at,
            rank=Rank.COMMENT,
            by=comment.by,
            kind=f"{where}, {comment.kind}",
            name=comment.id,
            say=functools.partial(_comment, comment),
            internal=comment.internal,
            refers=(comment.version,),
        )
        for number, reply in enumerate(comment.replies, start=1):
            yield Act(
                at=max(leaves, reply.at),
                dated=reply.at,
                rank=Rank.REPLY,
                by=reply.by,
                kind="reply",
                name=f"{comment.id} reply {number}",
                say=functools.partial(_reply, comment, reply),
                internal=comment.internal,
                refers=(comment.id,),
            )
        if comment.resolved_by:
            yield _closing(scenario, comment)


async def _comment(comment: Comment, teller: Teller) -> Sent:
    # An internal comment stands in another channel and names the shared statement it is about.
    version = teller.statement(comment.version)
    manner = teller.manner
    if comment.internal:
        relation = Relation(channel=teller.shared, statement=version)
        manner = dataclasses.replace(manner, relates_to=relation)
    anchor = Anchor(
        version=version,
        cid=comment.cid,
        language=comment.language if comment.cid else "",
        exact=comment.exact,
        prefix=comment.prefix,
        suffix=comment.suffix,
    )
    return await teller.desk.comment(
        comment.body,
        kind=comment.kind,
        anchor=anchor,
        negotiation=teller.negotiation,
        manner=manner,
    )


async def _reply(comment: Comment, reply: Reply, teller: Teller) -> Sent:
    return await teller.desk.reply(
        teller.statement(comment.id),
        reply.body,
        negotiation=teller.negotiation,
        manner=teller.manner,
    )


def _closing(scenario: Scenario, comment: Comment) -> Act:
    return Act(
        at=max(comment.at, settled_at(scenario, comment.resolved_by)),
        rank=Rank.CLOSE,
        by=comment.by,
        kind="closing of a thread",
        name=f"{comment.id} closed",
        say=functools.partial(_close, comment),
        internal=comment.internal,
        refers=(comment.id,),
    )


async def _close(comment: Comment, teller: Teller) -> Sent:
    return await teller.desk.reply(
        teller.statement(comment.id),
        "",
        resolves=True,
        resolved_by=teller.mention(comment.resolved_by),
        negotiation=teller.negotiation,
        manner=teller.manner,
    )


def settled_at(scenario: Scenario, name: str) -> int:
    """Return when that which the scenario calls *name* was settled; the end of it if unsaid.

    A proposal with its last step, a finding with the version that mends it, minutes with the end
    of their silence or their conference, a side document at its own instant.
    """
    for proposal in scenario.proposals:
        if proposal.id == name:
            return proposal.history[-1].at
    for conference in scenario.conferences:
        if conference.minutes and conference.minutes.id == name:
            quiet = [each for each in scenario.silences if each.id == conference.minutes.silence]
            end = conference.at + conference.duration_min * 60_000
            return quiet[0].expires if quiet else end
    for document in scenario.side_documents:
        if document.id == name:
            return document.at
    mending = [
        version.at
        for version in scenario.versions
        for operation in version.operations
        if NamedMention(name=name) in operation.notes.finding
    ]
    return max(mending) if mending else scenario.versions[-1].at


def dispatches(scenario: Scenario) -> Iterator[Act]:
    """Yield every dispatch, and its receipt by a person."""
    for dispatch in scenario.dispatches:
        yield Act(
            at=dispatch.at,
            rank=Rank.DISPATCH,
            by=sender_of(scenario, dispatch.author),
            kind=f"dispatch, {dispatch.kind}",
            name=dispatch.id,
            say=functools.partial(_dispatch, dispatch),
            refers=(*dispatch.carries, *filter(None, (dispatch.in_reply_to,))),
        )
        if dispatch.receipt is not None:
            yield Act(
                at=max(dispatch.at, dispatch.receipt.at),
                dated=dispatch.receipt.at,
                rank=Rank.RECEIPT,
                by=dispatch.receipt.by,
                kind="receipt",
                name=f"{dispatch.id} received",
                say=functools.partial(_receive, dispatch),
                refers=(dispatch.id,),
                is_receipt=True,
            )


async def _dispatch(dispatch: Dispatch, teller: Teller) -> Sent:
    broken = dispatch.breaks_silence
    draft = DispatchDraft(
        kind=dispatch.kind,
        author=dispatch.author if dispatch.author == JOINT else "",
        carries=to_mentions(teller.mention(name) for name in dispatch.carries),
        in_reply_to=teller.statement(dispatch.in_reply_to) if dispatch.in_reply_to else ZERO,
        breaks_silence=teller.mention(broken) if broken else None,
        body=dispatch.body,
    )
    manner = dataclasses.replace(teller.manner, without_prejudice=dispatch.without_prejudice)
    return await teller.desk.dispatch(draft, negotiation=teller.negotiation, manner=manner)


async def _receive(dispatch: Dispatch, teller: Teller) -> Sent:
    subjects = [teller.statement(dispatch.id)]
    return await teller.desk.acknowledge(subjects, rung="in_charge", manner=teller.manner)
