"""Attachments: sealed into this channel's folder, staged at the relay in parts (SPEC 4.6, 8.3)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from paraph.client.files import PRIVATE_FILE, sync_folder, told_by_system
from paraph.client.log.bodies import Bodies
from paraph.client.sending.uploads import PART, upload
from paraph.protocol.buckets import sealed_attachment_size
from paraph.protocol.errors import InputError, RefusedError
from paraph.protocol.names import ChannelId, Digest, KeyId
from paraph.protocol.relay import RelayChannel
from paraph.protocol.sealed import (
    ATTACHMENT_ID_SIZE,
    AttachmentOpener,
    AttachmentSealer,
    attachment_key,
)
from paraph.protocol.sentences import worded
from paraph.protocol.statements.envelope import Attachment, SealedContent
from paraph.protocol.statements.header import AttachmentKey, ContentHeader


def seal_attachment(
    bodies: Bodies, channel: ChannelId, sender: KeyId, source: Path
) -> tuple[Attachment, AttachmentKey]:
    """Seal a file piece by piece into the channel's folder.

    Returns:
        What the statement lists, and what the content's header holds to open it.

    Raises:
        InputError: The file cannot be read, or changed while it was.
    """
    identity, key = secrets.token_bytes(ATTACHMENT_ID_SIZE), attachment_key()
    part = bodies.attachment(identity).with_suffix(".sealing")
    try:
        with (
            source.open("rb") as plain,
            os.fdopen(
                os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE), "wb"
            ) as out,
        ):
            size = os.fstat(plain.fileno()).st_size
            sealer = AttachmentSealer(key, channel=channel, sender=sender, id_=identity, size=size)
            left = size
            while left and (piece := plain.read(min(PART, left))):
                out.write(sealer.update(piece))
                left -= len(piece)
            if left or plain.read(1):
                raise InputError(
                    worded("%(source)s changed while it was read", source=source), hint="try again"
                )
            for piece in sealer.finish():
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        path = bodies.attachment(sealer.digest)
        part.rename(path)
        sync_folder(path.parent)
    except OSError as error:
        raise InputError(
            worded(
                "cannot read %(source)s: %(strerror)s",
                source=source,
                strerror=told_by_system(error),
            )
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return Attachment(digest=sealer.digest, size=sealer.size), AttachmentKey(
        blob=sealer.digest,
        identity=identity,
        key=key,
        name=source.name,
        size=size,
        digest=sealer.plain_digest,
    )


def listed(header: ContentHeader) -> tuple[Attachment, ...]:
    """Return what the statement around a record lists: the blobs that its header opens."""
    return tuple(
        Attachment(digest=each.blob, size=sealed_attachment_size(each.size))
        for each in header.attachments
    )


def open_attachment(
    bodies: Bodies,
    channel: ChannelId,
    sender: KeyId,
    listed: Attachment,
    key: AttachmentKey,
    target: Path,
) -> None:
    """Open an attachment that is on this disk into *target*, which appears only when all is right.

    Args:
        bodies: The channel's blobs.
        channel: The statement's channel.
        sender: The statement's sender.
        listed: From the statement.
        key: From the content.
        target: Chosen by the user: the name in the content is never a path.

    Raises:
        InputError: It is not here, or *target* cannot be written.
        PeerError: It is not the attachment of this statement.
    """
    opener = AttachmentOpener(
        key.key,
        channel=channel,
        sender=sender,
        id_=key.identity,
        digest=Digest(listed.digest),
        size=listed.size,
        plain_digest=Digest(key.digest),
    )
    part = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with (
            bodies.attachment(listed.digest).open("rb") as sealed,
            os.fdopen(
                os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE), "wb"
            ) as out,
        ):
            while piece := sealed.read(PART):
                out.write(opener.update_unverified(piece))
            out.write(opener.finalize())
        part.rename(target)
    except OSError as error:
        raise InputError(
            worded("cannot open the attachment: %(strerror)s", strerror=told_by_system(error))
        ) from error
    finally:
        part.unlink(missing_ok=True)


async def stage_attachments(relay: RelayChannel, bodies: Bodies, content: SealedContent) -> None:
    """Bring every attachment of a statement to the relay; go on where an earlier try ended.

    Raises:
        RefusedError: The relay does not take it.
        UnavailableError: The connection failed, or a part was lost on its way.
    """
    for each in content.attachments:
        await stage_file(relay, Digest(each.digest), bodies.attachment(each.digest))


async def stage_file(relay: RelayChannel, digest: Digest, path: Path) -> None:
    """Stage one blob from a file."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise RefusedError("an attachment is missing on this disk", code="not-staged") from error
    with file:

        def part(offset: int, most: int) -> bytes:
            file.seek(offset)
            return file.read(most)

        await upload(relay, digest, os.fstat(file.fileno()).st_size, part)
