"""Moves that conclude."""

import dataclasses

from paraph.protocol.errors import ParaphError
from paraph.protocol.statements.content import Content
from tests.support import concluding
from tests.support.model.game import NOON
from tests.support.moves.drawing import (
    HEAD,
    HOUR,
    SIGNATORY,
    Of,
    acting,
    bit,
    party_,
    role_,
    some,
)
from tests.support.moves.trading import Trading
from tests.support.moves.waiting import Waiting
from tests.support.negotiating import GONE, PARTIES


class Ending(Trading, Waiting):
    """Whoever initials and signs."""

    @acting(party=party_, role=role_, person=Of(0, 1), purpose=Of("both", "sign"))
    def show_powers(self, party: str, role: str, person: int, purpose: str) -> None:
        self.say(concluding.powers(party, person, purpose), party, role)

    @acting(party=party_, role=role_, n=some, person=Of(0, 1), honest=bit)
    def initial(self, party: str, role: str, n: int, person: int, *, honest: bool) -> None:
        version = self.game.version(self.pick(n, "version-tabled"))
        if version is not None:
            content = concluding.initialled(version, party, person)
            if not honest:
                act = dataclasses.replace(content.act, signer=GONE)
                content = dataclasses.replace(content, act=act)
            self.say(content, party, role, may=HEAD, person=person, honest=honest)

    @acting(party=party_, role=role_, original=party_, n=some, person=Of(0, 1))
    def sign(self, party: str, role: str, original: str, n: int, person: int) -> None:
        by = self.pick(n, "alternat-set")
        found = self.game.contents.get(by)
        version = self.game.version(getattr(found, "version", GONE))
        if version is not None and found is not None and found.KIND == "alternat-set":
            try:
                content = concluding.signed(version, party, original, (by, found), person)
            except ParaphError:
                return
            self.say(content, party, role, may=SIGNATORY, person=person)

    @acting()
    def conclude(self) -> None:
        """Let both go as far as they can."""
        self.settle_disputes()
        self.both_agree()
        for party in PARTIES:
            self.show_powers(party, "", 0, "both")
            self.initial(party, "", 0, 0, honest=True)
        self.set_alternat("USA", "", 0)
        self.agree("RUS", HEAD, 0)
        for original in PARTIES:
            for party in PARTIES:
                self.sign(party, "", original, 0, 0)

    @acting(party=party_, role=role_, n=some)
    def unsign(self, party: str, role: str, n: int) -> None:
        subject = self.pick(n, "initialled", "signed")
        self.say(concluding.withdrawn(subject), party, role, may=SIGNATORY)

    @acting(party=party_, role=role_, n=some)
    def set_alternat(self, party: str, role: str, n: int) -> None:
        version = self.pick(n, "version-tabled")
        known = self.game.model.versions.get(version, {"clauses": []})
        words = " ".join(each["words"].get("en", "") for each in known["clauses"])
        honest = words.count("A and the B") == 1 and "B and the A" not in words
        self.say(concluding.alternat(version), party, role, honest=honest)

    @acting(
        party=party_,
        role=role_,
        n=some,
        change=Of("", "begins", "suspends", "resumes", "ends"),
    )
    def effect(self, party: str, role: str, n: int, change: str) -> None:
        content: Content = concluding.effect(self.pick(n, "version-tabled"))
        if change:
            content = concluding.effect_noted(change, NOON + n * HOUR)
        self.say(content, party, role, may=SIGNATORY if change else HEAD)

    @acting(party=party_, role=role_, n=some, stands=bit)
    def note(self, party: str, role: str, n: int, *, stands: bool) -> None:
        content: Content = concluding.stood_by(self.pick(n)) if stands else concluding.event()
        self.say(content, party, role, may=SIGNATORY)
