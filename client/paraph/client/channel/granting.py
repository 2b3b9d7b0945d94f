"""A new officer is given the past: content keys wrapped once more, on record (SPEC 4.4, 5.2).

Who was enrolled after something was sealed cannot open it, and a reader never skips. A head of
delegation or a registrar of the same party opens each such entry here, wraps its content key for
the new key, and says so in the log. The rules, all of them:

- Only what opened here is granted: a key that opens nothing would halt the other reader for good.
- What the key may open already is left alone, so a repeat makes nothing twice. Each statement has
  a name in the outbox, by key and first entry: two commands at a time make it once.
- Entries that do not open here are counted and told, never passed over in silence.
- Withdrawn and void entries need no key.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from paraph.client.channel.desk import Desk
from paraph.client.channel.seat import ATTEMPTS
from paraph.client.keys.vault import VaultContent
from paraph.client.log.outgoing import OutboxRow
from paraph.client.reading.opened import binding_of
from paraph.client.sending.sent import PENDING
from paraph.protocol import roles, signed
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import (
    InputError,
    OutOfTurnError,
    RefusedError,
    UnavailableError,
    UnreadableError,
)
from paraph.protocol.keys import SealingPublicKey
from paraph.protocol.names import ChannelId, KeyId
from paraph.protocol.sealed import wrap_for
from paraph.protocol.state import Entry
from paraph.protocol.statements.clear import Grant, GrantedWrap
from paraph.protocol.statements.envelope import ClearContent, SealedContent
from paraph.protocol.trust import Member
from paraph.protocol.wire import MAX_PIPELINED

MOST_WRAPS: Final = 45
"""Wraps in one grant: more would not fit into an envelope (SPEC 5.2)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Granted:
    """What became of giving the past to a key.

    Attributes:
        entries: Indices granted by *statements*.
        unopened: Indices wanted that do not open at this home.
        statements: The grants made now, and those that waited, as the outbox has them.
        halt: The first entry that stays closed to the key; ``None`` if it may read everything.
    """

    entries: tuple[int, ...]
    unopened: tuple[int, ...]
    statements: tuple[OutboxRow, ...]
    halt: int | None

    @property
    def is_logged(self) -> bool:
        """Whether a proof that each grant stands in the log was verified."""
        return all(row.state is Delivery.LOGGED for row in self.statements)


def granting_role(content: VaultContent, channel: ChannelId) -> str:
    """Return the role of this home's key that may say a grant in *channel*.

    Raises:
        RefusedError: Code ``role``: there is none.
    """
    held = [
        key
        for key in content.held(channel)
        if roles.may(key.role, "grant") and key.state != "retired"
    ]
    if not held:
        allowed = " or ".join(sorted(roles.MAY["grant"]))
        raise RefusedError(
            f"expected a key of a {allowed} at this home",
            code="role",
            hint="paraph member add --self --role head_of_delegation, then the same command again"
            if content.roots
            else f"a colleague with a key of a {allowed} runs the command",
        )
    return max(held, key=lambda key: (key.state == "enrolled", key.not_after)).role


def find_recipient(desk: Desk, text: str) -> Member:
    """Return the one living key of the own party that *text* means: a role, or the start of an id.

    Raises:
        InputError: None, or several.
    """
    trust, log_time = desk.replica.log.trust, desk.replica.log.log_time
    wanted = text.lower()
    found = [
        member
        for member in trust.members()
        if member.party == desk.party
        and (member.role == wanted if wanted in roles.ROLES else member.id.hex().startswith(wanted))
    ]
    living = [
        member
        for member in found
        if member.sealing is not None and trust.is_recipient(member.sealing.id, log_time)
    ]
    if len(living) == 1 and wanted:
        return living[0]
    if found and not living:
        raise InputError(
            "expected a key in force, this one has ended",
            code="key-ended",
            hint="enrol a new key first: paraph member add",
        )
    named = ", ".join(f"{each.role} {each.id.hex()[:16]}" for each in living)
    raise InputError(
        f"expected one key of {desk.party}, found {named or 'none'}",
        code="recipient",
        hint="give the start of a key's id: paraph member list shows them",
    )


def _untold(done: int, total: int) -> None:
    pass


