"""What is about to leave, what keeps it back, and what a person may do about it (SPEC 7.18).

The command line and the desk in the browser share this. :func:`look_over` reads and computes: it
says nothing anywhere. What follows is a person's own act, one function each: ask for clearance,
confirm an authority, let it leave. Nobody is asked here, and nothing is printed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from paraph.client.channel.desk import Desk
from paraph.client.keys.home import Home
from paraph.client.negotiating import attachments, chancery, clearance, leaks, oddities
from paraph.client.negotiating.attachments import Plain
from paraph.client.negotiating.clearance import Judgement
from paraph.client.negotiating.oddities import Oddity
from paraph.client.sending.sent import Sent
from paraph.protocol import roles
from paraph.protocol.errors import InputError, RefusedError
from paraph.protocol.sentences import coded, worded
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import AcknowledgementGiven
from paraph.protocol.statements.internal import CONFIRMED, ClearanceGiven, MandateSet

Lack = Literal["leak", "refused", "release", "authority"]


@dataclasses.dataclass(frozen=True, slots=True)
class Missing:
    """One thing that keeps words from leaving.

    Attributes:
        code: ``leak``: they name what stands in the internal channel, and never leave;
            ``refused``: a clearance of exactly these words was; ``release``, ``authority``: they
            wait for it.
        words: What it is, in words.
        by: Roles that can give it; empty where other words are the only way.
    """

    code: Lack
    words: str
    by: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Outlook:
    """What would leave, and what is said of it.

    Attributes:
        contents: The records, in their order.
        files: Files that are to be sealed with the last of them.
        plain: The same, as they are before they are sealed.
        judged: What mandate and clearances say.
        odd: What somebody should look at first; forbids nothing.
        leaks: What in it names the internal channel.
        has_internal: Whether this home has an internal channel to ask in.
    """

    contents: tuple[Content, ...]
    files: tuple[Path, ...]
    plain: tuple[Plain, ...]
    judged: Judgement
    odd: tuple[Oddity, ...]
    leaks: tuple[str, ...]
    has_internal: bool

    @property
    def leaving(self) -> tuple[Content, ...]:
        """The records that would leave: as they were cleared, where they were asked for."""
        return self.judged.cleared or self.contents

    @property
    def unsealed(self) -> tuple[Plain, ...]:
        """Files that are still to be sealed: none where the cleared records hold them."""
        return () if self.judged.cleared else self.plain

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd, and what internal words stand in it: sentences to look at first."""
        return (*(each.words for each in self.odd), *self.judged.traces)

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What keeps it from leaving now; empty if nothing does."""
        found = [Missing("leak", each) for each in self.leaks[:1]]
        return (*found, *(self._missing(each) for each in self.judged.lacks))

    @property
    def may_leave(self) -> bool:
        """Whether nothing keeps it from leaving now."""
        return not self.leaks and not self.judged.lacks

    @property
    def number(self) -> int:
        """Number of the newest clearance asked for exactly these words; 0 if none was."""
        return self.judged.clearance.number if self.judged.clearance is not None else 0

    @property
    def is_asked(self) -> bool:
        """Whether a clearance of exactly these words was asked for and was not refused."""
        found = self.judged.clearance
        return found is not None and found.standing != "refused"

    def _missing(self, lack: str) -> Missing:
        if lack == "refused":
            return Missing(
                "refused",
                worded(
                    "clearance %(number)s of exactly these words was refused", number=self.number
                ),
            )
        if lack == "authority":
            named = roles.all_named(self.judged.authority)
            words = worded("confirmation by %(authority)s", authority=named)
            return Missing("authority", words, self.judged.authority)
        return Missing("release", worded("a release"))

    def refusal(self) -> RefusedError:
        """Return why it does not leave now, and what to do; only where something is missing."""
        first = self.missing[0]
        if first.code == "leak":
            return RefusedError(
                worded("this never leaves: %(words)s", words=first.words),
                code="internal-leak",
                hint="take the reference out: the other side must not know that it exists",
            )
        if first.code == "refused":
            return RefusedError(
                first.words,
                code="not-cleared",
                hint=worded(
                    "paraph clear show %(number)s tells why; other words may be asked for anew",
                    number=self.number,
                ),
            )
        if not self.has_internal:
            hint = worded('nothing was sent. When it is confirmed: --authority-confirmed "WHO"')
        elif not self.number:
            hint = worded("nothing was sent. The same command with --ask asks for it")
        else:
            hint = worded(
                "nothing was sent. Clearance %(number)s is asked for: paraph clear list",
                number=self.number,
            )
        what = tuple(each.words for each in self.missing)
        return RefusedError(
            worded("this needs %(what)s first", what=what), code="not-cleared", hint=hint
        )


def needs_no_look(desk: Desk, contents: Sequence[Content]) -> bool:
    """Tell whether nobody looks at it first: it stays inside, or is a receipt without words."""
    if desk.state.internal:
        return True
    first = contents[0]
    return isinstance(first, AcknowledgementGiven) and not first.reason


def look_over(
    desk: Desk,
    contents: tuple[Content, ...],
    inner: Desk | None,
    mandate: MandateSet | None,
    files: Sequence[Path] = (),
) -> Outlook:
    """Return what would leave if *contents* were said now, and what is said of it.

    Args:
        desk: In the shared channel.
        contents: The records.
        inner: In the internal channel, read; nothing where this home has none.
        mandate: One that is kept in this home alone; the internal channel's goes before it.
        files: To be sealed with the last record.

    Raises:
        InputError: A file cannot be read.
        RefusedError: Code ``oversize``: more files, or larger ones, than the charter allows.
    """
    plain = tuple(attachments.plain_of(path) for path in files)
    attachments.require_room(desk, contents[-1], files)
    within = inner.state if inner is not None else None
    judged = clearance.judge(desk, contents, within, mandate, plain)
    return Outlook(
        contents=contents,
        files=tuple(files),
        plain=plain,
        judged=judged,
        odd=oddities.odd(desk.state, contents),
        leaks=leaks.ids(within, contents) if within is not None else (),
        has_internal=inner is not None,
    )


async def ask(desk: Desk, outlook: Outlook, inner: Desk | None) -> Sent:
    """Ask in the internal channel that exactly these bytes may leave.

    Raises:
        InputError: Codes ``no-internal-channel``; ``asked-before``.
        RefusedError: Code ``internal-leak``.
    """
    if outlook.leaks:
        raise outlook.refusal()
    if inner is None:
        raise chancery.no_internal_channel()
    found = outlook.judged.clearance
    if found is not None and found.standing != "refused":
        raise InputError(
            worded(
                "clearance %(number)s was asked for these words and is %(standing)s",
                number=found.number,
                standing=coded("clearing", found.standing),
            ),
            code="asked-before",
            hint="paraph clear list",
        )
    return (await _asked(desk, outlook, inner))[1]


async def _asked(desk: Desk, outlook: Outlook, inner: Desk) -> tuple[tuple[Content, ...], Sent]:
    whole = _attached(desk, outlook)
    return whole, await inner.say(clearance.asking(whole, desk, inner, outlook.judged))


def _attached(desk: Desk, outlook: Outlook) -> tuple[Content, ...]:
    *before, last = outlook.contents
    return (*before, attachments.attach(desk, last, outlook.files))


def may_confirm(outlook: Outlook, inner: Desk | None) -> bool:
    """Tell whether an authority may be confirmed at this desk: nothing else is missing.

    Without an internal channel it is noted in the home on whose word; with one, this desk's own
    role is the authority.
    """
    if outlook.leaks or outlook.judged.lacks != ("authority",):
        return False
    return inner is None or inner.role in outlook.judged.authority


async def confirm_authority(
    desk: Desk, outlook: Outlook, inner: Desk | None, who: str, home: Home, at: int
) -> Outlook:
    """Confirm the trip words on somebody's word; return the outlook after it.

    Args:
        desk: In the shared channel.
        outlook: What would leave.
        inner: In the internal channel; nothing where this home has none.
        who: On whose word; never sent to the other side.
        home: Where it is noted without an internal channel.
        at: POSIX ms.

    Raises:
        RefusedError: Codes ``internal-leak``, ``not-cleared``: not at this desk, or more is
            missing.
    """
    if not may_confirm(outlook, inner):
        raise outlook.refusal()
    judged = outlook.judged
    if inner is None:
        chancery.note_authority(home, who, desk.channel, judged.hits, at)
        return dataclasses.replace(outlook, judged=dataclasses.replace(judged, hits=()))
    if judged.clearance is not None:
        whole, asked = judged.cleared, judged.clearance.statement
    else:
        whole, sent = await _asked(desk, outlook, inner)
        asked = sent.id
    said = ClearanceGiven(
        header=inner.header(outlook.contents[-1].header.negotiation),
        asked=asked,
        step=CONFIRMED,
        note=who,
    )
    await inner.say(said)
    return dataclasses.replace(outlook, judged=dataclasses.replace(judged, hits=(), cleared=whole))


def let_leave(desk: Desk, outlook: Outlook) -> tuple[Content, ...]:
    """Seal the files, and return the records that may now be said, in their order.

    Raises:
        RefusedError: Codes ``internal-leak``, ``not-cleared``: something is missing.
        InputError: A file cannot be read, or changed while it was.
    """
    if not outlook.may_leave:
        raise outlook.refusal()
    return outlook.judged.cleared or _attached(desk, outlook)
