"""A draft becomes the records that table it: a version, after the opening of its negotiation."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import cast

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.negotiating import drafting, linting, positions
from paraph.client.sending.sent import Sent
from paraph.client.writing import composing, drafts
from paraph.client.writing.blocks import Block
from paraph.client.writing.composing import Manner, VersionDraft
from paraph.client.writing.drafts import Draft, Opening
from paraph.protocol import roles
from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.negotiation.state import State
from paraph.protocol.sentences import counted
from paraph.protocol.statements.content import Content


def read(path: Path) -> Block | Path:
    """Read a draft as far as that needs no channel: YAML and JSON here, an edited file later.

    Raises:
        InputError: The file cannot be read.
        RefusedError: Code ``oversize``.
    """
    return path if linting.is_edited(path) else drafts.read(path)


def compose(
    desk: Desk,
    written: Block | Path,
    negotiation: bytes | None,
    *,
    parent: str = "",
    branch: bool = False,
    manner: Manner,
    anew: bool = False,
) -> tuple[Content, ...]:
    """Return what a draft says: a version, after the opening of its negotiation if that is new.

    Args:
        desk: Who says it.
        written: From :func:`read`.
        negotiation: Which one, if named.
        parent: ``head``, or what names a version; empty for what the file says.
        branch: Whether it may begin another line beside the head.
        manner: What the headers say.
        anew: Open a negotiation although there is one of this title.

    Raises:
        OutOfTurnError: Codes ``parent-not-head``; ``negotiation-exists``: of this title there is
            one with a text already; ``reopens-agreed``: without a reason.
        InputError: It does not fit what stands in the log.
    """
    if isinstance(written, Path):
        file = drafting.read(written, desk.state.languages)
        checked = drafting.check(file, desk.state)
        draft, opening = checked.draft, checked.opening
        if negotiation is None and file.negotiation:
            negotiation = bytes.fromhex(file.negotiation)
        if parent and not draft.clauses:
            draft = dataclasses.replace(draft, parents=_named(desk, parent))
    else:
        read_ = drafts.parse(written, desk.replica.log.charter.languages)
        draft, opening = _version(desk, read_, parent or read_.parent), read_.opening
        if read_.dated and not manner.dated:
            manner = dataclasses.replace(manner, dated=read_.dated)
    state, before = desk.state, cast("tuple[Content, ...]", ())
    if opening is not None and negotiation is None:
        negotiation = None if anew else opened_before(state, opening)
        if negotiation is None:
            first = composing.opened(desk.header(composing.new_negotiation(), manner), opening)
            state, before = desk.foresee(state, first), (first,)
            negotiation = first.header.negotiation
    roles.require(desk.role, "table")
    identity = composing.choose_negotiation(state, negotiation)
    draft = dataclasses.replace(draft, branch=branch)
    content, text = composing.tabled(state, desk.header(identity, manner), draft, desk.party)
    desk.foresee(state, content)  # what a frozen text refuses, no reason lets through
    positions.require_reasons(state, content, text)
    return (*before, content)


def _named(desk: Desk, parent: str) -> tuple[bytes, ...]:
    return () if parent == drafts.HEAD else (views.find(desk, parent).id,)


def _version(desk: Desk, draft: Draft, parent: str) -> VersionDraft:
    return VersionDraft(
        clauses=draft.clauses,
        operations=draft.operations,
        parents=() if draft.clauses else _named(desk, parent),
        kind=draft.kind,
        author=draft.author,
        round=draft.round,
        language_status=draft.language_status,
    )


async def send(
    desk: Desk, contents: tuple[Content, ...], *, exclusive: bool, precedence: str
) -> Sent:
    """Let *contents* through the door together, and say them in their order."""
    if desk.door is not None:
        contents = await desk.door(desk, contents)
    for content in contents[:-1]:
        await desk.say(content)
    return await desk.say(contents[-1], exclusive=exclusive, precedence=precedence)


def opened_before(state: State, opening: Opening) -> bytes | None:
    """Return the negotiation that a repeated command has opened: of these titles, without a text.

    Raises:
        OutOfTurnError: Code ``negotiation-exists``: there is one with a text.
    """
    for identity, talks in state.negotiations.items():
        titles = {each.language: each.words for each in talks.opened.titles} if talks.opened else {}
        if titles != opening.titles:
            continue
        if not talks.heads:
            return identity
        raise OutOfTurnError(
            counted(
                talks.versions_counted,
                "a negotiation of this title is open, with %(n)s version of its text",
                "a negotiation of this title is open, with %(n)s versions of its text",
            ),
            code="negotiation-exists",
            hint="nothing was sent. paraph draft new begins one on its head; or open another of"
            " the same title on purpose with --new",
        )
    return None