async def grant(
    desk: Desk,
    recipient: Member,
    *,
    start: int = 0,
    tick: Callable[[int, int], None] = _untold,
) -> Granted:
    """Give *recipient* every entry from *start* on that is closed to it and opens here.

    Args:
        desk: Of a key that may say a grant, synced.
        recipient: A key of the same party.
        start: Entries below this stay as they are.
        tick: Called with how many entries are done, of how many.

    Returns:
        What was made. If the relay did not answer, grants wait in the outbox: the next sync of
        this key sends them, and a repeat goes on.

    Raises:
        RefusedError: Not for this role, not for that key, or a grant can never be placed.
        OutOfTurnError: An exclusive statement of this key is on its way.
    """
    roles.require(desk.role, "grant")
    log = desk.replica.log
    sealing = recipient.sealing
    if (
        sealing is None
        or recipient.party != desk.party
        or not log.trust.is_recipient(sealing.id, log.log_time)
    ):
        raise RefusedError("expected a key of one's own party, in force", code="recipients")
    made = [row for row in desk.outbox.pending() if _granted_by([row], sealing.id)]
    closed = set(_closed(desk, sealing.id))
    wanted = sorted(each for each in closed - _granted_by(made, sealing.id) if each >= start)
    unopened: list[int] = []
    batch: list[GrantedWrap] = []
    reached = True
    for done, index in enumerate(wanted, start=1):
        wrap = _wrap(desk, desk.replica.entry(index), sealing)
        if wrap is None:
            unopened.append(index)
        else:
            batch.append(wrap)
        if batch and (len(batch) == MOST_WRAPS or done == len(wanted)):
            made.append(_keep(desk, batch, sealing.id))
            batch = []
            if len(made) % MAX_PIPELINED == 0 and not (reached := await _send(desk)):
                break
        tick(done, len(wanted))
    if batch:  # the last ones did not open
        made.append(_keep(desk, batch, sealing.id))
    if reached and made:
        await _send(desk)
    statements = _outcome(desk, made)
    given = _granted_by(statements, sealing.id)
    return Granted(
        entries=tuple(sorted(given)),
        unopened=tuple(unopened),
        statements=statements,
        halt=min(closed - given, default=None),
    )


def _closed(desk: Desk, key: KeyId) -> Iterator[int]:
    # A dispute says that the party's wraps were duds: a grant cures it (SPEC 4.4).
    log = desk.replica.log
    for entry in desk.replica.entries():
        sealed = entry.statement is not None and isinstance(entry.statement.content, SealedContent)
        if entry.void or not sealed or entry.index in log.annulled:
            continue
        if not desk.reader.opens_for(entry, key) or (
            desk.party in log.disputes.get(entry.index, ())
            and not desk.reader.is_granted(entry.index, key)
        ):
            yield entry.index


def _granted_by(rows: Iterable[OutboxRow], key: KeyId) -> set[int]:
    found: set[int] = set()
    for row in rows:
        content = signed.read(row.envelope).statement.content
        if isinstance(content, ClearContent) and isinstance(content.payload, Grant):
            found |= {each.entry for each in content.payload.wraps if each.recipient == key}
    return found


def _wrap(desk: Desk, entry: Entry, key: SealingPublicKey) -> GrantedWrap | None:
    statement = entry.statement
    assert statement is not None
    assert isinstance(statement.content, SealedContent)
    try:
        content_key = desk.reader.content_key(entry)
    except UnreadableError:
        return None
    wrap = wrap_for(content_key, binding_of(statement, statement.content), key)
    return GrantedWrap(entry=entry.index, recipient=key.id, wrap=wrap)


def _keep(desk: Desk, batch: Sequence[GrantedWrap], key: KeyId) -> OutboxRow:
    tag = f"grant-{key.hex()}-{batch[0].entry}"
    try:
        return desk.outbox.prepare_clear(Grant(wraps=tuple(batch)), tag=tag)
    except OutOfTurnError:
        row = desk.outbox.tagged(tag)  # another command of this home was first
        if row is None:
            raise
        return row


async def _send(desk: Desk) -> bool:
    try:
        await desk.outbox.send(await desk.relay(), attempts=ATTEMPTS)
    except UnavailableError:
        return False
    return True


def _outcome(desk: Desk, made: Iterable[OutboxRow]) -> tuple[OutboxRow, ...]:
    rows = tuple(desk.outbox.row(each.id) or each for each in made)
    for row in rows:
        if row.state not in PENDING | {Delivery.LOGGED}:
            raise RefusedError(
                f"a grant can never be placed: {row.reason}",
                code=row.reason or "unplaceable",
                hint="run the command again: what was placed is not made twice",
            )
    return rows
