"""Moves that say something about a text: comments, dispatches, receipts, findings, terms."""

from typing import Any

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import text as texts
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import StatementMention
from tests.support import negotiating as talk
from tests.support import scrutiny as seen
from tests.support.model.game import PHRASES
from tests.support.moves.drawing import DESK, Of, acting, party_, role_, some
from tests.support.moves.speaking import Speaking


class Discussing(Speaking):
    """Whoever talks about what was written."""

    @acting(party=party_, role=role_, n=some, m=some, kind=Of("question", "fallback"))
    def comment(self, party: str, role: str, n: int, m: int, kind: str) -> None:
        changes: dict[str, Any] = {"comment_kind": kind if m % 8 == 7 else "question"}
        if n % 4 == 1:
            version = self.pick(m, "version-tabled")
            quote = PHRASES[m % len(PHRASES)][0]
            changes["anchor"] = talk.anchor(version, self.cid(version, m), quote)
        if n % 4 == 2:
            changes["in_reply_to"] = self.pick(m, "comment-made")
        if n % 4 == 3:
            changes["resolves"] = self.pick(m, "comment-made")
            changes["resolved_by"] = (StatementMention(statement=self.pick(n)),)
        self.say(talk.comment(**changes), party, role)

    @acting(party=party_, role=role_, n=some, m=some)
    def dispatch(self, party: str, role: str, n: int, m: int) -> None:
        author = "joint" if n % 8 == 1 else party
        number = self.game.model.numbers.get(author, 0) + (2 if m % 16 == 3 else 1)
        changes: dict[str, Any] = {"author": author}
        if n % 4 == 2:
            changes["in_reply_to"] = self.pick(m, "dispatch-sent")
        if n % 4 == 3:
            changes["carries"] = (StatementMention(statement=self.pick(m)),)
        if n % 8 == 4:
            named = StatementMention(statement=self.pick(m, "silence-opened"))
            changes["breaks_silence"] = (named,)
        self.say(talk.dispatch(number, **changes), party, role)

    @acting(
        party=party_,
        role=role_,
        n=some,
        rung=Of("fetched", "displayed", "answered"),
        outcome=Of("ok", "ok", "ok", "not_taken", "cannot_open"),
    )
    def acknowledge(self, party: str, role: str, n: int, rung: str, outcome: str) -> None:
        reason = "" if outcome == "ok" else "why"
        content = talk.receipt(self.pick(n), rung=rung, outcome=outcome, reason=reason)
        self.say(content, party, role, may="bot" if rung == "fetched" else DESK)

    @acting(
        party=party_,
        role=role_,
        n=some,
        how=Of("", "", "mended", "withdrawn", "harmless"),
    )
    def finding(self, party: str, role: str, n: int, how: str) -> None:
        version = self.pick(n, "version-tabled")
        content: Content = seen.finding(version, self.cid(version, n) if n % 4 else "")
        if how:
            mended = version if how == "mended" else ZERO
            content = seen.settled(self.pick(n, "finding-made"), how, mended)
        self.say(content, party, role, may="linguist")

    @acting(party=party_, role=role_, n=some, sort=Of("legal", "concordance"))
    def scrub(self, party: str, role: str, n: int, sort: str) -> None:
        version = self.pick(n, "version-tabled")
        text = self.text_of(version)
        content = seen.scrub(version, text or texts.from_clauses((), talk.LANGUAGES), sort)
        may = {"legal": "legal_adviser"}.get(sort, "linguist")
        self.say(content, party, role, may=may, honest=text is not None)

    @acting(party=party_, role=role_, n=some, language=Of("ru", "ru", "fr"))
    def term(self, party: str, role: str, n: int, language: str) -> None:
        replaces = self.pick(n, "term-set") if n % 2 else ZERO
        words = {"en": "airspace", language: "воздух"}
        self.say(seen.term(replaces, **words), party, role, may="linguist")
