"""Reading one's own database again: compare first, believe afterwards (SPEC 6.6)."""

from __future__ import annotations

from paraph.client.keys.home import ChannelHome
from paraph.client.log.store import ChannelStore, EntryRow
from paraph.protocol import signed
from paraph.protocol.documents import Charter
from paraph.protocol.errors import IntegrityError, MalformedError, UnsupportedError
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import KeyId
from paraph.protocol.sentences import worded
from paraph.protocol.signed import Verified
from paraph.protocol.state import Entry
from paraph.protocol.statements.clear import CharterEntry
from paraph.protocol.statements.envelope import ClearContent, Statement
from paraph.protocol.tree import Tree, leaf_hash


def state_lost(home: ChannelHome, what: str) -> IntegrityError:
    """Return the error of a channel whose own state is older than what it acted on."""
    return IntegrityError(
        what,
        code="state-lost",
        hint=worded(
            "restore %(path)s as a whole, or compare the head with the other ministry and pin"
            " the channel anew",
            path=home.path,
        ),
    )


def require_remembered(home: ChannelHome, store: ChannelStore, size: int, root: bytes) -> None:
    """Refuse a database that does not lead to the remembered head.

    Raises:
        IntegrityError: It is behind (code ``state-lost``), or was changed.
    """
    tree = Tree(leaf_hash(row.envelope) for row in store.entries(0, size))
    if tree.size < size:
        raise state_lost(
            home,
            worded(
                "the database has %(found)s entries of %(size)s that were acted on",
                found=tree.size,
                size=size,
            ),
        )
    if tree.root() != root:
        raise IntegrityError(
            worded(
                "the %(size)s entries on this disk do not lead to the remembered head", size=size
            ),
            hint="the database was changed: restore the folder of the channel as a whole",
        )


def founding_of(store: ChannelStore) -> list[bytes]:
    """Return the founding envelopes in a database.

    Raises:
        PeerError: The first entry is no charter.
    """
    rows = [row.envelope for row in store.entries(0, 3)]
    content = signed.read(rows[0]).statement.content if rows else None
    if not isinstance(content, ClearContent) or not isinstance(content.payload, CharterEntry):
        raise MalformedError("expected the charter as entry 0")
    parties = Charter.decode(content.payload.document.body).parties
    return rows[: 1 + len(parties)]


def trusted(log: ChannelLog, row: EntryRow) -> Verified | None:
    """Return the statement of a row that was verified before it was stored; nothing if void."""
    # A void row is judged anew, which gives the same reason again.
    if row.void:
        return None
    try:
        unverified = signed.read(row.envelope)
        member = log.trust.member(signed.sender_of(unverified))
    except (MalformedError, UnsupportedError):
        return None
    return signed.assume_checked(unverified, member.key) if member is not None else None


def entry_of(log: ChannelLog, row: EntryRow) -> Entry:
    """Return a row as an entry of *log*, which has taken it in."""
    try:
        statement = signed.read(row.envelope).statement
    except (MalformedError, UnsupportedError):
        statement = None
    return entry_at(log, row, statement)


def entry_at(log: ChannelLog, row: EntryRow, statement: Statement | None) -> Entry:
    """Return a row as an entry of *log*, with what was decoded of it."""
    member = None
    # A void entry may be anybody's: it is never shown as said by the key that it names.
    if statement is not None and not row.void:
        member = log.trust.member(KeyId(statement.sender))
    return Entry(row.index, row.envelope, row.id, statement, member, row.void, row.log_time)


def enrols(entry: Entry) -> bool:
    """Tell whether *entry* may have made a key known."""
    return entry.statement is not None and entry.statement.type == "enrol"


def without_stored(
    store: ChannelStore, rows: list[tuple[EntryRow, Entry]]
) -> list[tuple[EntryRow, Entry]]:
    """Return what of *rows* is not stored yet; what is stored and differs is dropped there."""
    same = 0
    for (row, _), there in zip(rows, store.entries(rows[0][0].index), strict=False):
        if row != there:
            store.cut(row.index)
            break
        same += 1
    return rows[same:]
