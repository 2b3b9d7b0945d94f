"""Random records of every kind, said in any order: the fold and what is derived from it hold.

The records come from the codecs (:mod:`tests.fuzz.samples`), with ids of what was said before, so
that many of them apply. What a peer cannot guess (digests of a text, numbers in a series, its own
key) is mostly set right.
"""

import dataclasses
import hashlib
import random
import re
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import msgpack

from paraph.protocol import roles
from paraph.protocol.errors import MalformedError, OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import (
    actions,
    agenda,
    fingerprint,
    fold,
    glossary,
    ledger,
    lint,
    matrix,
    side_documents,
)
from paraph.protocol.negotiation import alternat as alternats
from paraph.protocol.negotiation import gate as gates
from paraph.protocol.negotiation import phase as phases
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.anchoring import Anchoring
from paraph.protocol.negotiation.fold.silence import subject_digest
from paraph.protocol.negotiation.lineage import Lineage
from paraph.protocol.negotiation.state import APPLIED, Negotiation, Said, State, Version, begin
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.schema import Record
from paraph.protocol.statements.clear import Heartbeat, Opened, Unopened, Withdraw
from paraph.protocol.statements.content import (
    CONTENT_KINDS,
    Content,
    action_of,
    decode_content,
)
from paraph.protocol.statements.header import NO_RELATION, to_digests
from paraph.protocol.statements.internal import draft_digest
from paraph.protocol.statements.joint import JOINT_KINDS
from paraph.protocol.statements.versions import VersionTabled
from tests.fuzz.samples import Samples, Value
from tests.support.concluding import holder, key, manifest, revocation, roots_digest
from tests.support.negotiating import CHANNEL, LANGUAGES, PARTIES, clause, header, opened, tabled
from tests.support.records import every_kind

CIDS: Final = ("c-1", "A", "a", "x")
NAMES: Final = ("VC-1", "vc-1")
TALKS: Final = (bytes(16), b"1" * 16, b"2" * 16)
LIKELY: Final = 0.85
RESTLESS: Final = frozenset(
    {"version-tabled", "finding-made", "package-tied", "term-set", "conclusion-withdrawn"}
)
CONCLUDING: Final = ("position-taken", "initialled", "signed", "agreed", "alternat-set")
WORDS: Final = (
    "", "Words of it.", "Words of it. More.", "[RUS: a] [USA: b]", "[[x]", "[●]", "{ref:A}", " ",
    "A A A", "of", "\u202eturned\u0301",
)  # fmt: skip


