"""Everybody in the demo: parties, homes, keys, channels, desks.

Each party has a home that holds its roots, the key of whoever sends its texts and its bot's; each
further person has a home and a key file of their own, and is enrolled by the party's roots. Root
words are compared by this script, which is what people do by voice; the record says so.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from paraph.client.channel import joining
from paraph.client.channel.desk import Desk
from paraph.client.channel.joining import Link
from paraph.client.demo import script
from paraph.client.demo.relay_process import RelayProcess
from paraph.client.keys import cards, founding, members
from paraph.client.keys.cards import CharterFile, PartyCard
from paraph.client.keys.founding import Terms
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.keys.vault import Vault
from paraph.client.scenario.model import Person, Scenario
from paraph.client.transport import Transport
from paraph.protocol import documents, roles
from paraph.protocol.names import ChannelId
from paraph.protocol.wire import RelayCard

PASSPHRASE: Final = b"a demo has no secret worth keeping"
"""Of every key file of the demo; it stands in a file beside them, for the commands to try."""
RENEW_MS: Final = 5 * members.DAY_MS
"""How long before its end the demo replaces a key by a new enrolment."""


@dataclasses.dataclass(slots=True)
class Player:
    """One person with a home of their own.

    Attributes:
        person: From the scenario.
        home: The folder.
        vault: Its open key file.
    """

    person: Person
    home: Home
    vault: Vault


@dataclasses.dataclass(slots=True)
class House:
    """A party with its roots.

    Attributes:
        code: Party code.
        home: The home with roots, sender's key and bot's key.
        vault: Its open key file.
        card: Its card.
        internal: The party's internal channel, once it is founded.
    """

    code: str
    home: Home
    vault: Vault
    card: PartyCard
    internal: ChannelId | None = None


class Cast:
    """Founds everything and opens desks. Close it at the end.

    Attributes:
        channel: The channel of both parties.
        houses: By party code.
        players: By person id.
    """

    def __init__(self, folder: Path, scenario: Scenario, relay: RelayProcess) -> None:
        self._folder: Final = folder
        self._scenario: Final = scenario
        self._relay: Final = relay
        self._desks: dict[tuple[str, ChannelId, str], Desk] = {}
        self._open = contextlib.AsyncExitStack()
        self.houses: dict[str, House] = {}
        self.players: dict[str, Player] = {}
        self.channel: ChannelId

    async def close(self) -> None:
        """Close every desk."""
        await self._open.aclose()

    @property
    def card(self) -> RelayCard:
        """The relay's card."""
        return self._relay.card

    def link(self) -> Link:
        """Return a new way to the relay."""
        return Transport(self._relay.card)

    # ------------------------------------------------------------------ founding

    async def found(self, now: int, step: Callable[[str], None]) -> None:
        """Make parties, verify roots, found the channel, enrol everybody.

        Args:
            now: The scenario's first instant: keys live from here on.
            step: Told what is done.
        """
        signers = _signers_needed(self._scenario)
        for code, party in self._scenario.parties.items():
            home = Home(self._folder / code)
            vault, card = founding.init_party(
                home, code, party.ministry, PASSPHRASE, signers_needed=signers[code], cheap=True
            )
            self.houses[code] = House(code, home, vault, card)
            step(f"{code}: three roots, two of which must sign; key file and card")
        self._verify_roots(now, step)
        file = await self._found_channel(now)
        self.channel = documents.channel_of(file.charter)
        step(f"the channel of {' and '.join(self.houses)} is founded (EXERCISE)")
        for code, house in self.houses.items():
            await self._enrol_people(house, file, now)
            step(f"{code}: {len(self._scenario.parties[code].people)} people and a bot enrolled")

    def _verify_roots(self, now: int, step: Callable[[str], None]) -> None:
        for code, house in self.houses.items():
            spoken = self._compare(house.home, code, now)
            step(f"{code} heard the roots of the other side: {spoken} (compared by script)")

    def _compare(self, home: Home, code: str, now: int) -> str:
        # Whoever initials or signs has compared the words at a desk of their own.
        peer = next(each for each in self.houses.values() if each.code != code)
        manifest = founding.remember_peer(home, peer.card)
        spoken = founding.fingerprint(manifest)["en"]
        founding.verify_roots(home, manifest, spoken, who="demo", now=now, how="script")
        return spoken

    async def _found_channel(self, now: int) -> CharterFile:
        first, second = self.houses.values()
        scenario = self._scenario
        terms = Terms(languages=scenario.languages, authentic=scenario.authentic, exercise=True)
        file = founding.propose((first.card, second.card), self._relay.card, terms)
        for house in (first, second):
            file = founding.countersign(file, house.home, house.vault.content)
        file = founding.complete(file, second.vault.content, now)
        cards.write(self._folder / "channel.charter", file)
        async with joining.closing(self.link()) as link:
            for house in (first, second):
                await joining.admit(link, house.vault.content, self._relay.codes[house.code])
            return await joining.found(link, file)

    async def _enrol_people(self, house: House, file: CharterFile, now: int) -> None:
        folder = joining.join(house.home, file)
        party = self._scenario.parties[house.code]
        speaking = script.sender(self._scenario, house.code)
        async with joining.closing(self.link()) as link:
            for person in party.people:
                if person.id == speaking:
                    self.players[person.id] = Player(person, house.home, house.vault)
                    wanted = (person.role, roles.BOT)
                    await joining.enrol_own(house.vault, folder, link, wanted, now=now)
                    continue
                home = Home(self._folder / f"{house.code}-people" / person.id)
                vault = members.join_party(home, file, house.code, PASSPHRASE, cheap=True)
                self.players[person.id] = Player(person, home, vault)
                if roles.may(person.role, "initial"):
                    self._compare(home, house.code, now)
                await self._enrol(house, folder, self.players[person.id], file, link, now)

    async def _enrol(
        self,
        house: House,
        folder: ChannelHome,
        player: Player,
        file: CharterFile,
        link: Link,
        now: int,
    ) -> None:
        own = joining.join(player.home, file)
        key, request = joining.request_member(player.vault, own, player.person.role, now=now)
        await joining.enrol(house.vault, folder, link, [request.enrolment], now=now)
        members.set_state(player.vault, key, "enrolled")

    async def found_internal(self, code: str, people: Iterable[str], now: int) -> ChannelId:
        """Found a party's internal channel and enrol there who speaks in it."""
        house = self.houses[code]
        if house.internal is not None:
            return house.internal
        scenario = self._scenario
        terms = Terms(languages=scenario.languages, authentic=scenario.authentic, exercise=True)
        card = founding.internal_card(house.home, house.vault)
        file = founding.propose((card,), self._relay.card, terms)
        file = founding.countersign(file, house.home, house.vault.content)
        file = founding.complete(file, house.vault.content, now)
        async with joining.closing(self.link()) as link:
            file = await joining.found(link, file)
            folder = joining.join(house.home, file)
            speaking = self.players[script.sender(scenario, code)]
            await joining.enrol_own(
                house.vault, folder, link, (speaking.person.role, roles.BOT), now=now
            )
            for name in people:
                player = self.players[name]
                if player is not speaking:
                    await self._enrol(house, folder, player, file, link, now)
        house.internal = documents.channel_of(file.charter)
        return house.internal

    # ------------------------------------------------------------------ desks

    async def desk(self, name: str, channel: ChannelId) -> Desk:
        """Return the desk of a person in *channel*."""
        player = self.players[name]
        return await self._desk(player.home, player.vault, player.person.role, channel)

    async def _desk(self, home: Home, vault: Vault, role: str, channel: ChannelId) -> Desk:
        seat = (str(home.path), channel, role)
        if seat not in self._desks:
            desk = Desk.open(home, vault, channel, role, self.link())
            self._desks[seat] = await self._open.enter_async_context(desk)
        return self._desks[seat]

    async def renew(self, at: int) -> None:
        """Replace the key of every open desk that ends soon after *at* by a new enrolment."""
        for seat, desk in list(self._desks.items()):
            if desk.member.not_after - at < RENEW_MS:
                path, channel, role = seat
                del self._desks[seat]
                await desk.close()
                await self.renew_key(Home(Path(path)), channel, role, at)

    async def renew_key(self, home: Home, channel: ChannelId, role: str, at: int) -> None:
        """Enrol a new key in the place of the one that a home has in this role."""
        vault = next(each.vault for each in self._vaults() if each.home.path == home.path)
        house = self.houses[vault.content.party]
        for old in vault.content.held(channel, role):
            members.set_state(vault, old, "retired")
        key, request = joining.request_member(vault, home.channel(channel), role, now=at)
        async with joining.closing(self.link()) as link:
            own = house.home.channel(channel)
            await joining.enrol(house.vault, own, link, [request.enrolment], now=at)
        members.set_state(vault, key, "enrolled")

    def _vaults(self) -> list[Player | House]:
        return [*self.players.values(), *self.houses.values()]


def _signers_needed(scenario: Scenario) -> dict[str, int]:
    # The policy says what the scenario plays: how many of each party initial and sign.
    found = {}
    for code, party in scenario.parties.items():
        own = {person.id for person in party.people}
        initial = {each.by for each in scenario.ceremony.authentication} & own
        signing = {name for each in scenario.ceremony.originals for name in each.signatures} & own
        found[code] = max(1, min(2, len(initial), len(signing)) or 1)
    return found
