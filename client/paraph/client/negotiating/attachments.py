"""Attachments of statements: sealing files for one, listing and saving those of another (SPEC 4.6).

A file is sealed and opened in pieces, never whole in memory. The name that a peer gave a file is
words to show: what is made of it here is at most the last part of a path in a folder that the
user chose, and nothing that is there is written over unasked.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from paraph.client.channel.desk import Desk
from paraph.client.files import told_by_system
from paraph.client.reading.held import refusal
from paraph.client.sending.staging import open_attachment, seal_attachment
from paraph.client.sending.uploads import PART
from paraph.protocol.buckets import sealed_attachment_size
from paraph.protocol.errors import InputError, RefusedError
from paraph.protocol.names import KeyId
from paraph.protocol.sentences import worded
from paraph.protocol.state import Entry
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.envelope import Attachment, SealedContent
from paraph.protocol.statements.header import AttachmentKey

MOST_NAME: Final = 200
MOST_SUFFIX: Final = 10
_FORBIDDEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f/\\:*?\"<>|\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Plain:
    """A file as it is before it is sealed: what tells whether two are the same."""

    name: str
    size: int
    digest: bytes


def plain_of(path: Path) -> Plain:
    """Read a file to its end and return what it is.

    Raises:
        InputError: It cannot be read.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while piece := file.read(PART):
                digest.update(piece)
                size += len(piece)
    except OSError as error:
        raise InputError(
            worded("cannot read %(path)s: %(strerror)s", path=path, strerror=told_by_system(error))
        ) from error
    return Plain(shown_name(path.name), size, digest.digest())


def shown_name(name: str) -> str:
    """Return what a file is called in a statement: no path, no character that a header refuses."""
    return safe_name(name) or "attachment"


def require_room(desk: Desk, content: Content, paths: Sequence[Path]) -> None:
    """Refuse, before anything is sealed, what the charter does not allow.

    Raises:
        InputError: A file is not there.
        RefusedError: Code ``oversize``.
    """
    limits = desk.replica.log.charter.limits
    if len(content.header.attachments) + len(paths) > limits.attachments:
        raise RefusedError(
            worded(
                "expected at most %(attachments)s attachments of a statement",
                attachments=limits.attachments,
            ),
            code="oversize",
            hint="send the others with another statement",
        )
    for path in paths:
        try:
            size = path.stat().st_size
        except OSError as error:
            raise InputError(
                worded(
                    "cannot read %(path)s: %(strerror)s", path=path, strerror=told_by_system(error)
                )
            ) from error
        if sealed_attachment_size(size) > limits.attachment_bytes:
            raise RefusedError(
                worded(
                    "%(path)s has %(size)s bytes, more than this channel takes in one attachment",
                    path=path,
                    size=size,
                ),
                code="oversize",
                hint="send it in several files",
            )


def attach(desk: Desk, content: Content, paths: Sequence[Path]) -> Content:
    """Return *content* with *paths* sealed into this channel's folder and their keys in it.

    Raises:
        InputError: A file cannot be read, or changed while it was.
        RefusedError: Code ``oversize``.
    """
    if not paths:
        return content
    require_room(desk, content, paths)
    keys = list(content.header.attachments)
    for path in paths:
        _, key = seal_attachment(desk.replica.bodies, desk.channel, desk.outbox.key, path)
        keys.append(dataclasses.replace(key, name=shown_name(path.name)))
    header = dataclasses.replace(content.header, attachments=tuple(sorted(keys)))
    return dataclasses.replace(content, header=header)


@dataclasses.dataclass(frozen=True, slots=True)
class Enclosed:
    """An attachment of a placed statement.

    Attributes:
        number: 1, 2, 3 ... in the order of the statement.
        listed: From the statement: digest and size of the blob.
        key: From the content: what opens it.
        is_here: Whether the whole blob is on this disk.
    """

    number: int
    listed: Attachment
    key: AttachmentKey
    is_here: bool

    @property
    def suggestion(self) -> str:
        """A file name made from the author's, safe to use in a folder of the user's choice."""
        return safe_name(self.key.name) or f"attachment-{self.number}"


