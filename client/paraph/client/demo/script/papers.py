"""Minutes, side documents, the public line, and the silence procedures about any of them.

A scenario has no words of its minutes: they are drawn up here from the outcomes, and the account
says so.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence

from paraph.client.demo.script.act import Act, Beat, Rank, Teller, record
from paraph.client.demo.script.people import other, sender
from paraph.client.demo.script.texts import confirm
from paraph.client.negotiating import conferences, minutes, side_documents
from paraph.client.negotiating import silence as quiet
from paraph.client.scenario.model import Conference, Scenario, Silence
from paraph.client.sending.sent import Sent
from paraph.client.writing import blocks, drafts
from paraph.protocol.negotiation.state import Negotiation
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.side_documents import MINUTES, PUBLIC_LINE, SideDocumentOpened
from paraph.protocol.statements.silence import SilenceClosed
from paraph.protocol.statements.versions import Clause

_MINUTE_MS = 60_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A side document with its words.

    Attributes:
        name: What the scenario calls it: also what its text is called.
        at: When it is sent.
        party: Whose draft.
        kind: Kind of document.
        words: Its clauses in order, each by language; minutes are drawn up when their turn comes.
        conference: Name of the conference that it is about.
        text_public: Of a public line: the text may be published.
        confirmed_at: When the other party confirms it; 0 where silence decides.
    """

    name: str
    at: int
    party: str
    kind: str
    words: tuple[Mapping[str, str], ...]
    conference: str = ""
    text_public: bool = False
    confirmed_at: int = 0


def papers(scenario: Scenario) -> Iterator[Act]:
    """Yield the opening, the text and, without silence, the confirmation of every document."""
    for paper in _papers(scenario):
        by = sender(scenario, paper.party)
        yield Act(
            at=paper.at,
            rank=Rank.PAPER,
            by=by,
            kind=f"document, {paper.kind}",
            name=f"{paper.name} opened",
            say=functools.partial(_open, paper),
        )
        yield Act(
            at=paper.at,
            rank=Rank.PAPER,
            by=by,
            kind=f"text of a document, {paper.kind}",
            name=paper.name,
            say=functools.partial(_send, paper),
            refers=(f"{paper.name} opened",),
        )
        if paper.confirmed_at:
            yield Act(
                at=paper.confirmed_at,
                rank=Rank.CONCLUDE,
                by=sender(scenario, other(scenario, paper.party)),
                kind="confirmation",
                name=f"{paper.name} confirmed",
                say=functools.partial(confirm, paper.name),
                refers=(paper.name,),
            )


def draft_names(scenario: Scenario) -> dict[str, str]:
    """Return the names under which drafts of minutes travel, and the minutes they are."""
    found = (each.minutes.id for each in scenario.conferences if each.minutes)
    return {f"{name}-draft": name for name in found}


def _papers(scenario: Scenario) -> Iterator[Paper]:
    for conference in scenario.conferences:
        if conference.minutes and conference.scripted:
            yield _minutes(scenario, conference)
    for document in scenario.side_documents:
        carrying = [each for each in scenario.dispatches if document.id in each.carries]
        party = carrying[0].author if carrying else next(iter(scenario.parties))
        party = party if party in scenario.parties else next(iter(scenario.parties))
        receipts = [each.receipt.at for each in carrying if each.receipt]
        yield Paper(
            name=document.id,
            at=document.at,
            party=party,
            kind=document.kind,
            words=(document.words,),
            confirmed_at=max(document.at, *receipts) if receipts else document.at,
        )
    ceremony = scenario.ceremony
    if ceremony.public_line:
        yield Paper(
            name="public line",
            at=ceremony.signed_at,
            party=next(iter(scenario.parties)),
            kind=PUBLIC_LINE,
            words=(ceremony.public_line,),
            text_public=bool(ceremony.text_public),
            confirmed_at=ceremony.signed_at,
        )


