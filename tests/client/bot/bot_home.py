"""A bot's home in one channel, a relay in memory, and a clock that a test moves."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypedDict, Unpack

from paraph.client.bot import AcknowledgementGiven, Bot, Heartbeat, Notice, StockBot
from paraph.client.bot.notices import Notices
from paraph.client.channel.joining import Link
from paraph.client.clock import Clock as Clock_
from paraph.client.keys.home import Home
from paraph.client.keys.vault import HeldKey, Vault, VaultContent, empty_content
from paraph.client.log.replica import Replica
from paraph.client.reading.opened import binding_of
from paraph.protocol import signed
from paraph.protocol.errors import RefusedError, UnavailableError
from paraph.protocol.keys import SealingPublicKey, Signer
from paraph.protocol.names import ChannelId, Digest
from paraph.protocol.relay import RelayChannel
from paraph.protocol.schema import Record
from paraph.protocol.sealed import unseal
from paraph.protocol.state import Entry
from paraph.protocol.statements.content import decode_content
from paraph.protocol.statements.envelope import ClearContent, SealedContent
from paraph.protocol.wire import Admission, Founded, Founding, RelayCard
from tests.support.channel import START, Channel, make_channel
from tests.support.memory_relay import MemoryRelay

PASSPHRASE = b"correct horse"


class MemoryLink:
    """A way to a relay in memory; ``down = True`` is one that cannot be reached."""

    def __init__(self, relay: RelayChannel) -> None:
        self.relay = relay
        self.down = False

    async def open(self, channel: ChannelId, origin_prefix: str, signer: Signer) -> RelayChannel:
        del channel, origin_prefix, signer
        if self.down:
            raise UnavailableError("cannot reach the relay")
        return self.relay

    async def admit(self, admission: Admission) -> None:
        """Refuse: a bot is no root."""
        raise RefusedError(f"a bot does not admit {admission.party}", code="not-admitted")

    async def found(self, founding: Founding) -> Founded:
        """Refuse: a bot is no root."""
        raise RefusedError(f"not with {len(founding.envelopes)} entries", code="not-admitted")

    async def close(self) -> None:
        """Nothing is open."""


class Clock:
    """POSIX ms; one more at each look, so that no two instants are the same."""

    def __init__(self, now: int = START + 10**8) -> None:
        self.time = now

    def __call__(self) -> int:
        self.time += 1
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += int(seconds * 1000)


class Options(TypedDict, total=False):
    """What a bot is made with, in place of what the bench gives."""

    passphrase: bytes | str | Path | Vault | None
    name: str
    since: int | None
    link: Link | None
    clock: Clock_
    notices: Notices


class Bench:
    """The home of one party's bot."""

    def __init__(self, path: Path, channel: Channel, code: str = "RUS") -> None:
        self.channel = channel
        self.code = code
        self.bot_key = channel.party(code).person("bot")
        self.relay = MemoryRelay(channel)
        self.link = MemoryLink(self.relay)
        self.clock = Clock()
        self.notices: list[Notice] = []
        self.home = Home(path)
        self.folder = self.home.channel(channel.id)
        self.passphrase = path.parent / f"{path.name}.passphrase"
        self.passphrase.write_bytes(PASSPHRASE + b"\n")
        self.passphrase.chmod(0o600)
        self.vault = Vault.create(
            self.home.vault_path, PASSPHRASE, cheap=True, content=self._content()
        )
        Replica.create(self.folder, channel.founding).close()
        self.folder.save_relay(_card(channel))

    def _content(self) -> VaultContent:
        key = HeldKey(
            channel=self.channel.id,
            role="bot",
            holder=self.bot_key.holder,
            signing=self.bot_key.signing.seed,
            sealing=self.bot_key.sealing.seed,
            not_after=START + 10**10,
            state="enrolled",
        )
        empty = empty_content()
        fields = {name: getattr(empty, name) for name in VaultContent.CODECS}
        return VaultContent(**{**fields, "party": self.code, "keys": (key,)})

    def bot(self, **options: Unpack[Options]) -> Bot:
        given: Options = {
            "passphrase": self.vault,
            "link": self.link,
            "clock": self.clock,
            "notices": self.notices.append,
            **options,
        }
        return Bot(self.home, **given)

    def stock(self, *, dated: Callable[[], int] | None = None) -> tuple[Bot, StockBot]:
        bot = self.bot()
        return bot, StockBot(bot, dated=dated)

    def kinds(self) -> list[str]:
        """Kinds of the notices given since the last call."""
        found = [each.kind for each in self.notices]
        self.notices.clear()
        return found

    # what the others do

    def place(self, envelope: bytes, body: bytes = b"") -> Entry:
        entry = self.channel.place(envelope)
        statement = entry.statement
        if statement is not None and isinstance(statement.content, SealedContent) and body:
            self.relay.bodies[statement.content.body_digest] = body
        self.relay.grown()
        return entry

    def say(
        self,
        record: Record | bytes,
        code: str = "USA",
        role: str = "desk_officer",
        *,
        precedence: str = "routine",
        recipients: Iterable[SealingPublicKey] | None = None,
    ) -> Entry:
        author = self.channel.party(code).person(role)
        data = record.encode() if isinstance(record, Record) else record
        envelope, body = self.channel.seal(author, data, recipients=recipients)
        if precedence != "routine":
            statement = signed.read(envelope).statement
            urgent = dataclasses.replace(statement, precedence=precedence)
            envelope = signed.sign(urgent, author.signing)
            author.previous = signed.read(envelope).id
        return self.place(envelope, body)

    def beat(self, code: str = "USA") -> Entry:
        return self.place(self.channel.heartbeat(self.channel.party(code).person("bot")))

    # what stands in the log

    def said(self, since: int = 0) -> list[Record]:
        """Everything that the bot has placed from *since* on, opened."""
        return [record for _, record in self.placed(since)]

    def placed(self, since: int = 0) -> list[tuple[int, Record]]:
        found: list[tuple[int, Record]] = []
        for index, envelope in enumerate(self.channel.envelopes):
            statement = signed.read(envelope).statement
            if index < since or statement.sender != self.bot_key.id:
                continue
            if isinstance(statement.content, ClearContent):
                found.append((index, statement.content.payload))
                continue
            content = statement.content
            data = unseal(
                self.relay.bodies[content.body_digest],
                binding_of(statement, content),
                digest=Digest(content.body_digest),
                size=content.body_size,
                key=self.bot_key.sealing,
            )
            found.append((index, decode_content(data)))
        return found


def make_bench(path: Path, *, exercise: bool = True) -> Bench:
    """The other side's bot has spoken; this one has not, so the channel is not open yet."""
    channel = make_channel(opened=False, exercise=exercise)
    bench = Bench(path / "bot", channel)
    if len(channel.parties) == 2:
        bench.beat("USA")
    return bench


def receipts(bench: Bench, since: int = 0) -> list[AcknowledgementGiven]:
    """Return what the bot has acknowledged."""
    return [each for each in bench.said(since) if isinstance(each, AcknowledgementGiven)]


def beats(bench: Bench, since: int = 0) -> list[Heartbeat]:
    """Return its signs of life."""
    return [each for each in bench.said(since) if isinstance(each, Heartbeat)]


async def steps(bot: Bot, count: int = 2) -> None:
    """Let it go round so many times."""
    for _ in range(count):
        await bot.step()


def _card(channel: Channel) -> RelayCard:
    ed25519, mldsa44 = channel.log_secret.public
    return RelayCard(
        address="https://relay.example:8443",
        pin=bytes(32),
        origin_prefix=channel.log.charter.origin_prefix,
        log_ed25519=ed25519,
        log_mldsa44=mldsa44,
    )
