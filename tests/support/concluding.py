"""Records of the conclusion for tests, and a channel in which a clean text waits for initials."""

from collections.abc import Iterable
from typing import Any

from paraph.protocol import documents, words
from paraph.protocol.documents import Manifest, Name, Policy, Revocation
from paraph.protocol.keys import SIGNATURE_SIZE, SIGNING_KIND
from paraph.protocol.names import ZERO, KeyId, Label, labelled
from paraph.protocol.negotiation import alternat as alternats
from paraph.protocol.negotiation import gate
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import Version
from paraph.protocol.statements.clear import ManifestEntry, RevokeEntry
from paraph.protocol.statements.conclusion import (
    AlternatSet,
    ConcludingAct,
    ConclusionWithdrawn,
    EffectNoted,
    EffectStated,
    EventNoted,
    FullPowersShown,
    Initialled,
    Original,
    PartyRoots,
    Signed,
    StoodBy,
    Substitution,
)
from paraph.protocol.statements.header import to_digests, to_wordings
from paraph.protocol.statements.joint import AgreedTo
from paraph.protocol.statements.positions import PositionTaken
from paraph.protocol.statements.versions import Clause
from tests.support.negotiating import (
    CHANNEL,
    PARTIES,
    Channel,
    clause,
    header,
    opened,
    tabled,
)

OTHER = {"USA": "RUS", "RUS": "USA"}
HEAD, SIGNATORY = "head_of_delegation", "signatory"
BOTH = "The A and the B agree."
DAY = 86_400_000
NOW = 1_445_342_400_000
"""A noon, POSIX ms."""


def holder(party: str, number: int = 0) -> bytes:
    return f"{party}-{number}".encode().ljust(16, b"-")


def key(party: str, number: int = 0) -> bytes:
    return holder(party, number) * 2


def who(party: str, number: int = 0) -> dict[str, bytes]:
    """Return what a statement says of its author: for :meth:`Channel.say`."""
    return {"holder": holder(party, number), "key": key(party, number)}


def root(party: str, number: int = 0) -> bytes:
    return f"{party}{number}".encode().ljust(1984, b".")


def roots_digest(party: str, number: int = 0) -> bytes:
    ids = [KeyId(labelled(Label.KEY_ID, SIGNING_KIND, root(party, number)))]
    return words.root_digest(party, 1, ids)


def manifest(
    party: str, initiallers: int = 1, signatories: int = 1, roots: int = 0
) -> ManifestEntry:
    body = Manifest(
        party=party,
        number=1,
        channel=ZERO,
        previous=ZERO,
        names=(Name(language="en", name=party),),
        roots=(root(party, roots),),
        threshold=1,
        cosigners=(),
        archive=bytes(1216),
        policy=Policy(
            initiallers=initiallers,
            signatories=signatories,
            release=(HEAD,),
            new_keys="held",
        ),
    )
    return ManifestEntry(document=documents.draft(body))


def revocation(party: str, number: int = 0, since: int = 0) -> RevokeEntry:
    body = Revocation(
        channel=ZERO,
        party=party,
        key=key(party, number),
        reason="compromised",
        compromised_since=since,
    )
    return RevokeEntry(document=documents.draft(body))


def powers(party: str, number: int = 0, purpose: str = "both") -> FullPowersShown:
    return FullPowersShown(
        header=header(),
        holder=holder(party, number),
        purpose=purpose,
        capacity=to_wordings({"en": "Head of the delegation"}),
        issued_by="Office of the Minister",
    )


def act(version: Version, party: str, number: int = 0, /, **changes: object) -> ConcludingAct:
    fields: dict[str, Any] = {
        "channel": CHANNEL,
        "roots": tuple(PartyRoots(party=each, digest=roots_digest(each)) for each in PARTIES),
        "version": version.statement,
        "texts": to_digests(version.digests),
        "languages": version.text.languages,
        "original": "",
        "alternat": ZERO,
        "party": party,
        "signer": key(party, number),
        "holder": holder(party, number),
        "capacity": to_wordings({"en": "Head of the delegation"}),
    }
    return ConcludingAct(**{**fields, **changes})


def initialled(
    version: Version, party: str, number: int = 0, /, *, role: str = HEAD, **changes: object
) -> Initialled:
    return Initialled(
        header=header(role),
        act=act(version, party, number, **changes),
        signature=bytes(SIGNATURE_SIZE),
    )


def signed(
    version: Version,
    party: str,
    original: str,
    agreed: tuple[bytes, AlternatSet],
    number: int = 0,
    /,
    *,
    role: str = SIGNATORY,
    **changes: object,
) -> Signed:
    statement, content = agreed
    copy = alternats.original_of(content, original)
    fields: dict[str, Any] = {
        "texts": to_digests(
            {
                language: alternats.digest_original(version.text, language, content, original)
                for language in version.text.languages
            }
        ),
        "languages": copy.languages if copy else version.text.languages,
        "original": original,
        "alternat": statement,
    }
    return Signed(
        header=header(role),
        act=act(version, party, number, **{**fields, **changes}),
        signature=bytes(SIGNATURE_SIZE),
    )


