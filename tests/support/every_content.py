"""A sample of every kind of sealed content record, most fields used."""

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.text import from_clauses
from paraph.protocol.statements.content import (
    Content,
)
from paraph.protocol.statements.header import (
    LanguageStatus,
    NamedMention,
    StatementMention,
    to_mentions,
    to_wordings,
)
from paraph.protocol.statements.side_documents import Withheld
from paraph.protocol.statements.versions import (
    NO_NOTES,
    Delete,
    InsertAfter,
    Merge,
    MoveAfter,
    Replace,
    Split,
)
from tests.support import concluding, proposals, scrutiny
from tests.support import conferences as vc
from tests.support import internal as private
from tests.support import negotiating as talk
from tests.support import side_documents as side
from tests.support import silence as quiet
from tests.support.standing import recalled

ID = bytes(range(32))
NAMED = (NamedMention(name="P-01"),)
WORDS = to_wordings({"ar": "نص", "en": "text"})
ALL_OPERATIONS = (
    Replace(cid="a", texts=WORDS, notes=NO_NOTES),
    InsertAfter(after="a", clause=talk.clause("b"), notes=NO_NOTES),
    Delete(cid="a", to=NAMED, notes=NO_NOTES),
    MoveAfter(cid="a", after="b", notes=NO_NOTES),
    Split(cid="a", texts=WORDS, new_cid="c", new_texts=WORDS, new_headings=(), notes=NO_NOTES),
    Merge(cids=("a", "b"), into="b", texts=WORDS, headings=WORDS, notes=NO_NOTES),
)
STATUS = (LanguageStatus(language="en", status="original"),)
EVERY: tuple[Content, ...] = (
    talk.opened(),
    talk.base(language_status=STATUS),
    talk.base(clauses=(), parents=(ID, ZERO), operations=ALL_OPERATIONS),
    talk.confirmed(ID, from_clauses((talk.clause("a"),), ("en", "ru"))),
    talk.comment(anchor=talk.anchor(ID, "a", "words"), resolves=ID, resolved_by=NAMED),
    talk.dispatch(carries=to_mentions((*NAMED, StatementMention(statement=ID)))),
    talk.receipt(ID, rung="in_charge", outcome="not_taken", reason="busy"),
    side.agreed(ID),
    side.opened("public_line", undisclosed=(Withheld(what="all", requested_by="RUS"),)),
    vc.scheduled(agenda=(vc.item(clauses=("a",), proposals=NAMED),)),
    vc.outcomes(vc.outcome(understanding=WORDS), vc.outcome("", "bracketed", proposal=NAMED)),
    vc.action("joint", "VC-3"),
    vc.report(ID, "carried", due="VC-3"),
    quiet.opened(ID, cid="a"),
    quiet.broken(ID, amendment=NAMED),
    quiet.closed(ID, 7, ID),
    recalled(ID),
    proposals.made(version=ID, rationale=WORDS, operations=ALL_OPERATIONS),
    proposals.answered(ID, "countered", version=ID, operations=ALL_OPERATIONS),
    proposals.answered(ID, "accepted", wording=ID),
    proposals.taken(ID, {"a": "agree", "b": "none"}, others="reserve"),
    proposals.tied("a", "b"),
    proposals.untied(ID),
    private.mandate(),
    private.asked(b"one", b"two", hits=(private.HIT,), needs=("authority", "legal")),
    private.given(ID, "refused"),
    scrutiny.finding(ID),
    scrutiny.settled(ID, "mended", ID),
    scrutiny.scrub(ID, from_clauses((talk.clause("a"),), ("en", "ru"))),
    scrutiny.term(ID, en="crew*", ru="экипаж*"),
    concluding.powers("USA"),
    concluding.withdrawn(ID),
    concluding.alternat(ID),
    concluding.effect(ID),
    concluding.effect_noted("suspends", 7),
    concluding.event(),
    concluding.stood_by(ID),
    *concluding.acts(),
)
