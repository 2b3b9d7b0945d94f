"""The home of one person while it is unlocked: its desks, what they know, and one voice.

Everything here runs in one loop. Reading is free at any time; whoever speaks holds ``voice``, so
that two windows of one browser do not take the same number.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from typing import Final

from paraph.client.desk import Desk
from paraph.client.home import ChannelHome, Home
from paraph.client.negotiating import ahead
from paraph.client.negotiating.fingerprint import Fingerprint, fingerprint
from paraph.client.tools import Tools
from paraph.client.vault import Vault
from paraph.client.web import collecting
from paraph.client.web.following import Following
from paraph.client.web.gate import Gate
from paraph.client.web.hints import Hints
from paraph.client.web.warming import Warming
from paraph.protocol.errors import EquivocationError, InputError, LockedError, ParaphError
from paraph.protocol.names import ChannelId
from paraph.protocol.negotiation.kept import forget
from paraph.protocol.negotiation.state import Negotiation, State
from paraph.protocol.statements.header import Wording


@dataclasses.dataclass(frozen=True, slots=True)
class Room:
    """One negotiation at one desk, as it is known now.

    Attributes:
        desk: The desk in the shared channel.
        state: What was folded, with what this desk has queued on top.
        talks: The negotiation.
        chancery: The desk in the party's internal channel, if this home has one.
    """

    desk: Desk
    state: State
    talks: Negotiation
    chancery: Desk | None

    @property
    def titles(self) -> tuple[Wording, ...]:
        """Its title in each language that has one; a page shows the person's own (``own``)."""
        return self.talks.opened.titles if self.talks.opened else ()

    def party_class(self, code: str) -> str:
        """Return how a party is dressed: by its place in the charter; nothing for nobody."""
        parties = self.state.parties
        return f"party-{parties.index(code) + 1}" if code in parties else ""

    @property
    def path(self) -> str:
        """Where its pages stand, without a slash at the end."""
        return f"/n/{self.talks.identity.hex()}"


@dataclasses.dataclass(frozen=True, slots=True)
class Refused:
    """A channel whose relay was found out; it does not open any more.

    Attributes:
        folder: Where it stands, with the evidence.
        error: What is told.
    """

    folder: ChannelHome
    error: EquivocationError


