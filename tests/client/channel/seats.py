"""Homes in one channel over a relay in memory, made without a command line."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from paraph.client.channel import joining
from paraph.client.channel.desk import Desk
from paraph.client.keys import cards, founding, members
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.keys.vault import Vault
from paraph.protocol.trust import Member
from tests.support.channel import START
from tests.support.memory_front import MemoryFront

PASSPHRASE = b"correct horse battery staple"


@dataclasses.dataclass(slots=True)
class Seat:
    """One person's home in the channel."""

    home: Home
    vault: Vault
    folder: ChannelHome
    front: MemoryFront

    def desk(self, role: str | None = None, *, offline: bool = False) -> Desk:
        """Return the open desk; close it."""
        link = None if offline else self.front
        return Desk.open(self.home, self.vault, self.folder, role, link, clock=lambda: START)

    async def heartbeat(self) -> None:
        """Let the bot of this home give a sign of life."""
        async with self.desk("bot") as bot:
            await bot.sync()
            assert (await bot.heartbeat()).is_logged

    async def newcomer(self, name: str, role: str = "legal_adviser") -> Seat:
        """Enrol a further person of the same party, on a home without roots or archive."""
        home = Home(self.home.path.parent / name)
        file = cards.read(self.folder.charter, cards.CharterFile)
        party = self.vault.content.party
        vault = members.join_party(home, file, party, PASSPHRASE, cheap=True)
        folder = joining.join(home, file)
        _, request = joining.request_member(vault, folder, role, now=START)
        await joining.enrol(self.vault, self.folder, self.front, [request.enrolment], now=START)
        return Seat(home, vault, folder, self.front)

    def member(self, desk: Desk, role: str) -> Member:
        """Return what *desk* verified of this home's key in *role*."""
        (key,) = self.vault.content.held(self.folder.channel, role)
        found = desk.replica.log.trust.member(key.id)
        assert found is not None
        return found


async def two_seats(folder: Path, *roles: str) -> tuple[Seat, Seat]:
    """Return the homes of USA and RUS, each with a key in all *roles*, and both bots heard."""
    front = MemoryFront("A", "B")
    made = []
    for code in ("RUS", "USA"):
        home = Home(folder / code)
        vault, card = founding.init_party(
            home, code, {"en": code}, PASSPHRASE, roots=1, threshold=1, cheap=True
        )
        made.append((home, vault, card))
    file = founding.propose((made[0][2], made[1][2]), front.card, founding.Terms(exercise=True))
    for (home, vault, _), code in zip(made, "AB", strict=True):
        file = founding.countersign(file, home, vault.content)
        await joining.admit(front, vault.content, code)
    file = await joining.found(front, founding.complete(file, made[1][1].content, START))
    seats = []
    for home, vault, _ in made:
        joined = joining.join(home, file)
        await joining.enrol_own(vault, joined, front, roles, now=START)
        seats.append(Seat(home, vault, joined, front))
    for each in seats:
        await each.heartbeat()
    return seats[1], seats[0]
