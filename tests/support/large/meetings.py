"""Conferences, side documents, silence procedures and the scrub of the large negotiation."""

from __future__ import annotations

import dataclasses
from typing import Final

from paraph.client.writing import composing
from paraph.client.writing.composing import VersionDraft
from paraph.protocol import roles
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.fold.silence import subject_digest
from paraph.protocol.negotiation.state import Version
from paraph.protocol.statements.conferences import (
    ActionReported,
    ActionSet,
    AgendaItem,
    ConferenceScheduled,
    Delegation,
    Due,
    Outcome,
    OutcomesRecorded,
    Zone,
)
from paraph.protocol.statements.header import (
    Relation,
    to_wordings,
)
from paraph.protocol.statements.scrutiny import FindingMade, TermSet
from paraph.protocol.statements.side_documents import SideDocumentOpened
from paraph.protocol.statements.silence import SilenceBroken, SilenceClosed, SilenceOpened
from paraph.protocol.statements.versions import (
    Clause,
)
from tests.support.large import words
from tests.support.large.stage import DAY, HOUR, PARTIES, Around

_TERMS: Final = (
    ("nautical mile", "морская миля"),
    ("duty officer", "дежурный офицер"),
    ("agreed area", "согласованный район"),
    ("call sign", "позывной"),
    ("line of communication", "линия связи"),
    ("close approach", "сближение"),
)


class Meetings(Around):
    """Whoever speaks at meetings and towards the end."""

    def conference(self, number: int) -> None:
        name, now, head = f"VC-{number}", self._stage.now, self._head
        cids = self._draft.some(min(24, len(self._draft.line) // 4))
        agenda = tuple(
            AgendaItem(
                n=each + 1,
                title=f"Clauses under brackets, part {each + 1}",
                clauses=tuple(cids[each::6]),
                proposals=(),
                minutes=15,
                owner=PARTIES[each % 2],
            )
            for each in range(6)
        )
        self._stage.say(
            ConferenceScheduled(
                header=self._header(),
                name=name,
                at=now + DAY,
                duration_min=90,
                host="USA",
                chair="alternating",
                interpretation=("en-ru", "ru-en"),
                participants=tuple(
                    Delegation(party=each, people=("head_of_delegation", "linguist"))
                    for each in PARTIES
                ),
                zones=(
                    Zone(party="RUS", offset="+03:00", label="Moscow"),
                    Zone(party="USA", offset="-04:00", label="Washington"),
                ),
                basis=head.statement,
                agenda=agenda,
                replaces=ZERO,
            ),
            "USA",
        )
        self._stage.beat(now + 8 * HOUR)
        items = tuple(
            Outcome(
                cid=cid,
                proposal=(),
                understanding=to_wordings(
                    {each: words.remark(self._chance, each) for each in ("en", "ru")}
                ),
                result=self._chance.choice(("agreed_ad_ref", "bracketed", "reserved_by_RUS")),
            )
            for cid in cids
        )
        outcomes = OutcomesRecorded(
            header=self._header(), conference=name, held_at=now + DAY, items=items
        )
        self._agree(self._stage.say(outcomes, "USA"), "RUS")
        self._actions(name)
        self._document("agreed_minutes", name, "Agreed minutes of " + name)

    def _actions(self, name: str) -> None:
        for each in range(8):
            content = ActionSet(
                header=self._header(),
                conference=name,
                owner=(*PARTIES, "joint")[each % 3],
                what=words.remark(self._chance, "en"),
                due=Due(at=0, conference=f"VC-{each % 4 + 1}"),
            )
            action = self._stage.say(content, PARTIES[each % 2])
            if each % 3 == 0:
                report = ActionReported(
                    header=self._header(),
                    action=action,
                    ending="done",
                    at=self._stage.now,
                    note="Done as asked.",
                    due=(),
                )
                self._stage.say(report, "RUS")

    def _document(self, kind: str, conference: str, title: str) -> None:
        opened = SideDocumentOpened(
            header=self._header(),
            document_kind=kind,
            titles=to_wordings({"en": title}),
            cid="",
            conference=conference,
            text_public=False,
            undisclosed=(),
        )
        document = self._stage.say(opened, "USA")
        about = Relation(channel=self._stage.state.channel, statement=document)
        clauses = tuple(
            Clause(
                cid=f"m-{each}",
                role="operative",
                headings=(),
                handling="",
                texts=to_wordings(
                    {language: words.remark(self._chance, language) for language in ("en", "ru")}
                ),
            )
            for each in range(12)
        )
        content, _ = composing.tabled(
            self._stage.state,
            dataclasses.replace(self._header(), relates_to=about),
            VersionDraft(clauses=clauses, branch=True),
            "USA",
        )
        version = self._stage.say(content, "USA")
        self._stage.say(composing.confirmed(self._stage.state, self._header(), version), "RUS")

    def side_letter(self) -> None:
        self._document("side_letter", "", "Letter on the agreed area")

    def terms(self) -> None:
        for en, ru in _TERMS:
            term = TermSet(
                header=self._header(),
                words=to_wordings({"en": en, "ru": ru}),
                replaces=ZERO,
                note="As in the glossary of both services.",
            )
            self._agree(self._stage.say(term, "USA"), "RUS")

    def silences(self) -> None:
        head, cids = self._head, self._draft.some(4)
        opened = [self._silence(head, cid, 24 * HOUR) for cid in cids[:3]]
        self._stage.beat(self._stage.now + HOUR)
        self._stage.beat(self._stage.now + HOUR)
        reason = words.remark(self._chance, "ru")
        self._stage.say(
            SilenceBroken(header=self._header(), silence=opened[1], reason=reason, amendment=()),
            "RUS",
        )
        self._stage.beat(self._stage.now + 30 * HOUR)
        for party in PARTIES:
            state = self._stage.state
            closing = SilenceClosed(
                header=self._header(), silence=opened[0], size=state.size, root=self._stage.root
            )
            self._stage.say(closing, party)
        self._silence(head, cids[3], 48 * HOUR)
        self._stage.beat(self._stage.now + HOUR)
        self._stage.beat(self._stage.now + HOUR)

    def _silence(self, head: Version, cid: str, left: int) -> bytes:
        content = SilenceOpened(
            header=self._header(),
            version=head.statement,
            cid=cid,
            digest=subject_digest(head, cid),
            expires=self._stage.now + left,
        )
        return self._stage.say(content, "USA")

    def findings(self) -> None:
        for cid in self._draft.some(6):
            content = FindingMade(
                header=self._header(roles.LINGUIST),
                version=self._head.statement,
                cid=cid,
                finding_kind="nuance",
                detail=words.remark(self._chance, "ru"),
            )
            self._stage.say(content, "RUS")