def withdrawn(subject: bytes, role: str = HEAD) -> ConclusionWithdrawn:
    return ConclusionWithdrawn(header=header(role), subject=subject, reason="A slip.")


ORIGINALS = (
    Original(kept_by="RUS", parties=("RUS", "USA"), languages=("ru", "en")),
    Original(kept_by="USA", parties=("USA", "RUS"), languages=("en", "ru")),
)
SUBSTITUTIONS = (Substitution(language="en", old="A and the B", new="B and the A"),)


def alternat(version: bytes, /, **changes: object) -> AlternatSet:
    fields: dict[str, Any] = {
        "header": header(),
        "version": version,
        "named_first": "USA",
        "originals": ORIGINALS,
        "substitutions": SUBSTITUTIONS,
    }
    return AlternatSet(**{**fields, **changes})


def effect(version: bytes, effect: str = "on_signature", instant: int = 0) -> EffectStated:
    return EffectStated(header=header(HEAD), version=version, effect=effect, instant=instant)


def effect_noted(change: str, effective: int) -> EffectNoted:
    return EffectNoted(
        header=header(SIGNATORY), change=change, effective=effective, zone="Moscow", note=""
    )


def event(word: str = "implementation_test") -> EventNoted:
    return EventNoted(header=header(), event=word, at=1_446_508_800_000, note="")


def stood_by(subject: bytes, role: str = SIGNATORY) -> StoodBy:
    return StoodBy(header=header(role), subject=subject, note="")


def agreed(subject: bytes, role: str = HEAD) -> AgreedTo:
    return AgreedTo(header=header(role), subject=subject)


def position(version: bytes, others: str = "agree", role: str = HEAD) -> PositionTaken:
    return PositionTaken(header=header(role), version=version, entries=(), others=others, note="")


def clean_clauses() -> tuple[Clause, ...]:
    return (
        clause("title", "title", en=BOTH, ru="А и Б согласны."),
        clause("c-one", en="We meet.", ru="Мы встречаемся."),
        clause("c-two", en="See {ref:c-one}.", ru="Смотри {ref:c-one}."),
    )


def acts() -> tuple[Initialled, Signed]:
    """Return an initial and a signature on a small text, as they travel."""
    ceremony = Ceremony().signed()
    found = ceremony.talks.conclusion
    first, last = found.initials[0].act, found.signatures[0].act
    signature = bytes(SIGNATURE_SIZE)
    return (
        Initialled(header=header(HEAD), act=first, signature=signature),
        Signed(header=header(SIGNATORY), act=last, signature=signature),
    )


class Ceremony(Channel):
    """A channel of two parties with a text that is ready to be initialled."""

    def __init__(
        self,
        clauses: Iterable[Clause] | None = None,
        initiallers: int = 1,
        signatories: int = 1,
        *,
        agreeing: bool = True,
        powers_for: int = 1,
    ) -> None:
        super().__init__()
        for party in PARTIES:
            self.hears(manifest(party, initiallers, signatories), party, "root")
        self.applies(opened())
        given = tuple(clauses or clean_clauses())
        text = texts.from_clauses(given, self.state.languages)
        content = tabled(text, clauses=given, version_kind="authenticated")
        self.text = self.applies(content, "USA", "desk_officer", **who("USA", 9))
        if agreeing:
            self.agree()
        for party in PARTIES:
            for number in range(powers_for):
                self.applies(powers(party, number), party)

    def agree(self) -> None:
        """Let both parties agree to every clause of the newest text as it stands."""
        for number, party in enumerate(PARTIES):
            self.applies(position(self.head.statement), party, HEAD, **who(party, 7 + number))

    def open_rules(self, purpose: gate.Purpose = "initial") -> list[str]:
        """Return which rules bar the conclusion."""
        return [each.rule for each in gate.gate(self.state, self.talks, self.head, purpose)]

    def initials(self, party: str, number: int = 0, **changes: object) -> bytes:
        content = initialled(self.head, party, number, role=HEAD, **changes)
        return self.applies(content, party, HEAD, **who(party, number))

    def initialled(self) -> "Ceremony":
        for party in PARTIES:
            self.initials(party)
        return self

    def alternat(self) -> tuple[bytes, AlternatSet]:
        content = alternat(self.head.statement)
        statement = self.applies(content)
        self.applies(agreed(statement), "RUS", HEAD)
        return statement, content

    def signs(
        self,
        party: str,
        original: str,
        by: tuple[bytes, AlternatSet],
        number: int = 0,
        **changes: object,
    ) -> bytes:
        content = signed(self.head, party, original, by, number, role=SIGNATORY, **changes)
        return self.applies(content, party, SIGNATORY, **who(party, number))

    def signed(self) -> "Ceremony":
        self.initialled()
        by = self.alternat()
        for original in PARTIES:
            for party in PARTIES:
                self.signs(party, original, by)
        return self
