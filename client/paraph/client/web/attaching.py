"""Files that go with what a person means to say: sealed at once, plain nowhere.

What the browser hands over is kept as the sealed file, in the folder of its channel, and its key
in the record.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator

from paraph.client.negotiating import attachments
from paraph.client.web import passing
from paraph.client.web.acts import Act
from paraph.client.web.leaving import desk_of
from paraph.client.web.office import Office
from paraph.protocol.errors import RefusedError


async def attach(office: Office, act: Act, name: str, pieces: AsyncIterator[bytes]) -> None:
    """Seal a file for the last record: of its plain bytes nothing stays.

    Args:
        office: Unlocked.
        act: What is meant.
        name: As the person's machine calls the file; no path is made of it.
        pieces: Its bytes.

    Raises:
        RefusedError: Code ``oversize``.
    """
    desk = desk_of(office, act)
    most = desk.replica.log.charter.limits.attachment_bytes
    with passing.folder(office.home) as folder:
        path, size = folder / attachments.shown_name(name), 0
        with path.open("xb") as file:
            async for piece in pieces:
                size += len(piece)
                if size > most:
                    raise RefusedError(
                        "the file is larger than this channel takes in one attachment",
                        code="oversize",
                        hint="send it in several files",
                    )
                file.write(piece)
        async with office.speaking():
            *before, last = act.contents
            sealed = await asyncio.to_thread(attachments.attach, desk, last, [path])
            act.contents = (*before, sealed)


def detach(act: Act) -> None:
    """Take every file out of the last record again."""
    *before, last = act.contents
    header = dataclasses.replace(last.header, attachments=())
    act.contents = (*before, dataclasses.replace(last, header=header))
