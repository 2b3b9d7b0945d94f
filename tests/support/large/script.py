"""A large negotiation, said statement by statement on a stage; the same every time.

What is said follows from the seed alone. The stage gives the statements their ids and keeps the
state: in memory by the fold alone, on disk with keys and a log.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from paraph.client.writing import composing
from paraph.client.writing.composing import DispatchDraft, VersionDraft
from paraph.client.writing.drafts import Opening
from paraph.protocol import roles
from paraph.protocol.names import ZERO
from paraph.protocol.statements.exchanges import NO_ANCHOR, Anchor
from paraph.protocol.statements.header import (
    Mention,
    StatementMention,
    to_mentions,
    to_wordings,
)
from paraph.protocol.statements.positions import (
    POSITIONS,
    ClausePosition,
    PackageTied,
    PositionTaken,
)
from paraph.protocol.statements.proposals import ProposalAnswered, ProposalMade
from paraph.protocol.statements.versions import (
    NO_NOTES,
    Replace,
)
from tests.support.large import words
from tests.support.large.drafting import Draft
from tests.support.large.meetings import Meetings
from tests.support.large.stage import DAY, OTHER, PARTIES, Around, Size, Stage


class Script(Around):
    """Says everything. Made for one stage; :meth:`play` once."""

    def __init__(self, stage: Stage, size: Size | None = None, seed: int = 7) -> None:
        self._size = size or Size()
        chance = random.Random(seed)
        super().__init__(stage, Draft(chance, self._size.clauses), chance)
        self._meetings = Meetings(stage, self._draft, chance)
        self._waiting: list[tuple[bytes, str]] = []
        self._dispatched: list[tuple[bytes, str]] = []

    def play(self) -> None:
        """Say all of it."""
        size, start = self._size, self._stage.now
        self._open()
        commented = proposed = dispatched = met = 0
        for number in range(1, size.versions + 1):
            self._stage.beat(start + number * DAY // 2)
            party = PARTIES[number % 2]
            if number > 1:
                self._table(party, number)
            self._confirm(OTHER[party])
            self._say_when(commented, size.comments, number, self._comment)
            self._say_when(proposed, size.proposals, number, self._propose)
            self._say_when(dispatched, size.dispatches, number, self._dispatch)
            commented = size.comments * number // size.versions
            proposed = size.proposals * number // size.versions
            dispatched = size.dispatches * number // size.versions
            self._answers()
            if number % 5 == 0:
                self._positions()
            if met < size.conferences and number == (met + 1) * size.versions // (
                size.conferences + 1
            ):
                met += 1
                self._meetings.conference(met)
        self._meetings.terms()
        self._meetings.silences()
        self._meetings.side_letter()
        self._meetings.findings()

    def _say_when(self, done: int, of: int, number: int, say: Callable[[int], None]) -> None:
        for each in range(done, of * number // self._size.versions):
            say(each)

    # ------------------------------------------------------------------ the text

    def _open(self) -> None:
        titles = {
            "en": "Memorandum on Safety at Sea and in the Air",
            "ru": "Меморандум о безопасности на море и в воздухе",
        }
        self._stage.say(composing.opened(self._header(), Opening(titles=titles)), "USA")
        self._send(VersionDraft(clauses=self._draft.first(), round=1), "USA")

    def _send(self, draft: VersionDraft, party: str) -> bytes:
        content, _ = composing.tabled(self._stage.state, self._header(), draft, party)
        return self._stage.say(content, party)

    def _table(self, party: str, number: int) -> None:
        operations = list(self._draft.changes(party, number))
        kind = "consolidated" if number % 10 == 0 else "counter_draft"
        self._send(
            VersionDraft(operations=tuple(operations), kind=kind, round=1 + number // 10), party
        )

    def _confirm(self, party: str) -> None:
        head = self._head
        self._stage.say(
            composing.confirmed(self._stage.state, self._header(), head.statement), party
        )

    # ------------------------------------------------------------------ what is said about it

    def _comment(self, number: int) -> None:
        party, language = self._party(), self._chance.choice(("en", "ru"))
        kind = self._chance.choice(
            ("question", "question", "statement", "drafting", "legal", "translation", "reservation")
        )
        role = self._chance.choice((roles.DESK, roles.DESK, roles.LEGAL, roles.LINGUIST))
        content = composing.commented(
            self._header(role),
            words.remark(self._chance, language),
            kind=kind,
            anchor=NO_ANCHOR if number % 20 == 0 else self._anchor(language),
        )
        self._waiting.append((self._stage.say(content, party), party))

    def _anchor(self, language: str) -> Anchor:
        cid = self._chance.choice(self._draft.line)
        said = self._draft.text[cid]
        quote = self._chance.choice(said).words(language)
        whole = words.words(said, language)
        prefix = whole[max(0, whole.index(quote) - 20) : whole.index(quote)]
        return Anchor(
            version=self._head.statement,
            cid=cid,
            language=language,
            exact=quote,
            prefix=prefix,
            suffix="",
        )

    def _answers(self) -> None:
        # A third of the comments is answered, and half of those are closed with it.
        self._chance.shuffle(self._waiting)
        for statement, party in self._waiting[: len(self._waiting) // 3]:
            closes = self._chance.random() < 0.5
            body = words.remark(self._chance, self._chance.choice(("en", "ru")))
            content = composing.commented(
                self._header(),
                body,
                kind="answer",
                in_reply_to=statement,
                resolves=statement if closes else ZERO,
            )
            self._stage.say(content, OTHER[party])
        del self._waiting[: len(self._waiting) // 2]

    def _propose(self, number: int) -> None:
        party, cid = self._party(), self._draft.operative()
        version = self._head.statement
        made = words.changed(self._chance, self._draft.text[cid], party)
        texts = to_wordings({each: words.words(made, each) for each in ("en", "ru")})
        proposal = self._stage.say(
            ProposalMade(
                header=self._header(),
                clause=cid,
                version=version,
                titles=to_wordings({"en": f"Other words for {cid}", "ru": f"Иные слова для {cid}"}),
                rationale=to_wordings(
                    {each: words.remark(self._chance, each) for each in ("en", "ru")}
                ),
                operations=(Replace(cid=cid, texts=texts, notes=NO_NOTES),),
            ),
            party,
        )
        turn = OTHER[party]
        steps = (
            ("under_consideration", "countered", "countered", "accepted_ad_ref"),
            ("reserved",),
            ("countered", "rejected"),
            ("accepted_ad_ref",),
            (),
            ("rejected",),
        )[number % 6]
        for to in steps:
            content = ProposalAnswered(
                header=self._header(),
                proposal=proposal,
                to=to,
                version=ZERO,
                operations=(),
                note=words.remark(self._chance, "en"),
                wording=ZERO,
            )
            self._stage.say(content, turn)
            turn = OTHER[turn] if to == "countered" else turn

    def _positions(self) -> None:
        head = self._head
        for party in PARTIES:
            chosen = self._draft.some(max(4, self._size.clauses // 6))
            entries = tuple(
                ClausePosition(
                    cid=cid,
                    value=self._chance.choice(("agree", "agree", "ad_referendum", *POSITIONS)),
                )
                for cid in chosen
            )
            note = words.remark(self._chance, "ru" if party == "RUS" else "en")
            content = PositionTaken(
                header=self._header(roles.HEAD),
                version=head.statement,
                entries=entries,
                others="",
                note=note,
            )
            self._stage.say(content, party)
        tied = tuple(self._draft.some(2))
        package = PackageTied(
            header=self._header(), cids=tied, titles=to_wordings({"en": "Stand or fall together"})
        )
        statement = self._stage.say(package, "USA")
        if self._chance.random() < 0.6:
            self._agree(statement, "RUS")

    def _dispatch(self, number: int) -> None:
        party = PARTIES[number % 2]
        answered = next((one for one, by in self._dispatched if by != party), ZERO)
        carries: Sequence[Mention] = [StatementMention(statement=self._head.statement)]
        until = self._stage.now + 2 * DAY
        kinds = ("transmittal", "letter", "note_verbale", "aide_memoire", "non_paper")
        draft = DispatchDraft(
            kind=kinds[number % 5],
            carries=to_mentions(carries),
            in_reply_to=answered if number % 3 else ZERO,
            body=words.remark(self._chance, "en" if party == "USA" else "ru"),
        )
        header = self._header(reply_by=until if number % 2 else 0)
        content = composing.dispatched(self._stage.state, header, draft, party)
        statement = self._stage.say(content, party)
        self._dispatched = [each for each in self._dispatched if each[0] != draft.in_reply_to]
        self._dispatched.append((statement, party))
        for rung in ("displayed", "in_charge", "understood")[: number % 4]:
            receipt = composing.acknowledged(
                self._header(), [statement], rung=rung, outcome="ok", reason=""
            )
            self._stage.say(receipt, OTHER[party])
