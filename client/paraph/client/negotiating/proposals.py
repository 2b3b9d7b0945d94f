"""Proposals as a desk makes, answers and shows them (SPEC 7.9)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.negotiating import redline as redlines
from paraph.client.negotiating.redline import Redline
from paraph.client.reading.placed import at_index as placed_at
from paraph.client.writing import composing
from paraph.client.writing.drafts import HEAD, Draft
from paraph.client.writing.fold_errors import translated
from paraph.protocol.errors import InputError, MisuseError, OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.fold import proposals as rules
from paraph.protocol.negotiation.state import Negotiation, Proposal, Version
from paraph.protocol.negotiation.text import Text
from paraph.protocol.sentences import worded
from paraph.protocol.statements.header import ContentHeader, NamedMention, to_wordings
from paraph.protocol.statements.proposals import ProposalAnswered, ProposalMade
from paraph.protocol.statements.versions import Operation, OpNotes, Replace

ANSWERS: Final[Mapping[str, str]] = {
    "accept": "accepted_ad_ref",
    "confirm": "accepted",
    "counter": "countered",
    "reserve": "reserved",
    "reject": "rejected",
    "consider": "under_consideration",
    "withdraw": "withdrawn",
}
"""What a person says, and what becomes of the proposal."""
ENDED: Final = frozenset({"accepted", "withdrawn", "recalled"})


@dataclasses.dataclass(frozen=True, slots=True)
class Offer:
    """Words that are offered: changes to a version.

    Attributes:
        version: Statement id; zeros without operations.
        operations: The changes.
    """

    version: bytes = ZERO
    operations: tuple[Operation, ...] = ()


def offer(desk: Desk, talks: Negotiation, draft: Draft) -> Offer:
    """Return what a file of changes offers.

    Raises:
        InputError: It holds a whole text, or no such version stands.
        OutOfTurnError: Code ``parent-not-head``: it names none, and there are several heads.
    """
    if not draft.operations:
        raise InputError(
            "expected operations on a version", hint="paraph send --example shows such a file"
        )
    named = () if draft.parent == HEAD else (views.find(desk, draft.parent).id,)
    (version, *_) = composing.choose_parents(talks, named, branch=True)
    return Offer(version, draft.operations)


def find(desk: Desk, talks: Negotiation, text: str) -> Proposal:
    """Return the proposal that *text* names: its number (P-3), its entry, or its id.

    Raises:
        InputError: There is none.
    """
    wanted = text.upper()
    found = next((each for _, each in talks.proposals.items() if each.name == wanted), None)
    if not wanted.startswith("P-"):
        found = talks.proposals.get(views.find(desk, text).id)
    if found is None:
        raise InputError(
            worded("there is no proposal %(text)s", text=text),
            code="unknown-proposal",
            hint="paraph propose list shows them",
        )
    return found


def made(
    desk: Desk,
    header: ContentHeader,
    titles: Mapping[str, str],
    *,
    clause: str = "",
    rationale: Mapping[str, str] | None = None,
    version: bytes = ZERO,
    operations: tuple[Operation, ...] = (),
) -> ProposalMade:
    """Return a proposal; about a clause it is bound to the one head, unless a version is given.

    Raises:
        InputError: Something is out of its bounds.
    """
    talks = composing.negotiation_of(desk.state, header.negotiation)
    if clause and version == ZERO and len(talks.heads) == 1:
        version = talks.heads[0]
    try:
        return ProposalMade(
            header=header,
            clause=clause,
            version=version,
            titles=to_wordings(titles),
            rationale=to_wordings(rationale or {}),
            operations=operations,
        )
    except MisuseError as error:
        raise InputError(error.words, hint="give a title at least, as en=TEXT") from error


def answered(
    desk: Desk,
    header: ContentHeader,
    statement: bytes,
    *,
    to: str,
    note: str = "",
    offers: Offer | None = None,
) -> ProposalAnswered:
    """Return one step of a proposal; to accept for good binds to the words as this desk has them.

    Raises:
        InputError: No such proposal, or the clause reads differently in the heads of a fork.
    """
    talks = composing.negotiation_of(desk.state, header.negotiation)
    offers = offers or Offer()
    try:
        proposal = rules.proposal_of(talks, statement)
        return ProposalAnswered(
            header=header,
            proposal=statement,
            to=to,
            note=note,
            version=offers.version,
            operations=offers.operations,
            wording=_wording(talks, proposal) if to == "accepted" else ZERO,
        )
    except OutOfTurnError as error:
        raise translated(error) from error
    except MisuseError as error:
        raise InputError(error.words, hint="give --ops with counter alone") from error


def _wording(talks: Negotiation, proposal: Proposal) -> bytes:
    found = rules.wordings(talks, proposal.content.clause)
    if len(found) > 1:
        raise InputError(
            worded(
                'clause "%(clause)s" reads differently in the heads of the text',
                clause=proposal.content.clause,
            ),
            code="forked",
            hint="consolidate the versions first",
        )
    return next(iter(found))


# ------------------------------------------------------------------ what is shown


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A proposal as the list shows it.

    Attributes:
        proposal: The proposal.
        title: Its title in the first language that has one.
        last: Note of the last step that has one.
        age: Milliseconds of log time since the last move; 0 where log time has not begun.
    """

    proposal: Proposal
    title: str
    last: str
    age: int


