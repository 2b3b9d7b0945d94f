"""Clear payloads: what the relay must be able to read (SPEC 5.2)."""

from __future__ import annotations

from typing import Final

from paraph.protocol.documents import Document
from paraph.protocol.schema import Record, many, nested, octets, record, u53, wire, word


@record("charter-entry")
class CharterEntry(Record):
    """Entry 0: the charter that founds the channel."""

    document: Document = wire(nested(Document), "the charter")


@record("manifest-entry")
class ManifestEntry(Record):
    """A party's manifest: entries 1 and 2, later ones anywhere."""

    document: Document = wire(nested(Document), "the manifest")


@record("enrol-entry")
class EnrolEntry(Record):
    """A key that counts from the next index on."""

    document: Document = wire(nested(Document), "the enrolment")


@record("revoke-entry")
class RevokeEntry(Record):
    """A key that has ended from the next index on."""

    document: Document = wire(nested(Document), "the revocation")


@record("suspend-entry")
class SuspendEntry(Record):
    """A key that pauses from the next index on."""

    document: Document = wire(nested(Document), "the suspension")


@record("heartbeat")
class Heartbeat(Record):
    """A bot's sign of life; it makes log time and is the machine receipt."""

    dated: int = wire(u53, "POSIX ms; equals `sent_at` except in an exercise")
    verified: int = wire(u53, "entries below this are verified; equals `seen.size`")
    held: int = wire(u53, "all bodies for this party below this are on its disk")


@record("unopened")
class Unopened(Record):
    """A party's bot cannot open an entry that is addressed to the party."""

    entry: int = wire(u53, "index of the sealed entry")
    reason: str = wire(word("wrap", "content", "commitment", "body-missing"), "what failed")


@record("opened")
class Opened(Record):
    """The end of this party's `unopened` of the entry."""

    entry: int = wire(u53, "index of the sealed entry")


@record("granted-wrap")
class GrantedWrap(Record):
    """The content key of one entry, wrapped for one more key."""

    entry: int = wire(u53, "index of the sealed entry")
    recipient: bytes = wire(octets(32), "id of a sealing key of the same party")
    wrap: bytes = wire(octets(1168), "HPKE wrap, bound as the entry's own (SPEC 4.3)")


@record("grant")
class Grant(Record):
    """Past entries opened to more keys of one's own party."""

    wraps: tuple[GrantedWrap, ...] = wire(
        many(nested(GrantedWrap), 45, least=1), "by entry and recipient"
    )


@record("withdraw")
class Withdraw(Record):
    """The author takes an entry back; its number stays consumed. Whether it counts: SPEC 7.11."""

    entry: int = wire(u53, "index of the author's own entry")


PAYLOADS: Final[dict[str, type[Record]]] = {
    "charter": CharterEntry,
    "manifest": ManifestEntry,
    "enrol": EnrolEntry,
    "revoke": RevokeEntry,
    "suspend": SuspendEntry,
    "heartbeat": Heartbeat,
    "unopened": Unopened,
    "opened": Opened,
    "grant": Grant,
    "withdraw": Withdraw,
}
"""Statement type to the one payload it carries."""

TYPE_OF: Final = {kind: name for name, kind in PAYLOADS.items()}
"""Payload class to its statement type."""
