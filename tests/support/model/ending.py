"""Powers, initials, signatures, originals, effect; and how far it has come (SPEC 7.15-7.17)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.model.meeting import Meeting
from tests.support.model.talk import ZERO, Placed, need

FOLLOWS = {
    "begins": {""},
    "suspends": {"", "begins", "resumes"},
    "resumes": {"suspends"},
    "ends": {"", "begins", "suspends", "resumes"},
}


class Ending(Meeting):
    """One initial and one signature a side are enough here."""

    clean: Callable[..., bool]
    """Whether no lint finds anything in a wording: told by who plays, since it is no fold."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.powers: dict[tuple[str, bytes], set[str]] = {}
        self.initials: dict[bytes, tuple[str, bytes, bytes]] = {}
        self.signatures: dict[bytes, tuple[str, bytes, str]] = {}
        self.signed_under = ZERO
        self.alternats: dict[bytes, bytes] = {}
        self.effects: dict[bytes, Any] = {}
        self.changes: dict[str, list[Any]] = {party: [] for party in self.parties}
        self.signed_at = 0

    @property
    def authenticated(self) -> bytes:
        """The version that both initialled, or nothing."""
        if {party for party, _, _ in self.initials.values()} == set(self.parties):
            return next(version for _, _, version in self.initials.values())
        return b""

    @property
    def is_signed(self) -> bool:
        done = {(party, original) for party, _, original in self.signatures.values()}
        return bool(self.authenticated) and len(done) == len(self.parties) ** 2

    @property
    def text_in_force(self) -> bytes:
        """The initialled text, or the last correction of it that both confirmed."""
        found = self.authenticated
        heads = self.heads()
        if not found or len(heads) != 1:
            return found
        newest = heads[0]
        while newest != found:
            if self.is_confirmed(self.versions[newest]):
                return newest
            newest = self.versions[newest]["parents"][0]
        return found

    def may_table(self, content: Any) -> None:
        correction = content.version_kind == "rectified"
        if not correction:
            need(not self.initials and not self.signatures, "frozen-text")
            return
        need(self.authenticated, "nothing-to-rectify")
        need(content.parents == (self.text_in_force,), "nothing-to-rectify")
        about = content.header.relates_to
        need(about.channel == self.channel and about.statement in self.documents, "unknown")

    def full_powers_shown(self, content: Any, by: Placed) -> None:
        self.speaks(*content.capacity)
        given = {"both": {"initial", "sign"}}.get(content.purpose, {content.purpose})
        self.powers.setdefault((by.party, content.holder), set()).update(given)

    def ready(self, version: dict[str, Any], by: Placed, purpose: str) -> None:
        """The gate."""
        need(version["document"] == ZERO, "not-instrument")
        if purpose == "initial":
            need(self.heads() == [version["id"]], "not-head")
        else:
            need(self.text_in_force == version["id"], "not-initialled")
            need(self.heads()[-1:] == [version["id"]], "correction-open")
            need(self.alternat(version["id"]) != ZERO, "no-alternat")
        cids = {each["cid"] for each in version["clauses"]}
        for each in version["clauses"]:
            words = each["words"]
            need(self.clean(words.get("en", ""), words.get("ru", "")), "finding")
            need(not each["stale"], "finding")
            need("{ref:c-one}" not in words["en"] or "c-one" in cids, "finding")
        need(not any(each["open"] for each in self.findings.values()), "open-finding")
        need(self.all_stand(version, {"agree"}), "position")
        need(not self.disputes, "unopened")
        need(purpose in self.powers.get((by.party, by.holder), set()), "no-powers")

    def initialled(self, content: Any, by: Placed) -> None:
        version = self.known(self.versions, content.act.version)
        need(by.honest, "act-differs")
        need(not self.authenticated, "concluded")
        who = {(party, holder) for party, holder, _ in self.initials.values()}
        need((by.party, by.holder) not in who, "initialled-before")
        self.ready(version, by, "initial")
        self.initials[by.id] = by.party, by.holder, version["id"]

    def alternat(self, version: bytes) -> bytes:
        """The alternat that counts."""
        if self.signatures:
            return self.signed_under
        agreed = [e for e, of in self.alternats.items() if of == version and self.both(e)]
        return agreed[-1] if agreed else ZERO

    def signed(self, content: Any, by: Placed) -> None:
        act = content.act
        version = self.known(self.versions, act.version)
        need(by.honest, "act-differs")
        self.is_party(act.original)
        need(not self.is_signed, "concluded")
        need((by.party, by.holder, act.original) not in self.signatures.values(), "signed-before")
        self.ready(version, by, "sign")
        need(act.alternat == self.alternat(version["id"]), "alternat-differs")
        self.signed_under = act.alternat
        self.signatures[by.id] = by.party, by.holder, act.original
        self.signed_at = by.log_time

    def conclusion_withdrawn(self, content: Any, by: Placed) -> None:
        subject = content.subject
        found = self.initials.get(subject) or self.signatures.get(subject)
        need(found, "not-standing")
        assert found is not None
        need(found[0] == by.party, "author-differs")
        if subject in self.signatures:
            need(by.role == "signatory", "role")
            need(not self.is_signed, "concluded")
            del self.signatures[subject]
        else:
            need(not self.authenticated, "concluded")
            del self.initials[subject]

    def alternat_set(self, content: Any, by: Placed) -> None:
        version = self.known(self.versions, content.version)
        need(version["document"] == ZERO, "document-differs")
        need(not self.signatures, "frozen-text")
        need(by.honest, "substitution-differs")
        self.alternats[by.id] = content.version

    def effect_stated(self, content: Any, by: Placed) -> None:
        version = self.known(self.versions, content.version)
        need(version["document"] == ZERO, "document-differs")
        self.effects[by.id] = content

    def effect_noted(self, content: Any, by: Placed) -> None:
        need(self.is_signed, "not-signed")
        notes = self.changes[by.party]
        last = notes[-1].change if notes else ""
        need(last in FOLLOWS[content.change], "effect-order")
        notes.append(content)

    def event_noted(self, content: Any, by: Placed) -> None:
        """It binds nobody."""

    def stood_by(self, *_: object) -> None:
        need(False, "not-contested")

    @property
    def phase(self) -> str:
        """How far the instrument has come, before it has effect."""
        if self.is_signed:
            return "signed or later"
        if self.authenticated:
            return "authenticated"
        heads = [self.versions[each] for each in self.heads()]
        if not heads:
            return "drafting"
        if len(heads) == 1 and heads[0]["kind"] in ("scrubbed", "authenticated"):
            return "scrub"
        if len(heads) == 1:
            (head,) = heads
            plain = all("[" not in w for e in head["clauses"] for w in e["words"].values())
            if plain and self.all_stand(head, {"agree", "ad_referendum"}):
                return "adopted_ad_ref"
        instrument = [each for each in self.versions.values() if each["document"] == ZERO]
        return "tabled" if len(instrument) == 1 else "negotiating"
