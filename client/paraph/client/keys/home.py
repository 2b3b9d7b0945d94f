"""The folder of one person: key file, what was verified, and one folder for each channel.

::

    home/                  0700
      vault                the key file (paraph.client.keys.vault)
      book                 relays, peers, and whose roots were verified, by whom, how and when
      channels/<hex id>/   one channel: database, remembered head, evidence, relay card

Nothing here is secret but the vault; all of it is private. The book decides what is shown as
verified, so it is written as durably as the rest.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import platformdirs

from paraph.client.files import (
    locked,
    private_folder,
    read_private,
    sync_folder,
    write_atomically,
)
from paraph.protocol.errors import EquivocationError, InputError, IntegrityError, MalformedError
from paraph.protocol.names import ChannelId
from paraph.protocol.schema import (
    Budget,
    Record,
    ascending,
    blob,
    many,
    nested,
    octets,
    record,
    text,
    u53,
    wire,
    word,
)
from paraph.protocol.sentences import worded
from paraph.protocol.wire import RelayCard

HOME_VARIABLE: Final = "PARAPH_HOME"
_BOOK: Final = Budget(size=16 * 1024 * 1024, depth=6, nodes=100_000, keys=32)
_MAX_CARD: Final = 16 * 1024


@record("known-peer", _BOOK)
class KnownPeer(Record):
    """Another party's card, as it came."""

    code: str = wire(text(8, "[A-Z]{2,8}"), "party code")
    card: bytes = wire(blob(128 * 1024), "the card file's bytes")

    def __lt__(self, other: KnownPeer) -> bool:
        """Order by party."""
        return self.code < other.code


@record("verified-roots", _BOOK)
class VerifiedRoots(Record):
    """Somebody compared the words of a root set with what the other side read out."""

    root_set: bytes = wire(octets(32), "digest of the root set")
    code: str = wire(text(8, "[A-Z]{2,8}"), "party code")
    who: str = wire(text(200), "who compared")
    how: str = wire(
        word("words", "qr", "script"), "typed words, a scanned code, or a demo's script"
    )
    at: int = wire(u53, "when, POSIX ms by this machine's clock")

    def __lt__(self, other: VerifiedRoots) -> bool:
        """Order by root set."""
        return self.root_set < other.root_set


@record("channel-note", _BOOK)
class ChannelNote(Record):
    """What this person calls a channel."""

    channel: bytes = wire(octets(32), "channel id")
    name: str = wire(text(64, r"[^\x00-\x1f\x7f]*"), "a name for this person's own use")

    def __lt__(self, other: ChannelNote) -> bool:
        """Order by channel."""
        return self.channel < other.channel


@record("book", _BOOK)
class Book(Record):
    """What a home remembers that is not a key and not a channel's log."""

    relays: tuple[RelayCard, ...] = wire(many(nested(RelayCard), 64), "relay cards, newest last")
    peers: tuple[KnownPeer, ...] = wire(ascending(nested(KnownPeer), 64), "cards of other parties")
    verified: tuple[VerifiedRoots, ...] = wire(
        ascending(nested(VerifiedRoots), 256), "root sets that were verified"
    )
    channels: tuple[ChannelNote, ...] = wire(ascending(nested(ChannelNote), 1_024), "own names")

    def verification(self, root_set: bytes) -> VerifiedRoots | None:
        """Return who verified this root set, how and when; nothing if nobody did."""
        return next((each for each in self.verified if each.root_set == root_set), None)


EMPTY_BOOK: Final = Book(relays=(), peers=(), verified=(), channels=())