def rows(desk: Desk, talks: Negotiation, *, everything: bool = True) -> Iterator[Row]:
    """Yield the proposals of a negotiation, by number; without *everything* those still open."""
    state = desk.state
    for proposal in sorted((each for _, each in talks.proposals.items()), key=_number):
        if not everything and proposal.standing in ENDED:
            continue
        titles = proposal.content.titles
        notes = [step.note for step in proposal.history if step.note]
        placed = placed_at(state, proposal.since) if _is_placed(desk, proposal) else None
        moved = placed.said.log_time if placed is not None else 0
        yield Row(
            proposal=proposal,
            title=titles[0].words,
            last=notes[-1] if notes else "",
            age=max(0, state.log_time - moved) if moved else 0,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """Words that a proposal or a counter offers.

    Attributes:
        parent: The version that they change.
        text: What they give.
        redline: What differs.
    """

    parent: Version
    text: Text
    redline: Redline


def words_of(talks: Negotiation, content: ProposalMade | ProposalAnswered) -> Words | None:
    """Return the words that *content* offers; nothing where it offers none."""
    parent = talks.versions.get(content.version) if content.operations else None
    if parent is None:
        return None
    text = texts.apply(parent.text, content.operations)
    return Words(parent, text, redlines.redline(parent.text, text))


def in_other_words(
    talks: Negotiation, cid: str, words: Mapping[str, str], proposal: str = ""
) -> Offer:
    """Return an offer that gives clause *cid* of the one head these words, in every language.

    Args:
        talks: The negotiation.
        cid: Clause.
        words: By language; what is left as it stands there stays.
        proposal: Name of the proposal that they serve.

    Raises:
        OutOfTurnError: Code ``parent-not-head``: there is no head, or there are several.
        InputError: Codes ``unknown-clause``; ``same-words``: nothing is changed.
    """
    (statement, *_) = composing.choose_parents(talks, (), branch=False)
    part = composing.version_of(talks, statement).text.find(cid)
    if part is None:
        raise InputError(
            worded('there is no clause "%(cid)s" in the text', cid=cid), code="unknown-clause"
        )
    changed = {each: said for each, said in words.items() if part.words.get(each) != said}
    if not changed:
        raise InputError("these are the words as they stand: nothing is changed", code="same-words")
    mention = (NamedMention(name=proposal),) if proposal else ()
    operation = Replace(
        cid=cid,
        texts=to_wordings(words),
        notes=OpNotes(proposal=mention, finding=(), result=""),
    )
    return Offer(statement, (operation,))


def _number(proposal: Proposal) -> int:
    return proposal.number


def _is_placed(desk: Desk, proposal: Proposal) -> bool:
    return proposal.since < desk.replica.size
