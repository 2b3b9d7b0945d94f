"""Moves at and around conferences."""

from typing import Any

from paraph.protocol.statements.content import Content
from tests.support import conferences as vc
from tests.support.model.game import NOON
from tests.support.moves.drawing import Of, acting, bit, party_, role_, some
from tests.support.moves.speaking import Speaking
from tests.support.negotiating import PARTIES


class Meeting(Speaking):
    """Whoever meets."""

    @acting(party=party_, role=role_, n=some, m=some, change=bit)
    def schedule(self, party: str, role: str, n: int, m: int, *, change: bool) -> None:
        changes: dict[str, Any] = {}
        if change:
            changes["replaces"] = self.pick(n, "conference-scheduled")
        if m % 2:
            basis = self.pick(m, "version-tabled")
            items = (vc.item(clauses=(self.cid(basis, m),)),) if m % 4 == 1 else (vc.item(),)
            changes |= {"basis": basis, "agenda": items}
        self.say(vc.scheduled(f"VC-{1 + n % 2}", **changes), party, role)

    @acting(
        party=party_,
        role=role_,
        n=some,
        result=Of("agreed_ad_ref", "reserved_by_USA", "reserved_by_XXX", "open"),
    )
    def outcomes(self, party: str, role: str, n: int, result: str) -> None:
        cid = self.cid(self.pick(0, "version-tabled"), n)
        self.say(vc.outcomes(vc.outcome(cid, result), conference=f"VC-{1 + n % 2}"), party, role)

    @acting(
        party=party_,
        role=role_,
        n=some,
        ending=Of("", "done", "carried", "overtaken"),
        owner=Of(*PARTIES, "joint", "XXX"),
    )
    def action(self, party: str, role: str, n: int, ending: str, owner: str) -> None:
        content: Content = vc.action(owner, conference="VC-1" if n % 8 == 7 else "")
        if ending:
            due = NOON if ending == "carried" else 0
            content = vc.report(self.pick(n, "action-set"), ending, due=due)
        self.say(content, party, role)