def _minutes(scenario: Scenario, conference: Conference) -> Paper:
    planned = conference.minutes
    assert planned is not None
    end = conference.at + conference.duration_min * _MINUTE_MS
    carrying = [each.at for each in scenario.dispatches if f"{planned.id}-draft" in each.carries]
    return Paper(
        name=planned.id,
        at=min(carrying) if carrying else end,
        party=planned.drafted_by,
        kind=MINUTES,
        words=(),
        conference=conference.id,
        confirmed_at=0 if planned.silence else max([end, *carrying]),
    )


async def _open(paper: Paper, teller: Teller) -> Sent:
    languages = teller.desk.state.languages
    return await teller.say(
        SideDocumentOpened(
            header=teller.header(),
            document_kind=paper.kind,
            titles=to_wordings(dict.fromkeys(languages, paper.name)),
            cid="",
            conference=paper.conference,
            text_public=paper.text_public,
            undisclosed=(),
        )
    )


async def _send(paper: Paper, teller: Teller) -> Sent:
    desk = teller.desk
    talks = desk.negotiation(teller.negotiation)
    document = talks.side_documents.get(teller.statement(f"{paper.name} opened"))
    assert document is not None
    draft = _drawn_up(talks, paper, desk.state.languages)
    made = side_documents.tabled(desk, teller.header(), document, draft, drafts.HEAD)
    return await teller.say(made)


def _drawn_up(talks: Negotiation, paper: Paper, languages: Sequence[str]) -> drafts.Draft:
    if paper.kind == MINUTES:
        file = minutes.draft(talks, conferences.find(talks, paper.conference), languages)
        return drafts.parse(blocks.read(file.encode(), drafts.KIND), languages)
    clauses = tuple(
        Clause(
            cid=f"p{number}", role="operative", texts=to_wordings(words), headings=(), handling=""
        )
        for number, words in enumerate(paper.words, start=1)
    )
    return drafts.Draft(clauses=clauses, kind="tabled_draft")


# ------------------------------------------------------------------ silence


def silences(scenario: Scenario) -> Iterator[Act | Beat]:
    """Yield the opening of every silence procedure, its expiry in log time, and the closings.

    It is broken by the dispatch that says so. One that is held for want of a closing is closed by
    its proposer alone; one that was received too late cannot be closed.
    """
    for silence in scenario.silences:
        by = sender(scenario, silence.proposed_by)
        yield Beat(silence.opened)
        yield Act(
            at=silence.opened,
            rank=Rank.SILENCE,
            by=by,
            kind="silence opened",
            name=silence.id,
            say=functools.partial(_silence, silence),
            refers=(silence.subject.rpartition("@")[2],),
        )
        received = _received(scenario, silence)
        yield Beat(received, Rank.CLOSE)
        if silence.outcome == "broken":
            continue
        over = silence.expires + 1
        yield Beat(over)
        closing = [silence.proposed_by, other(scenario, silence.proposed_by)]
        if silence.outcome == "held":
            closing = closing[:1] if silence.held_because == "no_closing" else []
        for party in closing:
            yield Act(
                at=over,
                rank=Rank.SILENCE,
                by=sender(scenario, party),
                kind="silence closed",
                name=f"{silence.id} closed by {party}",
                say=record(functools.partial(_closing, silence)),
                refers=(silence.id,),
            )


def _received(scenario: Scenario, silence: Silence) -> int:
    # The machine has it at once; received too late means that it came with its dispatch's receipt.
    if silence.held_because != "late_receipt":
        return silence.opened
    for dispatch in scenario.dispatches:
        if (dispatch.author, dispatch.at) == (silence.proposed_by, silence.opened):
            return dispatch.receipt.at if dispatch.receipt else silence.expires
    return silence.expires


async def _silence(silence: Silence, teller: Teller) -> Sent:
    cid, separator, version = silence.subject.rpartition("@")
    subject = teller.statement(version)
    header = teller.header()
    return await teller.say(
        quiet.opened(teller.desk, header, subject, cid if separator else "", silence.expires)
    )


def _closing(silence: Silence, teller: Teller) -> SilenceClosed:
    return quiet.closed(teller.desk, teller.header(), teller.statement(silence.id))