class Likely(Samples):
    """Samples whose ids, clauses and names are of few, so that records meet."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__({kind.KIND: kind for kind in every_kind()}, rng)
        self.said: list[bytes] = []

    def map_of(self, kind: type[Record]) -> dict[str, Any]:
        """Return the fields of a record of *kind*, right one by one."""
        return self._map(kind)

    def _sized(self, match: re.Match[str]) -> Value:
        size = int(match[1])
        if size == len(ZERO):
            some = [*self.said[-40:], *self.said[:3]]
            return self._rng.choice([ZERO, CHANNEL, *some, *some]) if some else ZERO
        if size == len(TALKS[0]):
            return self._rng.choice([*TALKS, holder("USA"), holder("RUS")])
        return bytes(size)

    def _list(self, match: re.Match[str]) -> Value:
        if match[2] == "0" and "mention" in match[4] and self._rng.random() < LIKELY:
            return []
        return super()._list(match)

    def _text(self, match: re.Match[str]) -> Value:
        pattern = match[2] or ""
        if match[1] == "64" and pattern.startswith("[A-Za-z0-9_-]"):
            return self._rng.choice(CIDS)
        if "A-Za-z0-9._-" in pattern:
            return self._rng.choice(NAMES)
        if not pattern or "(?s:" in pattern:
            return self._rng.choice(WORDS[1:])
        if "a-z" in pattern and match[1] == "3":
            return self._rng.choice(LANGUAGES)
        if "[A-Z]" in pattern and self._rng.random() < LIKELY:
            return self._rng.choice(PARTIES)
        return super()._text(match)


class Walk:
    """A log of random statements, and what both sides make of it.

    Args:
        seed: The only source of chance.
        parties: Whose channel it is.
        calm: Leave out most of what keeps a text from being concluded.
    """

    def __init__(
        self, seed: int, parties: tuple[str, ...] = PARTIES, *, calm: bool = False
    ) -> None:
        self.calm: Final = calm
        self.rng: Final = random.Random(seed)
        self.samples: Final = Likely(self.rng)
        self.state: State = begin(parties, LANGUAGES, channel=CHANNEL, silence_minimum=1)
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.number = 0
        for party in parties:
            self._hear(manifest(party), party)

    def step(self) -> None:
        """Say one thing: mostly sealed, now and then in the clear."""
        party = self.rng.choice(self.state.parties)
        if self.rng.random() < 0.12:
            self._hear(self._clear(party), party)
            return
        self.number = self.rng.randrange(2)
        content = self._content(party, self.rng.choice(sorted(roles.OFFICERS)))
        if content is None:
            return
        content = self._by_whom(content)
        said = self._said(party, content.header.acting_role)
        before, state = self.state, fold.apply(self.state, content, said)
        self.state, outcome = state
        self.outcomes[content.KIND, outcome.code] += 1
        self.samples.said.append(said.statement)
        if outcome.status == "refused":
            assert self.state.negotiations == before.negotiations
            assert self.state.receipts == before.receipts

    def begin(self) -> None:
        """Open the negotiation and table a clean text."""
        for content in (opened(header=header(negotiation=TALKS[1])), self._clean()):
            self.state, outcome = fold.apply(self.state, content, self._said("USA", "desk_officer"))
            assert outcome.status == "applied"

    def _clean(self) -> VersionTabled:
        clauses = (clause("A", en="The A.", ru="The A."),)
        text = texts.from_clauses(clauses, LANGUAGES)
        return tabled(text, clauses=clauses, header=header(negotiation=TALKS[1]))

    def _said(self, party: str, role: str) -> Said:
        index = self.state.size
        return Said(
            statement=hashlib.sha256(b"%d" % index).digest(),
            index=index,
            party=party,
            role=role,
            holder=holder(party, self.number),
            key=key(party, self.number),
            log_time=self.state.log_time + self.rng.choice((0, 1, 50)),
            seen_size=index,
            seen_root=ZERO,
        )

    def _by_whom(self, content: Content) -> Content:
        # Mostly by somebody who may say it.
        role, may = content.header.acting_role, sorted(roles.MAY[action_of(content)])
        if role in may or self.rng.random() > LIKELY:
            return content
        machine = may == [roles.BOT]
        header = dataclasses.replace(
            content.header,
            acting_role=self.rng.choice(may),
            origin="automatic" if machine else "manual",
        )
        return dataclasses.replace(content, header=header)

    def _hear(self, payload: Record, party: str) -> None:
        said = self._said(party, roles.BOT)
        self.state = fold.heard(self.state, payload, said)

    def _clear(self, party: str) -> Record:
        entry = self.rng.randrange(self.state.size + 1)
        said: list[Record] = [
            Heartbeat(verified=entry, held=entry, dated=1),
            Heartbeat(verified=entry, held=self.state.size, dated=1),
            *(() if self.calm else (Unopened(entry=entry, reason="wrap"),)),
            Opened(entry=entry),
            Opened(entry=entry),
            Withdraw(entry=self.state.size + 1),
            manifest(party, 1 if self.calm else self.rng.randrange(1, 3)),
            *(() if self.calm else (revocation(party, 1, since=entry),)),
        ]
        return self.rng.choice(said)

    # -------------------------------------------------------------- records

    def _content(self, party: str, role: str) -> Content | None:
        kind = self.rng.choice(list(CONTENT_KINDS.values()))
        if self.calm and kind.KIND in RESTLESS:
            kind = CONTENT_KINDS[self.rng.choice(CONCLUDING)]
        for _ in range(30):
            made: dict[str, Any] = self.samples.map_of(kind)
            self._set_header(made["header"], role)
            talks = self.state.negotiations.get(made["header"]["negotiation"])
            if talks is not None:
                self._refer(made, talks)
            setter: Callable[..., None] | None = getattr(
                self, "_set_" + kind.KIND.replace("-", "_"), None
            )
            if setter is not None and talks is not None and self.rng.random() < LIKELY:
                setter(made, talks, party)
            try:
                return decode_content(msgpack.packb(made))
            except MalformedError:
                continue
        return None

    def _set_header(self, made: dict[str, Any], role: str) -> None:
        made["acting_role"], made["origin"] = role, "manual"
        if self.rng.random() < LIKELY:
            made["negotiation"] = TALKS[1]
        if self.rng.random() < LIKELY:
            made["attachments"] = []
        if self.rng.random() < LIKELY:  # a shared channel refers to nothing in another
            made["relates_to"] = NO_RELATION.to_map()

    def _refer(self, made: dict[str, Any], talks: Negotiation) -> None:
        # Ids that stand for something of the kind that the field asks for.
        known: dict[str, Trie[Any]] = {
            "version": talks.versions, "basis": talks.versions, "proposal": talks.proposals,
            "finding": talks.scrutiny.findings, "package": talks.packages, "action": talks.actions,
            "silence": self.state.silences, "asked": self.state.clearances,
            "in_reply_to": talks.dispatches if "dispatch_kind" in made else talks.comments,
            "resolves": talks.comments,
            "replaces": talks.scrutiny.terms if "words" in made else talks.schedules,
        }  # fmt: skip
        for name, value in made.items():
            if isinstance(value, dict):
                self._refer(value, talks)
            elif name in known and isinstance(value, bytes) and self.rng.random() < LIKELY:
                bare = name in ("in_reply_to", "resolves", "replaces", "basis")
                ids = (
                    [] if bare and self.rng.random() < 0.6 else [e for e, _ in known[name].items()]
                )
                made[name] = self._one(ids)
            elif name == "subject" and isinstance(value, bytes) and self.rng.random() < LIKELY:
                made[name] = self._one(self.samples.said[-30:])

    def _one(self, ids: list[bytes]) -> bytes:
        return self.rng.choice(ids) if ids else ZERO

    def _version(self, talks: Negotiation, made: dict[str, Any]) -> Version | None:
        found = [each for each, _ in talks.versions.items()]
        chosen = self._one(list(talks.heads) * 3 + found)
        made["version"] = chosen
        return talks.versions.get(chosen)

    def _set_version_tabled(self, made: dict[str, Any], talks: Negotiation, party: str) -> None:
        made["author"] = party
        if talks.heads and self.rng.random() < 0.95 and not self.calm:
            made["clauses"] = []
            made["parents"] = [self._one(list(talks.heads))]
            if len(talks.heads) > 1 and self.rng.random() < 0.7:
                made["parents"] = list(self.rng.sample(talks.heads, 2))
            if self.rng.random() < 0.4:
                made["operations"] = []
        else:
            made["parents"], made["operations"] = [], []
            words = [{"kind": "wording", "language": each, "words": "Fine."} for each in LANGUAGES]
            for clause in made["clauses"]:
                clause["texts"] = words
        if talks.conclusion.initials:
            made["version_kind"] = "rectified"
            documents = [each for each, _ in talks.side_documents.items()]
            made["header"]["relates_to"] |= {"channel": CHANNEL, "statement": self._one(documents)}
        for digest in ("digests", "checks"):
            made[digest] = []
        zeros = [{"kind": "language-digest", "language": "en", "digest": ZERO}]
        try:
            said = VersionTabled.decode(msgpack.packb({**made, "digests": zeros}))
            if said.parents:
                parent = talks.versions.get(said.parents[0])
                if parent is None:
                    return
                text = texts.apply(parent.text, said.operations)
            else:
                text = texts.from_clauses(said.clauses, LANGUAGES)
        except (MalformedError, OutOfTurnError):
            return
        made["digests"] = [each.to_map() for each in to_digests(texts.digests(text))]
        made["structure"] = texts.structure_digest(text)
        made["checks"] = list(texts.checks(text))

    def _set_digests(self, made: dict[str, Any], talks: Negotiation, party: str) -> None:
        del party
        version = self._version(talks, made)
        if version is not None:
            made["digests"] = [each.to_map() for each in to_digests(version.digests)]
            made["structure"] = version.content.structure

    _set_version_confirmed = _set_scrub_confirmed = _set_digests

    def _set_dispatch_sent(self, made: dict[str, Any], talks: Negotiation, party: str) -> None:
        made["author"] = party
        made["number"] = talks.numbers.get(party, 0) + 1

    def _set_position_taken(self, made: dict[str, Any], talks: Negotiation, party: str) -> None:
        del party
        self._version(talks, made)
        if self.calm or self.rng.random() < 0.7:
            made["entries"], made["others"] = [], "agree"

    def _set_finding_settled(self, made: dict[str, Any], talks: Negotiation, party: str) -> None:
        del party
        made["finding"] = self._one(list(talks.scrutiny.open))

    def _set_proposal_answered(self, made: dict[str, Any], talks: Negotiation, party: str) -> None:
        del party
        if made["to"] != "countered" or self.rng.random() < 0.5:
            made["operations"], made["version"] = [], ZERO
        made["wording"] = ZERO
        proposal = talks.proposals.get(made["proposal"])
        if proposal is not None and made["to"] == "accepted":
            parts = [talks.versions.get(head).text.find(proposal.content.clause)  # type: ignore[union-attr]
                     for head in talks.heads]  # fmt: skip
            made["wording"] = next((texts.wording_digest(each) for each in parts if each), ZERO)

    def _set_conference_scheduled(
        self, made: dict[str, Any], talks: Negotiation, party: str
    ) -> None:
        del party
        made["at"] = 7
        made["agenda"] = made["agenda"][:1]
        standing = [each for _, each in talks.conferences.items()]
        if standing and self.rng.random() < 0.6:
            of = self.rng.choice(standing)
            made["name"], made["replaces"] = of.schedule.name, of.schedule_id

    def _set_silence_opened(self, made: dict[str, Any], talks: Negotiation, party: str) -> None:
        del party
        version = self._version(talks, made)
        made["expires"] = self.state.log_time + self.rng.randrange(1, 300)
        if version is not None:
            try:
                made["digest"] = subject_digest(version, made["cid"])
            except OutOfTurnError:
                made["cid"], made["digest"] = "", subject_digest(version, "")

    def _set_silence_closed(self, made: dict[str, Any], talks: Negotiation, party: str) -> None:
        del talks, party
        made["silence"] = self._one(list(self.state.silences_live))
        made["size"], made["root"] = self.state.size, ZERO

    def _set_clearance_asked(self, made: dict[str, Any], talks: Negotiation, party: str) -> None:
        del talks, party
        made["digest"], made["hits"], made["needs"] = draft_digest(made["parts"]), [], []
        made["target"] = made["target"] if made["target"] != ZERO else CHANNEL[::-1]

    def _set_full_powers_shown(self, made: dict[str, Any], talks: Negotiation, party: str) -> None:
        del talks
        made["holder"] = holder(party, self.rng.randrange(2))
        made["capacity"] = [{"kind": "wording", "language": "en", "words": "Head"}]

    def _set_initialled(self, made: dict[str, Any], talks: Negotiation, party: str) -> None:
        version = self._version(talks, made)
        del made["version"]
        act: dict[str, Any] = made["act"]
        act["version"] = version.statement if version is not None else ZERO
        number = self.number
        act |= {
            "channel": CHANNEL,
            "roots": [
                {"kind": "party-roots", "party": each, "digest": roots_digest(each)}
                for each in PARTIES
            ],
            "party": party,
            "signer": key(party, number),
            "holder": holder(party, number),
            "capacity": [{"kind": "wording", "language": "en", "words": "Head"}],
            "languages": list(LANGUAGES),
        }
        if version is None:
            return
        digests = dict(version.digests)
        if made["kind"] == "signed":
            found = [(one, each) for one, each in talks.conclusion.alternats.items()]
            if found:
                act["alternat"], alternat = self.rng.choice(found)
                act["original"] = self.rng.choice(PARTIES)
                try:
                    digests = {
                        each: alternats.digest_original(
                            version.text, each, alternat.content, act["original"]
                        )
                        for each in LANGUAGES
                    }
                except OutOfTurnError:
                    return
        else:
            act["original"], act["alternat"] = "", ZERO
        act["texts"] = [each.to_map() for each in to_digests(digests)]

    _set_signed = _set_initialled

    def _set_alternat_set(self, made: dict[str, Any], talks: Negotiation, party: str) -> None:
        self._version(talks, made)
        made["named_first"] = party
        made["originals"] = [
            {
                "kind": "original",
                "kept_by": each,
                "parties": [each, *(other for other in PARTIES if other != each)],
                "languages": list(LANGUAGES),
            }
            for each in PARTIES
        ]
        if self.rng.random() < 0.7:
            made["substitutions"] = []

    def _set_agreed(self, made: dict[str, Any], talks: Negotiation, party: str) -> None:
        del talks
        joint = [
            each for each, entry in self.state.entries.items()
            if entry.kind in JOINT_KINDS and entry.outcome == APPLIED and entry.party != party
        ]  # fmt: skip
        made["subject"] = self._one(joint)

    # -------------------------------------------------------------- what is derived

    def look(self) -> None:
        """Compute every view that the protocol has; none may raise."""
        state = self.state
        assert fingerprint.digest(state) == fingerprint.digest(state)
        for talks in state.negotiations.values():
            phases.phase(state, talks)
            glossary.terms(state, talks)
            lineage, anchoring = Lineage(talks.versions), Anchoring(talks.versions)
            for document in talks.side_documents.values():
                side_documents.standing_of(talks, document)
            for action in talks.actions.values():
                actions.standing_of(talks, action, state.log_time)
            for statement, version in talks.versions.items():
                gates.gate(state, talks, version)
                person = gates.Person("USA", holder("USA"))
                gates.gate(state, talks, version, "sign", person)
                matrix.states(state, talks, version)
                matrix.agreed_before(state, talks, version)
                ledger.ledger(state, talks, version)
                ledger.trend(state, talks, version)
                agenda.draw(state, talks, version)
                lint.notes(version.text, state.parties, "binding")
                for part in version.text.parts:
                    lineage.history(statement, part.cid)
                for comment in talks.comments.values():
                    if comment.content.anchor.version in talks.versions:
                        anchoring.place(comment.content.anchor, statement)


def run(seed: int, steps: int, parties: tuple[str, ...] = PARTIES, *, calm: bool = False) -> Walk:
    """Say *steps* random things and look at everything after each hundred."""
    walk = Walk(seed, parties, calm=calm)
    if calm:
        walk.begin()
    for step in range(steps):
        walk.step()
        if step % 100 == 99:
            walk.look()
    return walk
