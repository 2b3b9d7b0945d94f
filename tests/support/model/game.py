"""Two sides and the model at one table: everything that is said goes to all three."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from typing import Any

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import fold, lint, matrix
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.fingerprint import digest
from paraph.protocol.negotiation.phase import phase
from paraph.protocol.negotiation.state import Negotiation, Said, State, Version, begin
from paraph.protocol.schema import Record
from paraph.protocol.statements.clear import Heartbeat, ManifestEntry
from paraph.protocol.statements.content import Content
from tests.support import concluding, negotiating
from tests.support.model import Model, Placed
from tests.support.negotiating import CHANNEL, LANGUAGES, PARTIES, TALKS

NOON = 1_444_000_000_000
PHRASES = (
    ("We land.", "Мы садимся."),
    ("They wait.", "Они ждут."),
    ("We meet. We meet again.", "Мы встречаемся. Мы встречаемся снова."),
    ("We meet.", "Мы встречаемся."),
    ("We meet again.", "Мы встречаемся снова."),
    ("See {ref:c-one}.", "Смотри {ref:c-one}."),
    ("Keep [USA: 3] miles.", "Держать [USA: 3] мили."),
    ("Keep 3 miles.", "Держать 5 миль."),
)
"""Words in both languages; the last ones are not to be initialled."""


@functools.cache
def _is_clean(*pair: str) -> bool:
    clauses = tuple(
        negotiating.clause(cid, en=en, ru=ru)
        for cid, (en, ru) in (("c-one", PHRASES[0]), ("c", pair))
    )
    text = texts.from_clauses(clauses, LANGUAGES)
    return not any(lint.findings(text, PARTIES, "non_binding")) and "[" not in pair[0]


TITLE = (concluding.BOTH, "А и Б согласны.")


class Game:
    """Folds on two sides, which were told parties and languages in another order, and a model."""

    def __init__(self) -> None:
        self.begins = (
            begin(PARTIES, LANGUAGES, channel=CHANNEL),
            begin(PARTIES[::-1], LANGUAGES[::-1], channel=CHANNEL),
        )
        self.sides = list(self.begins)
        self.model = Model(PARTIES, LANGUAGES, CHANNEL)
        self.model.clean = _is_clean
        self.log: list[tuple[Record, Said, bytes | None]] = []
        self.passed: list[State] = [self.begins[0]]
        self.said: list[tuple[bytes, str, str]] = []  # id, kind, party
        self.contents: dict[bytes, Any] = {}
        self.beats: dict[str, int] = {}

    @property
    def state(self) -> State:
        return self.sides[0]

    @property
    def talks(self) -> Negotiation | None:
        return self.state.negotiations.get(TALKS)

    def version(self, statement: bytes) -> Version | None:
        return self.talks.versions.get(statement) if self.talks is not None else None

    @property
    def log_time(self) -> int:
        return min(self.beats.values()) if len(self.beats) == len(PARTIES) else 0

    def _around(self, party: str, role: str, person: int, seen: int) -> Said:
        index = self.state.size
        return Said(
            statement=hashlib.sha256(b"%d" % index).digest(),
            index=index,
            party=party,
            role=role,
            holder=concluding.holder(party, person),
            key=concluding.key(party, person),
            log_time=self.log_time,
            seen_size=max(index - seen, 0),
        )

    def _placed(self, said: Said, *, honest: bool) -> Placed:
        return Placed(
            said.statement,
            said.index,
            said.party,
            said.role,
            said.holder,
            said.key,
            said.log_time,
            (said.seen_size, ZERO),
            honest,
        )

    def say(
        self,
        content: Content,
        party: str,
        role: str,
        *,
        honest: bool = True,
        person: int = 0,
        seen: int = 0,
        again: bool = False,
    ) -> bytes:
        """Say a sealed record, on both sides and to the model, and compare what becomes of it."""
        said = self._around(party, role, person, seen)
        if again and self.said:
            said = dataclasses.replace(said, statement=self.said[-1][0])
        before = self.state
        counts = self.model.say(content, self._placed(said, honest=honest))
        folded = [fold.apply(side, content, said) for side in self.sides]
        self.sides = [state for state, _ in folded]
        outcome = folded[0][1]
        assert folded[1][1] == outcome
        assert (outcome.status == "applied") == counts, (content, said, outcome)
        if outcome.status == "refused":
            assert outcome.code
            assert outcome.detail
            self._unchanged(before)
        self.log.append((content, said, None))
        self.passed.append(self.state)
        if not again:
            self.said.append((said.statement, content.KIND, party))
            self.contents[said.statement] = content
        return said.statement

    def hear(self, payload: Record, party: str, role: str = "bot", subject: bytes = ZERO) -> None:
        """Say something in the clear."""
        said = self._around(party, role, 0, 0)
        self.model.hear(payload, self._placed(said, honest=True), subject)
        self.sides = [fold.heard(side, payload, said, subject) for side in self.sides]
        if isinstance(payload, Heartbeat):
            self.beats[party] = max(payload.dated, self.beats.get(party, 0))
        self.log.append((payload, said, subject))
        self.passed.append(self.state)

    def begins_with_manifests(self) -> None:
        for party in PARTIES:
            manifest: ManifestEntry = concluding.manifest(party)
            self.hear(manifest, party, "root")
            self.hear(Heartbeat(dated=NOON, verified=0, held=0), party)

    def _unchanged(self, before: State) -> None:
        # Log time runs for a refused statement too, and with it silence.
        now = self.state
        same = dataclasses.replace(
            now,
            entries=before.entries,
            size=before.size,
            log_time=before.log_time,
            silences=before.silences,
        )
        assert same == before
        for statement, silence in now.silences.items():
            was = before.silences.get(statement)
            assert was is not None
            assert (silence.ended, silence.closings) == (was.ended, was.closings)

    # what both and the model must agree on

    def compare(self, *, deeply: bool = True) -> None:
        """Compare the sides with each other, and what follows with the model."""
        one, two = self.sides
        if deeply:
            assert one == two
            assert digest(one) == digest(two)
        model, talks = self.model, self.talks
        assert (one.size, one.log_time, dict(one.held)) == (model.size, model.log_time, model.held)
        assert {(i, p) for i, by in one.disputes.items() for p in by} == model.disputes
        rungs = {
            key: {party: receipt.rung for party, receipt in by.items()}
            for key, by in one.receipts.items()
        }
        assert rungs == model.receipts
        assert {
            key: outcome.status == "applied" for key, outcome in one.withdrawals.items()
        } == model.withdrawals
        assert (talks is not None) == bool(model.identity)
        if talks is not None:
            self._compare(talks)

    def _compare(self, talks: Negotiation) -> None:
        state, model = self.state, self.model
        assert list(talks.heads) == model.heads()
        assert set(dict(talks.recalled.items())) == model.gone
        assert dict(talks.numbers) == model.numbers
        assert {key: each.number for key, each in talks.versions.items()} == {
            key: each["number"] for key, each in model.versions.items()
        }
        assert {key: list(each.heads) for key, each in talks.side_documents.items()} == {
            key: model.heads(key) for key in model.documents
        }
        assert {key: each.number for key, each in talks.comments.items()} == {
            key: each["number"] for key, each in model.comments.items()
        }
        assert {
            key: (each.standing, each.turn, each.number) for key, each in talks.proposals.items()
        } == {
            key: (each["standing"], each["turn"], each["number"])
            for key, each in model.proposals.items()
        }
        assert {
            key: (each.ended, bool(each.received), each.late)
            for key, each in state.silences.items()
        } == {
            key: (each["ended"], bool(each["received"]), each["late"])
            for key, each in model.silences.items()
        }
        assert {each.schedule_id for _, each in talks.conferences.items()} == {
            each["schedule"] for each in model.conferences.values()
        }
        found = talks.scrutiny.findings.items()
        assert {key: (each.number, each.is_open) for key, each in found} == {
            key: (each["number"], each["open"]) for key, each in model.findings.items()
        }
        self._compare_ending(talks)

    def _compare_ending(self, talks: Negotiation) -> None:
        state, model = self.state, self.model
        assert {each.said.statement for each in talks.conclusion.initials} == set(model.initials)
        assert {each.said.statement for each in talks.conclusion.signatures} == set(
            model.signatures
        )
        assert talks.conclusion.is_frozen == bool(model.initials or model.signatures)
        word: str = phase(state, talks).word
        if word in {"signed", "in_effect", "suspended", "ended"}:
            word = "signed or later"
        assert word == model.phase
        for head in talks.heads:
            version = talks.versions.get(head)
            assert version is not None
            rows = matrix.matrix(state, talks, version)
            for party in PARTIES:
                marks = {cid: row[party].value for cid, row in rows.items()}
                assert marks == model.marks(model.versions[head], party)

    def replay(self) -> None:
        """Fold the log again from the beginning: every prefix gives the state that it gave."""
        for side in self.begins:
            state = side
            for (record, said, subject), passed in zip(self.log, self.passed[1:], strict=True):
                if subject is None:
                    state, _ = fold.apply(state, record, said)  # type: ignore[arg-type]
                else:
                    state = fold.heard(state, record, said, subject)
                assert state == passed
