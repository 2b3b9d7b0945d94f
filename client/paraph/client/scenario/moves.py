"""The blocks of a scenario around its text: proposals, comments, conferences, ceremony."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paraph.client.scenario.model import (
    Action,
    AgendaItem,
    Beat,
    Break,
    Comment,
    Conference,
    ConferenceOutcome,
    Dispatch,
    Epilogue,
    Finding,
    Initialling,
    Mandate,
    Minutes,
    Move,
    Original,
    Proposal,
    Receipt,
    Reply,
    Silence,
)
from paraph.client.writing.blocks import Block
from paraph.protocol.statements.exchanges import (
    COMMENT_KINDS,
    DISPATCH_KINDS,
    INTERNAL_COMMENT_KINDS,
)

STATES: Final = (
    "tabled",
    "under_consideration",
    "accepted_ad_ref",
    "countered",
    "reserved",
    "rejected",
    "withdrawn",
    "accepted",
)
POSITIONS: Final = ("a", "ar", "ip", "r", "x", "alt", "np")


def mandate(block: Block) -> Mandate:
    """Read a mandate."""
    return Mandate(
        id=block.text("id"),
        scope=block.suffixed("scope_", block.text),
        out_of_scope=block.texts("out_of_scope", needed=False),
        may_commit=block.mapping("may_commit", lambda inner, name: inner.texts(name)),
        trip_words=block.suffixed("trip_words_", block.texts),
    )


def proposal(block: Block) -> Proposal:
    """Read a proposal."""
    history = block.rows(
        "history",
        ("at", "by", "state", "note"),
        lambda step: Move(
            step.instant("at"),
            step.text("by"),
            step.word("state", STATES),
            step.maybe_text("note"),
        ),
    )
    if not history:
        block.fail("history", "expected at least one step")
    return Proposal(
        id=block.text("id"),
        by=block.text("by"),
        clause=block.maybe_text("clause"),
        title=block.text("title"),
        history=history,
    )


def positions(block: Block, version: str) -> dict[str, dict[str, str]]:
    """Read the positions on one version."""
    return block.mapping(
        version,
        lambda parties, code: parties.mapping(code, lambda row, cid: row.word(cid, POSITIONS)),
    )


def comment(block: Block) -> Comment:
    """Read a comment."""
    internal = block.word("visibility", ("shared", "internal")) == "internal"
    if block.flag("must_never_cross", default=False) != internal:
        block.fail("must_never_cross", "expected true for internal comments alone")
    cid, exact = block.maybe_text("cid"), block.maybe_text("exact")
    if bool(cid) != bool(exact):
        block.fail("exact", "expected in a comment on a clause, and only there")
    kinds = (*COMMENT_KINDS, "public_line", *(INTERNAL_COMMENT_KINDS if internal else ()))
    kind = block.word("kind", kinds)
    return Comment(
        id=block.text("id"),
        by=block.text("by"),
        at=block.instant("at"),
        internal=internal,
        kind="public-line" if kind == "public_line" else kind,
        version=block.text("version"),
        cid=cid,
        language=block.text("lang"),
        exact=exact,
        prefix=block.maybe_text("prefix"),
        suffix=block.maybe_text("suffix"),
        body=block.text("body"),
        replies=block.each(
            "replies",
            lambda each: Reply(each.text("by"), each.instant("at"), each.text("body")),
            needed=False,
        ),
        resolved_by=block.maybe_text("resolved_by"),
    )


def dispatch(block: Block) -> Dispatch:
    """Read a dispatch."""
    return Dispatch(
        id=block.text("id"),
        kind=block.word("kind", DISPATCH_KINDS),
        author=block.text("from"),
        to=block.one_or_more("to"),
        at=block.instant("at"),
        carries=block.texts("carries", needed=False),
        in_reply_to=block.maybe_text("in_reply_to"),
        breaks_silence=block.maybe_text("breaks_silence"),
        body=block.maybe_text("body"),
        without_prejudice=block.flag("without_prejudice", default=False),
        status=block.maybe_text("status"),
        receipt=block.maybe("receipt", lambda each: Receipt(each.text("by"), each.instant("at"))),
    )


def conference(block: Block) -> Conference:
    """Read a conference."""
    return Conference(
        id=block.text("id"),
        at=block.instant("at"),
        duration_min=block.integer("duration_min", 0),
        scripted=block.flag("scripted", default=True),
        summary=block.maybe_text("summary"),
        chair=block.maybe_text("chair"),
        host=block.maybe_text("host"),
        interpretation=block.texts("interpretation", needed=False),
        participants=block.mapping("participants", lambda inner, code: inner.texts(code)),
        basis=block.maybe_text("basis"),
        agenda=block.each(
            "agenda",
            lambda each: AgendaItem(
                each.integer("n"),
                each.text("title"),
                each.texts("clauses", needed=False),
                each.texts("proposals", needed=False),
            ),
            needed=False,
        ),
        outcomes=block.each("outcomes", _outcome, needed=False),
        actions=block.each("actions", _action, needed=False),
        minutes=block.maybe(
            "minutes",
            lambda each: Minutes(
                each.text("id"), each.text("drafted_by"), each.maybe_text("silence")
            ),
        ),
    )


def _outcome(block: Block) -> ConferenceOutcome:
    clause, proposal = block.maybe_text("clause"), block.maybe_text("proposal")
    if bool(clause) == bool(proposal):
        block.fail("result", "expected an outcome on a clause or on a proposal")
    return ConferenceOutcome(
        clause, proposal, block.text("result"), block.maybe_text("understanding")
    )


def _action(block: Block) -> Action:
    return Action(
        id=block.text("id"),
        owner=block.text("owner"),
        what=block.text("what"),
        due=block.instant_or_text("due"),
        done=block.maybe_instant("done"),
        late=block.flag("late", default=False),
    )


def silence(block: Block) -> Silence:
    """Read a silence procedure."""
    outcome = block.word("outcome", ("adopted", "broken", "held"))
    because = block.maybe_text("held_because")
    broken = block.maybe(
        "broken_by",
        lambda each: Break(each.text("party"), each.text("dispatch"), each.instant("at")),
    )
    if (outcome == "held") != (because in ("late_receipt", "no_closing")):
        block.fail(
            "held_because",
            "expected late_receipt or no_closing where held, and nothing elsewhere",
        )
    if (outcome == "broken") != bool(broken):
        block.fail("broken_by", "expected where broken, and only there")
    return Silence(
        id=block.text("id"),
        subject=block.text("subject"),
        proposed_by=block.text("proposed_by"),
        opened=block.instant("opened"),
        expires=block.instant("expires"),
        outcome=outcome,
        held_because=because,
        broken_by=broken,
    )


def finding(block: Block) -> Finding:
    """Read a finding."""
    return Finding(
        id=block.text("id"),
        version=block.text("version"),
        cid=block.text("cid"),
        check=block.text("check"),
        by_machine=block.word("found_by", ("M", "L")) == "M",
        detail=block.maybe_text("detail"),
    )


def initialling(block: Block) -> Initialling:
    """Read an initialling."""
    return Initialling(
        kind=block.text("kind"),
        version=block.text("version"),
        party=block.text("party"),
        by=block.text("by"),
        at=block.instant("at"),
        languages=block.texts("languages"),
    )


def original(block: Block) -> Original:
    """Read an original."""
    return Original(
        copy=block.integer("copy"),
        kept_by=block.text("kept_by"),
        party_order=block.texts("party_order"),
        language_order=block.texts("language_order"),
        signatures=block.texts("signatures"),
    )


def pairs(block: Block, language: str) -> tuple[tuple[str, str], ...]:
    """Read the substitutions of one language."""
    return block.rows(language, ("old", "new"), lambda pair: (pair.text("old"), pair.text("new")))


def disclosure(block: Block) -> tuple[bool, Mapping[str, str]]:
    """Read what may be disclosed."""
    line = block.suffixed("agreed_public_line_", block.text)
    return block.flag("text_public"), line


def epilogue(block: Block) -> Epilogue:
    """Read something after the signature."""
    return Epilogue(
        kind=block.text("kind"),
        at=block.maybe_text("at"),
        effective=block.maybe_instant("effective"),
        party=block.maybe_text("party"),
        note=block.maybe_text("note"),
    )


def beat(block: Block) -> Beat:
    """Read a beat of the script."""
    return Beat(
        at=block.instant("t"),
        desk=block.text("desk"),
        do=block.text("do"),
        ref=block.text("ref"),
        shows=block.maybe_text("shows"),
    )
