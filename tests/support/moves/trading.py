"""Moves that bring the sides together: proposals, positions, packages, agreement."""

from typing import Any

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import text as texts
from paraph.protocol.statements.content import Content
from tests.support import proposals as offers
from tests.support import side_documents as side
from tests.support.moves.drafting import Drafting
from tests.support.moves.drawing import (
    ANSWERS,
    HEAD,
    POSITIONS,
    Of,
    acting,
    bit,
    operation_,
    party_,
    role_,
    some,
)
from tests.support.negotiating import PARTIES
from tests.support.standing import recalled


class Trading(Drafting):
    """Whoever bargains."""

    @acting(party=party_, role=role_, n=some, drawn=operation_)
    def propose(self, party: str, role: str, n: int, drawn: Any) -> None:
        version = self.pick(n, "version-tabled")
        changes: dict[str, Any] = {}
        if n % 3 == 1:
            operations = (self.operation(version, drawn),)
            changes = {"version": version, "operations": operations}
        cid = "" if n % 16 == 2 else self.cid(version, n)
        self.say(offers.made(cid, **changes), party, role)

    @acting(party=party_, role=role_, n=some, to=Of(*ANSWERS), drawn=operation_)
    def answer(self, party: str, role: str, n: int, to: str, drawn: Any) -> None:
        proposal = self.pick(n, "proposal-made")
        made = self.game.contents.get(proposal)
        changes: dict[str, Any] = {}
        version = self.pick(0, "version-tabled")
        if to == "accepted" and made is not None and n % 8:
            text = self.text_of(version)
            part = text.find(getattr(made, "clause", "")) if text is not None else None
            changes["wording"] = texts.wording_digest(part) if part is not None else ZERO
        if to == "countered" and n % 2:
            changes = {"version": version, "operations": (self.operation(version, drawn),)}
        self.say(offers.answered(proposal, to, **changes), party, role)

    @acting(party=party_, n=some, drawn=operation_, final=bit)
    def settle_and_change(self, party: str, n: int, drawn: Any, *, final: bool) -> None:
        """Let both accept a proposal on a clause, which a version then says otherwise."""
        self.propose(party, "", 3 * (n % 16), drawn)
        answers = ["accepted_ad_ref", "accepted_ad_ref", *(["accepted"] * 2 if final else [])]
        for at, to in enumerate(answers):
            self.answer(PARTIES[(PARTIES.index(party) + at + 1) % 2], "", 1, to, drawn)
        made = self.game.contents.get(self.pick(0, "proposal-made"))
        parent = self.pick(0, "version-tabled")
        text = self.text_of(parent)
        cids = [part.cid for part in text.parts] if text is not None else []
        cid = getattr(made, "clause", "")
        if cid in cids:
            self.child(party, "", 0, 0, [(drawn[0], cids.index(cid), *drawn[2:])], 0, "counter")

    @acting(party=party_, role=role_, n=some, value=Of(*POSITIONS), others=bit)
    def position(self, party: str, role: str, n: int, value: str, *, others: bool) -> None:
        version = self.pick(n, "version-tabled")
        values = {} if others and n % 2 else {self.cid(version, n): value}
        content = offers.taken(version, values, others=value if others else "")
        self.say(content, party, role, may=HEAD)

    @acting()
    def both_agree(self) -> None:
        for party in PARTIES:
            content = offers.taken(self.pick(0, "version-tabled"), others="agree")
            self.say(content, party, may=HEAD)

    @acting(party=party_, role=role_, n=some, tie=bit)
    def package(self, party: str, role: str, n: int, *, tie: bool) -> None:
        version = self.pick(n, "version-tabled")
        cids = {self.cid(version, n), self.cid(version, n + 1)}
        content: Content = offers.untied(self.pick(n, "package-tied"))
        if tie and len(cids) > 1:
            content = offers.tied(*cids)
        self.say(content, party, role)

    JOINT = (
        "action-set", "alternat-set", "conference-scheduled", "effect-stated",
        "outcomes-recorded", "package-tied", "package-untied", "term-set",
    )  # fmt: skip

    @acting(party=party_, role=role_, n=some)
    def agree(self, party: str, role: str, n: int) -> None:
        self.say(side.agreed(self.pick(n, *self.JOINT)), party, role)

    @acting(party=party_, role=role_, n=some)
    def recall(self, party: str, role: str, n: int) -> None:
        own = [
            each
            for each, kind, by in self.game.said
            if by == party
            and self.game.model.takes_back(kind)
            and self.game.model.entries[each]["applied"]
        ]
        subject = own[-1 - n % len(own)] if own and n % 8 else self.pick(n)
        self.say(recalled(subject), party, role)
