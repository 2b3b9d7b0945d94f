"""Silence procedures as a desk opens, breaks, closes and shows them (SPEC 7.19)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.clock import when
from paraph.client.writing import composing
from paraph.protocol.errors import InputError, OutOfTurnError
from paraph.protocol.negotiation.fold.silence import subject_digest
from paraph.protocol.negotiation.state.silence import Silence
from paraph.protocol.sentences import NOTHING, Sentence, worded
from paraph.protocol.statements.header import ContentHeader, Mention
from paraph.protocol.statements.silence import SilenceBroken, SilenceClosed, SilenceOpened

_HOUR_MS = 3_600_000


def opened(
    desk: Desk, header: ContentHeader, version: bytes, cid: str, expires: int
) -> SilenceOpened:
    """Return the record that puts words under silence.

    Args:
        desk: Whose.
        header: The common header.
        version: Statement id of the version.
        cid: One of its clauses; empty for all of it.
        expires: Instant of expiry, POSIX ms.

    Raises:
        InputError: No such version or clause, or not enough time is left for an answer.
    """
    state = desk.state
    found = composing.version_of(composing.negotiation_of(state, header.negotiation), version)
    least = state.log_time + state.silence_minimum
    if expires <= least:
        raise InputError(
            worded(
                "expected an expiry after %(least)s: log time and the %(hours)s hours that the"
                " charter asks for after receipt",
                least=when(least),
                hours=f"{state.silence_minimum / _HOUR_MS:g}",
            ),
            code="silence-too-short",
            hint="leave some hours more: it runs from the other side's receipt",
        )
    try:
        digest = subject_digest(found, cid)
    except OutOfTurnError as error:
        raise InputError(
            error.words, code=error.code, hint="paraph text show lists them"
        ) from error
    return SilenceOpened(header=header, version=version, cid=cid, digest=digest, expires=expires)


def broken(
    header: ContentHeader, silence: bytes, reason: str, amendment: tuple[Mention, ...] = ()
) -> SilenceBroken:
    """Return an objection.

    Raises:
        InputError: No reason is given.
    """
    if not reason.strip():
        raise InputError("expected a reason for the objection", code="reason")
    return SilenceBroken(header=header, silence=silence, reason=reason, amendment=amendment)


def closed(desk: Desk, header: ContentHeader, silence: bytes) -> SilenceClosed:
    """Return a closing over the newest head that this desk has verified.

    Raises:
        InputError: Log time is not past the expiry in it.
    """
    found = desk.state.silences.get(silence)
    if found is not None and found.ending is None and found.over_from is None and not found.late:
        raise InputError(
            worded(
                "log time is %(now)s, the expiry is %(expires)s",
                now=when(desk.state.log_time) or worded("not begun"),
                expires=when(found.content.expires),
            ),
            code="not-expired",
            hint="log time follows the heartbeats of both sides: close it after the next ones",
        )
    head = desk.replica.head
    return SilenceClosed(header=header, silence=silence, size=head.size, root=head.root)


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A silence procedure as the list shows it.

    Attributes:
        silence: The procedure.
        subject: What is under silence, as people call it.
        left: Milliseconds of log time until expiry; 0 from then on.
        unclosed: Parties whose closing is missing.
        held: Expired or received too late, and not adopted: said with why.
    """

    silence: Silence
    subject: Sentence
    left: int
    unclosed: tuple[str, ...]
    held: Sentence


def rows(desk: Desk) -> Iterator[Row]:
    """Yield every silence procedure of the channel, in the order of the log."""
    state = desk.state
    for silence in sorted(
        (each for _, each in state.silences.items()), key=lambda each: each.index
    ):
        content = silence.content
        name = views.name_of(desk, content.version)
        unclosed = tuple(code for code in state.parties if code not in silence.closings)
        held = NOTHING
        if silence.standing == "late":
            held = worded("received too late")
        elif silence.standing == "expired":
            held = worded("no closing by %(parties)s", parties=unclosed)
        yield Row(
            silence=silence,
            subject=worded("%(cid)s of %(version)s", cid=content.cid, version=name)
            if content.cid
            else worded("%(version)s", version=name),
            left=max(0, content.expires - state.log_time),
            unclosed=unclosed,
            held=held,
        )