class ChannelHome:
    """The folder of one channel.

    Attributes:
        path: The folder.
        channel: Channel id.
    """

    __slots__ = ("channel", "path")

    def __init__(self, path: Path, channel: ChannelId) -> None:
        self.path: Final = path
        self.channel: Final = channel

    @property
    def database(self) -> Path:
        """Replica, outbox and bodies."""
        return self.path / "channel.db"

    @property
    def head(self) -> Path:
        """The largest head ever acted on, apart from the database (paraph.client.log.head)."""
        return self.path / "head"

    @property
    def evidence(self) -> Path:
        """Notes of a relay that showed two histories."""
        return self.path / "evidence"

    @property
    def attachments(self) -> Path:
        """Sealed attachments, by digest."""
        return private_folder(self.path / "attachments")

    @property
    def charter(self) -> Path:
        """The charter file that this party countersigned."""
        return self.path / "charter"

    @property
    def exists(self) -> bool:
        """Whether a replica was made here."""
        return self.database.exists()

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes of this home from writing while the block runs."""
        with locked(self.path / ".lock"):
            yield

    @property
    def relay(self) -> RelayCard:
        """How the channel's relay is reached.

        Raises:
            InputError: No card was saved.
        """
        data = read_private(self.path / "relay.card", worded("the channel's relay card"), _MAX_CARD)
        return RelayCard.decode(data)

    def save_relay(self, card: RelayCard) -> None:
        """Remember how the channel's relay is reached."""
        write_atomically(self.path / "relay.card", card.encode())

    def accuse(self, reason: str, evidence: dict[str, bytes]) -> Path:
        """Keep evidence against the relay, and refuse this channel from now on.

        Args:
            reason: What it proves, in one line.
            evidence: Name to bytes: the notes, and what the relay served with them.

        Returns:
            The folder of the evidence.
        """
        private_folder(self.evidence)
        for name, data in evidence.items():
            write_atomically(self.evidence / name, data)
        write_atomically(self.evidence / "REFUSED", reason.encode() + b"\n")
        sync_folder(self.path)
        return self.evidence

    @property
    def accusation(self) -> str:
        """What the evidence proves, in one line of English; nothing if the relay is not accused."""
        path = self.evidence / "REFUSED"
        return (path.read_text().strip() or "two histories") if path.exists() else ""

    def require_unaccused(self) -> None:
        """Refuse a channel whose relay has once shown two histories.

        Raises:
            EquivocationError: With the notes that prove it.
        """
        if not (reason := self.accusation):
            return
        notes = tuple(each.read_bytes() for each in sorted(self.evidence.glob("*.note")))
        raise EquivocationError(
            worded("this channel is refused for good: %(reason)s", reason=reason),
            evidence=notes,
            hint=worded(
                "the evidence is in %(evidence)s: keep it, call the other ministry by another"
                " channel, and found a successor",
                evidence=self.evidence,
            ),
        )


class Home:
    """The folder of one person.

    Args:
        path: The folder; it is made with mode 0700 if it is not there.

    Raises:
        InputError: It cannot be used, or others can look into it.
    """

    __slots__ = ("path",)

    def __init__(self, path: Path) -> None:
        self.path: Final = private_folder(path.expanduser().absolute())

    @property
    def vault_path(self) -> Path:
        """Where the key file is."""
        return self.path / "vault"

    def channel(self, channel: ChannelId) -> ChannelHome:
        """Return the folder of a channel; it is made if it is not there."""
        private_folder(self.path / "channels")
        return ChannelHome(private_folder(self.path / "channels" / channel.hex()), channel)

    def channels(self) -> tuple[ChannelHome, ...]:
        """Return every channel of which there is a replica, by id."""
        folder = self.path / "channels"
        found = sorted(folder.iterdir()) if folder.is_dir() else []
        homes = (
            ChannelHome(each, ChannelId(bytes.fromhex(each.name)))
            for each in found
            if len(each.name) == 64 and set(each.name) <= set("0123456789abcdef")
        )
        return tuple(each for each in homes if each.exists)

    def find_channel(self, text: str) -> ChannelHome:
        """Return the channel that *text* means: a name, or the beginning of its id.

        Args:
            text: Empty if there is one channel only.

        Raises:
            InputError: No channel, or several.
        """
        homes, names = self.channels(), {each.channel: each.name for each in self.book.channels}
        fitting = [each for each in homes if text and names.get(each.channel) == text]
        if not fitting:
            fitting = [each for each in homes if each.channel.hex().startswith(text.lower())]
        if len(fitting) == 1:
            return fitting[0]
        raise InputError(
            "expected one channel, found none"
            if not fitting
            else worded("expected one channel, found %(count)s", count=len(fitting)),
            code="channel",
            hint="paraph channel list shows them; give the name or more of the id",
        )

    @property
    def book(self) -> Book:
        """What this home remembers.

        Raises:
            IntegrityError: The file is damaged.
        """
        path = self.path / "book"
        if not path.exists():
            return EMPTY_BOOK
        try:
            return Book.decode(read_private(path, worded("the book of this home"), _BOOK.size))
        except MalformedError as error:
            raise IntegrityError(
                worded("the file %(path)s is damaged: %(error)s", path=path, error=error),
                hint="restore it from a backup, or remove it and verify the roots again",
            ) from error

    def change_book(self, change: Callable[[Book], Book]) -> Book:
        """Read, change and write the book while no other process does."""
        with locked(self.path / ".lock"):
            book = change(self.book)
            write_atomically(self.path / "book", book.encode())
        return book


def default_home() -> Path:
    """Return the folder used where none is given: ``PARAPH_HOME``, or the platform's."""
    chosen = os.environ.get(HOME_VARIABLE, "")
    return Path(chosen) if chosen else platformdirs.user_data_path("paraph")