class Office:
    """One person's home and its desks.

    Args:
        home: The folder.
        tools: Relay, key file, clock.
        role: Which key speaks, if the home has several.

    Attributes:
        desks: Open desks, those of shared channels first; none while it is locked.
        chancery: The desk of the internal channel, if there is one.
        refused: Channels that do not open any more.
        hints: Says to every open page that something came.
        ahead: What else is made while nobody waits, last: steps of some milliseconds.
        voice: Held by whoever speaks.
        gate: What every shared desk's words pass; opened by the page of what leaves.
        tools: Relay, key file, clock.
    """

    def __init__(self, home: Home, tools: Tools, role: str | None = None) -> None:
        self.home: Final = home
        self.hints: Final = Hints()
        self.voice: Final = asyncio.Lock()
        self.gate: Final = Gate()
        self.ahead: Callable[[], Iterator[object]] = lambda: iter(())
        self.desks: tuple[Desk, ...] = ()
        self.chancery: Desk | None = None
        self.refused: tuple[Refused, ...] = ()
        self.tools: Final = tools
        self._role: Final = role
        self._vault: Vault | None = None
        self._opening: Final = asyncio.Lock()
        self._following: dict[Desk, Following] = {}
        self._states: dict[Desk, tuple[tuple[int, ...], State]] = {}
        self._fingerprints: dict[Desk, tuple[tuple[int, ...], Fingerprint]] = {}
        self._warming: Warming | None = None

    # ------------------------------------------------------------------ lock and key

    @property
    def vault(self) -> Vault:
        """The open key file.

        Raises:
            LockedError: It is locked.
        """
        if self._vault is None:
            raise LockedError("this desk is locked", code="locked")
        return self._vault

    @property
    def is_locked(self) -> bool:
        """Whether the passphrase must be given before anything is shown."""
        return self._vault is None

    async def unlock(self, passphrase: bytes) -> None:
        """Open the key file and every channel of the home, and begin to follow them.

        Raises:
            LockedError: The passphrase is wrong.
            InputError: The home has no channel that this person's keys speak in.
        """
        async with self._opening:  # one try at a time: each takes memory and a second, on purpose
            if self._vault is None:
                open_vault, path = self.tools.open_vault, self.home.vault_path
                self.take(await asyncio.to_thread(open_vault, path, passphrase))

    def take(self, vault: Vault) -> None:
        """Begin with a key file that is open already.

        A channel whose relay once showed two histories stays shut, and hinders no other.

        Raises:
            InputError: The home has no channel that this person's keys speak in.
        """
        opened: list[Desk] = []
        refused: list[Refused] = []
        try:
            for folder in self.home.channels():
                try:
                    opened.append(self._open(vault, folder))
                except EquivocationError as error:
                    refused.append(Refused(folder, error))
        except BaseException:
            for desk in opened:
                desk.replica.close()
            raise
        if not opened and not refused:
            raise InputError(
                "this home has no channel yet",
                code="channel",
                hint="paraph channel propose or accept founds one; paraph member request joins"
                " one of your party",
            )
        inner = [desk for desk in opened if desk.state.internal]
        self.chancery = inner[0] if inner else None
        self.desks = tuple([each for each in opened if each not in inner] + inner)
        self.refused = tuple(refused)
        self._vault = vault
        self._following = {desk: Following(desk, self.hints) for desk in self.desks}
        for following in self._following.values():
            following.start()
        shared = [desk for desk in self.desks if desk not in inner]
        self._warming = Warming(shared, self.chancery, self.state, self.hints, self._more)
        self._warming.start()
        collecting.stays()

    def _open(self, vault: Vault, folder: ChannelHome) -> Desk:
        role, link = self._role_in(vault, folder.channel), self.tools.link(folder.relay)
        desk = Desk.open(self.home, vault, folder, role, link, clock=self.tools.now)
        desk.door = self.gate
        desk.read()
        self._look_ahead(desk.state)
        return desk

    def _more(self) -> Iterator[object]:
        return self.ahead()  # as it is when its time has come

    def _look_ahead(self, state: State) -> None:
        # What the first screen rests on belongs to the opening: its first view is like the next.
        for talks in state.negotiations.values():
            for _ in ahead.for_the_first_screen(state, talks):
                pass
        if not state.internal:
            for _ in ahead.for_the_drafts(self.home, state):
                pass

    def _role_in(self, vault: Vault, channel: ChannelId) -> str | None:
        held = {key.role for key in vault.content.held(channel)}
        return self._role if self._role in held else None

    async def lock(self) -> None:
        """Forget the keys and close every desk; what waits in an outbox stays there."""
        async with self.voice:
            vault, self._vault = self._vault, None
            if vault is None:
                return
            desks, self.desks, self.chancery = self.desks, (), None
            self.refused = ()
            self.hints.forget()
            for following in self._following.values():
                await following.stop()
            if self._warming is not None:
                await self._warming.stop()
                self._warming = None
            self._following, self._states, self._fingerprints = {}, {}, {}
            forget()  # it is made of what was opened
            for desk in desks:
                with contextlib.suppress(ParaphError):
                    await desk.close()
            collecting.goes()
        self.hints.tell("locked")

    async def close(self) -> None:
        """Lock, and let the pages go."""
        self.hints.close()
        await self.lock()

    # ------------------------------------------------------------------ what is known

    def state(self, desk: Desk) -> State:
        """Return what *desk* knows, computed once for each of its heads."""
        now = (desk.reader.position, desk.replica.size, len(desk.outbox.pending()))
        kept = self._states.get(desk)
        if kept is None or kept[0] != now:
            kept = (now, desk.state)
            self._states[desk] = kept
        return kept[1]

    def fingerprint(self, desk: Desk, size: int = 0) -> Fingerprint:
        """Return the words to read out at *size*, computed once for each head: as for the chairs.

        Raises:
            ParaphError: As :func:`paraph.client.negotiating.fingerprint.fingerprint` does.
        """
        now = (desk.reader.position, desk.replica.size, size)
        kept = self._fingerprints.get(desk)
        if kept is None or kept[0] != now:
            kept = (now, fingerprint(desk, size))
            self._fingerprints[desk] = kept
        return kept[1]

    def spoken(self, desk: Desk) -> Fingerprint | None:
        """Return the newest fingerprint of *desk* whose words were made; nothing before the first.

        It stands for the log up to its own size, which may be behind. Whoever got nothing is told
        by a hint when there is one.
        """
        if self._warming is None:
            return None
        found = self._warming.spoken.get(desk)
        self._warming.wanted |= found is None
        return found

    async def calm(self) -> None:
        """Wait until everything is made that is made ahead."""
        if self._warming is not None:
            await self._warming.calm.wait()

    def waits(self) -> contextlib.AbstractContextManager[None]:
        """Return what says, as long as it is entered, that somebody waits for a page."""
        return contextlib.nullcontext() if self._warming is None else self._warming.rests()

    def rooms(self) -> tuple[Room, ...]:
        """Return every negotiation of every shared channel, in the order of opening."""
        found = []
        for desk in self.desks:
            state = self.state(desk)
            if not state.internal:
                found += [
                    Room(desk, state, talks, self.chancery)
                    for _, talks in state.negotiations.items()
                ]
        return tuple(found)

    def room(self, identity: str) -> Room:
        """Return the negotiation whose id is *identity*, in hex.

        Raises:
            LockedError: This office is locked.
            InputError: Code ``unknown-negotiation``.
        """
        assert self.vault is not None
        for room in self.rooms():
            if room.talks.identity.hex() == identity:
                return room
        raise InputError("there is no such negotiation here", code="unknown-negotiation")

    @property
    def trouble(self) -> str:
        """Why a relay is not heard; empty while all are."""
        return next((each.trouble for each in self._following.values() if each.trouble), "")

    def following(self, desk: Desk) -> Following:
        """Return what keeps *desk* current."""
        return self._following[desk]
