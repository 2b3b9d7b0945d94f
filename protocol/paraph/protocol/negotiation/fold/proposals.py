"""Proposals: whose turn it is, what may follow what, and what reopens them (SPEC 7.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.fold import touching
from paraph.protocol.negotiation.fold.checks import (
    built_on,
    standing,
    version_of,
    working_language,
)
from paraph.protocol.negotiation.state import Negotiation, Said, State, Version
from paraph.protocol.negotiation.state.proposals import NOBODY, UNWORDED, Doubt, Proposal, Step
from paraph.protocol.negotiation.text import Text
from paraph.protocol.sentences import Sentence, all_coded, coded, sentence, worded
from paraph.protocol.statements.proposals import ProposalAnswered, ProposalMade
from paraph.protocol.statements.versions import Operation

NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "tabled": ("accepted_ad_ref", "countered", "reserved", "rejected", "under_consideration"),
    "under_consideration": ("accepted_ad_ref", "countered", "reserved", "rejected"),
    "countered": ("accepted_ad_ref", "countered", "rejected", "under_consideration"),
    "reserved": ("accepted_ad_ref", "countered", "rejected", "under_consideration"),
    "rejected": ("countered",),
    "accepted_ad_ref": ("accepted", "countered"),
    "accepted": (),
    "withdrawn": (),
    "recalled": (),
}
"""What may follow; the proposer may withdraw besides, until both have accepted."""
SETTLED: Final = frozenset({"accepted_ad_ref", "accepted"})
"""Reopened by a change of the clause."""
KEEPS_TURN: Final = frozenset({"reserved", "under_consideration"})
SAID_BY_BOTH: Final = frozenset({"accepted_ad_ref", "reserved", "rejected", "withdrawn"})
"""The other party may say the same after the first, once; that moves nothing."""


def made(state: State, talks: Negotiation, content: ProposalMade, said: Said) -> Negotiation:
    """Take in a new proposal; the other party answers it."""
    for each in (*content.titles, *content.rationale):
        working_language(state, each.language)
    _require_clause(talks, content)
    number = len(talks.proposals) + 1
    proposal = Proposal(
        statement=said.statement,
        index=said.index,
        party=said.party,
        number=number,
        content=content,
        standing="tabled",
        turn=_other(state, said.party),
        since=said.index,
    )
    step = Step(
        "tabled",
        said.party,
        said.index,
        said.statement,
        without_prejudice=content.header.without_prejudice,
    )
    return _kept(talks, replace(proposal, steps=proposal.taking(step)))


def _require_clause(talks: Negotiation, content: ProposalMade) -> None:
    cid = content.clause
    if content.version == ZERO:
        where = [version_of(talks, head).text for head in talks.heads]
    else:
        text = version_of(talks, content.version).text
        where = [text, texts.apply(text, content.operations)]
    if cid and all(text.find(cid) is None for text in where):
        raise OutOfTurnError(
            worded(
                'there is no clause "%(cid)s" in that version, nor do the operations make it',
                cid=cid,
            ),
            code="unknown-clause",
        )


def _other(state: State, party: str) -> str:
    return next((each for each in state.parties if each != party), NOBODY)


def proposal_of(talks: Negotiation, statement: bytes) -> Proposal:
    """Return a proposal of the negotiation (``unknown-proposal``, ``recalled``)."""
    found = talks.proposals.get(statement)
    if found is None:
        raise OutOfTurnError("no such proposal stands in this negotiation", code="unknown-proposal")
    standing(talks, statement)
    return found


def answered(
    state: State, talks: Negotiation, content: ProposalAnswered, said: Said
) -> Negotiation:
    """Take in one step of a proposal."""
    before = proposal_of(talks, content.proposal)
    if content.operations:
        texts.apply(version_of(talks, content.version).text, content.operations)
    step = Step(
        to=content.to,
        party=said.party,
        index=said.index,
        statement=said.statement,
        note=content.note,
        without_prejudice=content.header.without_prejudice,
    )
    noted = replace(before, steps=before.taking(step))
    if _says_the_same(before, content, said):
        return _kept(talks, replace(noted, behind=before.behind | {said.party}))
    _require_step(before, content.to, said.party)
    if content.to == "accepted":
        accepting = _accepting(talks, before, content, said)
        noted = replace(noted, accepting=accepting)
        if accepting.keys() != set(state.parties) or len(set(accepting.values())) > 1:
            return _kept(talks, noted)
    return _kept(talks, _moved(state, noted, content.to, said))


def _says_the_same(before: Proposal, content: ProposalAnswered, said: Said) -> bool:
    return (
        content.to == before.standing
        and content.to in SAID_BY_BOTH
        and said.party not in before.behind
    )


def _require_step(proposal: Proposal, to: str, party: str) -> None:
    where = worded(
        "%(proposal)s is %(standing)s",
        proposal=_named(proposal),
        standing=coded("standing", proposal.standing),
    )
    withdrawable = proposal.standing not in ("accepted", "withdrawn")
    if to == "withdrawn" and withdrawable:
        if party != proposal.party:
            raise OutOfTurnError(
                worded(
                    "%(where)s: expected %(party)s to withdraw what it proposed",
                    where=where,
                    party=proposal.party,
                ),
                code="out-of-turn",
            )
        return
    follows = NEXT[proposal.standing]
    if not withdrawable:
        raise OutOfTurnError(
            worded("%(where)s, and nothing follows that: make a proposal anew", where=where),
            code="no-such-step",
        )
    if to not in follows:
        withdrawn = worded("withdrawn by %(party)s", party=proposal.party)
        accepted = (*all_coded("standing", follows), withdrawn)
        raise OutOfTurnError(
            worded("%(where)s: expected %(accepted)s", where=where, accepted=accepted),
            code="no-such-step",
        )
    if proposal.turn not in (NOBODY, party):
        raise OutOfTurnError(
            worded(
                "%(where)s: expected %(turn)s to answer, or %(party)s to withdraw it",
                where=where,
                turn=proposal.turn,
                party=proposal.party,
            ),
            code="out-of-turn",
        )


def _named(proposal: Proposal) -> Sentence:
    if not proposal.content.clause:
        return sentence(proposal.name)
    return worded('%(name)s on clause "%(cid)s"', name=proposal.name, cid=proposal.content.clause)


def _accepting(
    talks: Negotiation, proposal: Proposal, content: ProposalAnswered, said: Said
) -> dict[str, bytes]:
    now = wordings(talks, proposal.content.clause)
    if content.wording not in now:
        raise OutOfTurnError(
            worded(
                "%(proposal)s reads otherwise now; expected wording %(wordings)s",
                proposal=_named(proposal),
                wordings=tuple(sorted(each.hex()[:12] for each in now)),
            ),
            code="wording-gone",
        )
    if proposal.accepting.get(said.party) == content.wording:
        raise OutOfTurnError(
            worded(
                "%(party)s has accepted %(name)s in these words before",
                party=said.party,
                name=proposal.name,
            ),
            code="accepted-before",
        )
    return {**proposal.accepting, said.party: content.wording}


def wordings(talks: Negotiation, cid: str) -> frozenset[bytes]:
    """Return the wording digests that clause *cid* has in the heads; zeros where it is absent."""
    found = {_wording(version_of(talks, head).text, cid) for head in talks.heads}
    return frozenset(found or {UNWORDED})


def _wording(text: Text, cid: str) -> bytes:
    part = text.find(cid)
    return texts.wording_digest(part) if part is not None else UNWORDED


def _moved(state: State, proposal: Proposal, to: str, said: Said) -> Proposal:
    if to == "countered":
        turn = _other(state, said.party)
    else:
        turn = proposal.turn if to in KEEPS_TURN else NOBODY
    return replace(
        proposal,
        standing=to,
        turn=turn,
        since=said.index,
        behind=frozenset({said.party}),
        accepting=proposal.accepting if to == "accepted" else {},
    )


# ------------------------------------------------------------------ what else moves a proposal


def recalled(talks: Negotiation, subject: bytes, said: Said) -> Negotiation:
    """Take back a proposal that the other side has not answered."""
    proposal = proposal_of(talks, subject)
    other = next((step for step in proposal.history if step.party != said.party), None)
    if other is not None:
        raise built_on(
            worded(
                "%(party)s has answered %(name)s: withdraw it",
                party=other.party,
                name=proposal.name,
            )
        )
    return _kept(
        talks, replace(proposal, standing="recalled", turn=NOBODY, since=said.index, accepting={})
    )


def after_version(state: State, talks: Negotiation, version: Version) -> Negotiation:
    """Reopen the settled proposals whose clause a new version of the instrument changes."""
    if not version.content.parents:
        return talks
    before = version_of(talks, version.content.parents[0])
    doubts = talks.doubtful.get(before.statement) or ()
    if not talks.settled and not doubts:
        return talks
    touched = touching.by_clause(version.content.operations)
    left = [each for each in doubts if _stays_in_doubt(talks, each, touched, before.text)]
    for cid, operations in touched.items():
        listed = talks.settled.get(_key(cid)) or ()
        if not listed or not _reads_otherwise(cid, before.text, version.text):
            continue
        for statement in listed:
            proposal = proposal_of(talks, statement)
            cause = touching.cause(statement, operations, before.text)
            if cause == touching.NONE:
                continue
            if cause == touching.MENDING:
                left.append(Doubt(proposal, version.index))
            talks = _kept(talks, _reopened(state, proposal, version))
    if left:
        talks = replace(talks, doubtful=talks.doubtful.put(version.statement, tuple(left)))
    return talks


def _stays_in_doubt(
    talks: Negotiation,
    doubt: Doubt,
    touched: Mapping[str, Sequence[Operation]],
    text: Text,
) -> bool:
    # A later version in which nothing else happened to the clause may be confirmed in its place.
    before = doubt.before
    now = talks.proposals.get(before.statement)
    operations = touched.get(before.content.clause, ())
    assert now is not None  # made; recalled perhaps, as in an internal channel: then it has moved
    return (
        now.since == doubt.since
        and touching.cause(before.statement, operations, text) != touching.CHANGE
    )


def _reads_otherwise(cid: str, before: Text, after: Text) -> bool:
    was, now = before.find(cid), after.find(cid)
    return was is None or now is None or was.words != now.words


def _reopened(state: State, proposal: Proposal, version: Version) -> Proposal:
    step = Step("countered", version.party, version.index, version.statement, by_version=True)
    return replace(
        proposal,
        standing="countered",
        turn=_other(state, version.party),
        since=version.index,
        behind=frozenset({version.party}),
        accepting={},
        steps=proposal.taking(step),
    )


def after_confirmation(talks: Negotiation, version: Version, said: Said) -> Negotiation:
    """Let stand as before what a version confirmed by both reopened only to mend a finding."""
    for doubt in talks.doubtful.get(version.statement) or ():
        before, now = doubt.before, talks.proposals.get(doubt.before.statement)
        cid = before.content.clause
        assert now is not None  # as above
        if now.since == doubt.since and wordings(talks, cid) == {_wording(version.text, cid)}:
            step = Step(before.standing, said.party, said.index, version.statement, by_version=True)
            again = replace(before, since=said.index, steps=now.taking(step))
            talks = _kept(talks, again)
    return talks


# ------------------------------------------------------------------ keeping


def _key(cid: str) -> bytes:
    # Keys of a map have one length; ids have at most 64 characters, none of them a NUL.
    return cid.encode().ljust(64, b"\0")


def _kept(talks: Negotiation, proposal: Proposal) -> Negotiation:
    settled, cid = talks.settled, proposal.content.clause
    if cid:
        listed = settled.get(_key(cid)) or ()
        stands = proposal.standing in SETTLED
        if stands != (proposal.statement in listed):
            rest = tuple(each for each in listed if each != proposal.statement)
            settled = settled.put(_key(cid), (*rest, proposal.statement) if stands else rest)
    return replace(
        talks, proposals=talks.proposals.put(proposal.statement, proposal), settled=settled
    )
