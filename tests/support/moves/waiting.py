"""Moves that time decides: silence, heartbeats, what does not open, what is taken back."""

import dataclasses

from paraph.protocol.negotiation.fold.silence import subject_digest
from paraph.protocol.statements.clear import Heartbeat, Opened, Unopened, Withdraw
from tests.support import silence as quiet
from tests.support.model.game import NOON
from tests.support.moves.drawing import (
    DESK,
    HOUR,
    Of,
    acting,
    bit,
    eight,
    party_,
    role_,
    some,
)
from tests.support.moves.speaking import Speaking
from tests.support.negotiating import GONE, PARTIES


class Waiting(Speaking):
    """Whoever lets time pass."""

    @acting(party=party_, role=role_, n=some, days=Of(*range(4)), spoilt=eight)
    def open_silence(self, party: str, role: str, n: int, days: int, spoilt: int) -> None:
        version = self.game.version(self.pick(n, "version-tabled"))
        if version is None:
            content = quiet.opened(GONE)
        else:
            cid = self.cid(version.statement, n) if n % 2 else ""
            there = not cid or version.text.find(cid) is not None
            digest = subject_digest(version, cid) if there else GONE
            digest = GONE if spoilt == 7 else digest
            content = dataclasses.replace(
                quiet.opened(version.statement, digest=digest),
                cid=cid,
                expires=NOON + days * 24 * HOUR,
            )
        self.say(content, party, role, honest=spoilt != 7)

    @acting(party=party_, role=role_, n=some)
    def break_silence(self, party: str, role: str, n: int) -> None:
        self.say(quiet.broken(self.pick(n, "silence-opened")), party, role)

    @acting(party=party_, role=role_, n=some, back=Of(0, 0, 0, 1, 3))
    def close_silence(self, party: str, role: str, n: int, back: int) -> None:
        size = max(self.game.state.size - back, 0)
        content = quiet.closed(self.pick(n, "silence-opened"), size)
        self.say(content, party, role, seen=back if n % 8 else back + 1)

    @acting(party=party_, hours=Of(1, 6, 24), back=Of(*range(4)))
    def beat(self, party: str, hours: int, back: int) -> None:
        size = self.game.state.size
        dated = self.game.beats.get(party, NOON) + hours * HOUR
        held = max(size - back, 0)
        self.game.hear(Heartbeat(dated=dated, verified=size, held=held), party)

    @acting(n=some)
    def let_silence_pass(self, n: int) -> None:
        """Open, receive, expire, and close on both sides."""
        self.open_silence("USA", "", n, 3, 0)
        for hours in (1, 96):
            for party in PARTIES:
                self.beat(party, hours, 0)
        for party in PARTIES:
            self.close_silence(party, "", 8, 0)

    @acting(party=party_, n=some, over=bit)
    def dispute(self, party: str, n: int, *, over: bool) -> None:
        entry = self.index_of(self.pick(n))
        known = (entry, party) in self.game.model.disputes
        if known and over:
            self.game.hear(Opened(entry=entry), party)
        elif not known and n % 4 == 0:
            self.game.hear(Unopened(entry=entry, reason="wrap"), party)

    @acting()
    def settle_disputes(self) -> None:
        for entry, party in sorted(self.game.model.disputes):
            self.game.hear(Opened(entry=entry), party)

    @acting(n=some)
    def withdraw(self, n: int) -> None:
        if not self.game.said:
            return
        statement, _, party = self.game.said[-1 - n % len(self.game.said)]
        payload = Withdraw(entry=self.index_of(statement))
        self.game.hear(payload, party, DESK, statement)