def of_statement(desk: Desk, statement: bytes) -> tuple[Enclosed, ...]:
    """Return the attachments of a statement; none of what waits to be placed, or has none."""
    index = desk.replica.index_of(statement)
    opened = desk.screen.again(index) if index is not None else None
    if opened is None or opened.content is None or not opened.content.header.attachments:
        return ()
    return enclosed(desk, opened.entry)


def enclosed(desk: Desk, entry: Entry) -> tuple[Enclosed, ...]:
    """Return the attachments of a placed statement.

    Raises:
        InputError: It is not one that could be opened here.
        RefusedError: Code ``key-held``: its key is to be accepted first.
    """
    why = desk.screen.held.why_entry(entry)
    if why is not None:
        raise refusal(why)
    _, opened = next(desk.entries(entry.index), (entry, None))
    content = opened.content if opened is not None else None
    statement = entry.statement
    if content is None or statement is None or not isinstance(statement.content, SealedContent):
        raise InputError(
            worded("entry %(index)s is not a statement that was opened here", index=entry.index),
            code="unknown-statement",
            hint="paraph log shows what was opened",
        )
    pairs = zip(statement.content.attachments, content.header.attachments, strict=True)
    return tuple(
        Enclosed(number, listed, key, desk.replica.bodies.attachment(listed.digest).exists())
        for number, (listed, key) in enumerate(pairs, 1)
    )


def save(desk: Desk, entry: Entry, chosen: Enclosed, target: Path, *, force: bool = False) -> Path:
    """Open an attachment into a file that appears only when every byte of it is verified.

    Args:
        desk: Whose.
        entry: The statement.
        chosen: Of :func:`enclosed`.
        target: A file, or a folder in which the suggested name is used.
        force: Write over a file that is there.

    Returns:
        Where it is.

    Raises:
        InputError: It is not here yet, or there is a file of that name.
        PeerError: It is not the attachment of this statement.
    """
    path = target / chosen.suggestion if target.is_dir() else target
    if path.is_symlink() or (path.exists() and not (force and path.is_file())):
        raise InputError(
            worded("expected no file at %(path)s", path=path),
            code="file-exists",
            hint="give another -o, or --force",
        )
    if not chosen.is_here:
        raise InputError(
            "the attachment is not on this disk yet", code="body-missing", hint="paraph sync"
        )
    member = entry.member
    assert member is not None  # it was opened, so its sender is known
    sender = KeyId(member.id)
    bodies, listed = desk.replica.bodies, chosen.listed
    if force:
        open_attachment(bodies, desk.channel, sender, listed, chosen.key, path)
        return path
    whole = path.with_name(f".{secrets.token_hex(8)}.whole")
    open_attachment(bodies, desk.channel, sender, listed, chosen.key, whole)
    try:
        os.link(whole, path)  # unlike a rename it never takes the place of another file
    except OSError as error:
        raise InputError(
            worded("cannot write %(path)s: %(strerror)s", path=path, strerror=told_by_system(error))
        ) from error
    finally:
        whole.unlink(missing_ok=True)
    return path


def safe_name(name: str) -> str:
    """Return the last part of *name* without what a file system or a terminal would obey.

    It begins with no dot or dash, is no device, has at most 200 bytes; empty if nothing is left.
    """
    last = re.split(r"[/\\]", name.encode("utf-8", "ignore").decode())[-1]
    plain = _FORBIDDEN.sub("", last).strip(" .").lstrip("-")
    if _RESERVED.fullmatch(plain):
        plain = f"_{plain}"
    stem, dot, suffix = plain.rpartition(".")
    if not dot or len(suffix) > MOST_SUFFIX:
        stem, dot, suffix = plain, "", ""
    room = MOST_NAME - len((dot + suffix).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + suffix
