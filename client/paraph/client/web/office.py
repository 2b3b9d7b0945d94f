"""The home of one person while it is unlocked: its desks, what they know, and one voice.

Everything here runs in one loop. Reading is free at any time; whoever speaks does it within
:meth:`Office.speaking`, so that two windows of one browser do not take the same number.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final

from paraph.client import cycles, progress
from paraph.client.channel.desk import Desk
from paraph.client.channel.tools import Tools
from paraph.client.keys.home import Home
from paraph.client.keys.vault import Vault
from paraph.client.negotiating.fingerprint import Fingerprint, fingerprint
from paraph.client.reading import placed
from paraph.client.web.following import Following
from paraph.client.web.gate import Gate
from paraph.client.web.hints import Hints
from paraph.client.web.opening import open_channels
from paraph.client.web.warming import Warming
from paraph.protocol.errors import InputError, LockedError, ParaphError, UnavailableError
from paraph.protocol.negotiation.kept import forget
from paraph.protocol.negotiation.state import Negotiation, State, Version
from paraph.protocol.sentences import Sentence
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

    @property
    def hidden(self) -> tuple[tuple[Version, Sentence], ...]:
        """Newest versions of the text that are held here, and why: older ones are shown."""
        return self.desk.screen.hidden(self.talks)

    @property
    def held(self) -> frozenset[bytes]:
        """Statements here under a key that is held: their words are not shown, their effects are.

        What such a statement does in codes (a position, a standing, a number) both sides compute;
        a page that shows it says under what key it was said.
        """
        held = self.desk.screen.held
        found = placed.in_order(self.state) if held else ()
        return frozenset(
            each.said.statement
            for each in found
            if each.negotiation == self.talks.identity
            and held.why(each.said.key, each.index) is not None
        )

    def party_class(self, code: str) -> str:
        """Return how a party is dressed: by its place in the charter; nothing for nobody."""
        parties = self.state.parties
        return f"party-{parties.index(code) + 1}" if code in parties else ""

    @property
    def path(self) -> str:
        """Where its pages stand, without a slash at the end."""
        return f"/n/{self.talks.identity.hex()}"


class Office:
    """One person's home and its desks.

    Args:
        home: The folder.
        tools: Relay, key file, clock.
        role: Which key speaks, if the home has several.

    Attributes:
        desks: Open desks, those of shared channels first; none while it is locked.
        chancery: The desk of the internal channel, if there is one.
        read: While it opens: how many entries of how many are read.
        hints: Says to every open page that something came.
        ahead: What else is made while nobody waits, last: steps of some milliseconds.
        gate: What every shared desk's words pass; opened by the page of what leaves.
        tools: Relay, key file, clock.
    """

    def __init__(self, home: Home, tools: Tools, role: str | None = None) -> None:
        self.home: Final = home
        self.hints: Final = Hints()
        self._voice: Final = asyncio.Lock()
        self.gate: Final = Gate()
        self.ahead: Callable[[], Iterator[object]] = lambda: iter(())
        self.desks: tuple[Desk, ...] = ()
        self.chancery: Desk | None = None
        self.read = (0, 0)
        self.tools: Final = tools
        self._role: Final = role
        self._vault: Vault | None = None
        self._trying: Final = asyncio.Lock()
        self._closing: Final = asyncio.Lock()
        self._opening: asyncio.Task[None] | None = None
        self._given_up = False
        self._following: dict[Desk, Following] = {}
        self._states: dict[Desk, tuple[tuple[object, ...], State]] = {}
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

    @property
    def is_opening(self) -> bool:
        """Whether the passphrase was given, and channels are still being opened."""
        return self._opening is not None and not self._opening.done()

    async def unlock(self, passphrase: bytes) -> None:
        """Open the key file and every channel of the home, and begin to follow them.

        Raises:
            LockedError: The passphrase is wrong.
            InputError: The home has no channel that this person's keys speak in.
        """
        await self.begin(passphrase)
        await self.opened()

    async def begin(self, passphrase: bytes) -> None:
        """Open the key file, and begin to do what else :meth:`unlock` does, if it is not open yet.

        Raises:
            LockedError: The passphrase is wrong.
        """
        async with self._trying:  # one try at a time: each takes memory and a second, on purpose
            open_vault, path = self.tools.open_vault, self.home.vault_path
            vault = await asyncio.to_thread(open_vault, path, passphrase)
            async with self._closing:  # what was open before is closed first
                if self._vault is None and not self.is_opening:
                    self._opening = asyncio.create_task(self.take(vault))

    async def opened(self, within_s: float | None = None) -> bool:
        """Wait until what :meth:`begin` began is done.

        Args:
            within_s: How long; for as long as it takes, if not given.

        Returns:
            Whether the desk is open now.

        Raises:
            ParaphError: Why it does not open; told once.
        """
        opening = self._opening
        if opening is not None:
            await asyncio.wait({opening}, timeout=within_s)
            if opening.done():
                self._opening = None
                await opening
        return not self.is_locked

    async def take(self, vault: Vault) -> None:
        """Begin with a key file that is open already.

        Raises:
            InputError: The home has no channel that this person's keys speak in.
        """
        self.read, self._given_up = (0, 0), False
        with progress.watching(self._hear):
            found = await asyncio.to_thread(open_channels, self.home, vault, self.tools, self._role)
        self._begin(vault, found)

    def _hear(self, unit: progress.Unit, done: int, total: int) -> None:
        del unit  # entries
        if self._given_up:
            raise LockedError("locked before it was open", code="locked")
        self.read = (done, total)

    def _begin(self, vault: Vault, desks: tuple[Desk, ...]) -> None:
        self._vault, self.desks = vault, desks
        shared = [desk for desk in self.desks if not desk.state.internal]
        self.chancery = next((desk for desk in self.desks if desk.state.internal), None)
        for desk in self.desks:
            desk.door = self.gate
        self._following = {desk: Following(desk, self.hints) for desk in self.desks}
        for following in self._following.values():
            following.start()
        self._warming = Warming(shared, self.chancery, self.state, self.hints, self._more)
        self._warming.start()
        cycles.spare()

    def _more(self) -> Iterator[object]:
        return self.ahead()  # as it is when its time has come

    async def lock(self) -> None:
        """Forget the keys and close every desk; what waits in an outbox stays there."""
        async with self._closing:
            await self._give_up()
            vault, self._vault = self._vault, None
            if vault is None:
                return
            # From here on nothing is shown, whatever a relay keeps somebody waiting for.
            desks, self.desks, self.chancery = self.desks, (), None
            following, self._following = self._following, {}
            warming, self._warming = self._warming, None
            self.hints.tell("locked")
            for each in following.values():
                await each.stop()
            if warming is not None:
                await warming.stop()
            async with self._voice:  # who speaks has what it takes, and is waited for
                for desk in desks:
                    with contextlib.suppress(ParaphError):
                        await desk.close()
            # Last, when nobody makes any of it again: it is made of what was opened.
            self._states, self._fingerprints = {}, {}
            self.hints.forget()
            forget()
            cycles.look_again()

    async def _give_up(self) -> None:
        if self._opening is not None:
            self._given_up = True
            with contextlib.suppress(Exception):  # nobody waits any more for what went wrong
                await self.opened()

    def require_open(self) -> None:
        """Refuse to go on at a desk that was locked meanwhile.

        Raises:
            LockedError: This office is locked.
        """
        _ = self.vault

    @contextlib.asynccontextmanager
    async def speaking(self) -> AsyncIterator[None]:
        """Let one speak after the other, and nobody who waited until it was locked.

        Raises:
            LockedError: This office is locked.
        """
        async with self._voice:
            self.require_open()
            yield

    async def close(self) -> None:
        """Lock, and let the pages go."""
        self.hints.close()
        await self.lock()

    # ------------------------------------------------------------------ what is known

    def state(self, desk: Desk) -> State:
        """Return what *desk* shows, computed once for each of its heads."""
        position, size = desk.reader.position, desk.replica.size
        now = (position, size, len(desk.outbox.pending()), desk.screen.held)
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
        self.require_open()
        for room in self.rooms():
            if room.talks.identity.hex() == identity:
                return room
        raise InputError("there is no such negotiation here", code="unknown-negotiation")

    @property
    def trouble(self) -> ParaphError | None:
        """Why nothing comes from a relay; nothing while all give what they should."""
        return next((each.trouble for each in self._following.values() if each.trouble), None)

    @property
    def is_unheard(self) -> bool:
        """Whether it is only that a relay does not answer: what is sent leaves when it is back."""
        return isinstance(self.trouble, UnavailableError)

    @property
    def convicted(self) -> tuple[Desk, ...]:
        """Desks whose relay showed two histories: they read what they have, and nothing else."""
        return tuple(desk for desk in self.desks if desk.replica.is_accused)

    def following(self, desk: Desk) -> Following:
        """Return what keeps *desk* current."""
        return self._following[desk]
