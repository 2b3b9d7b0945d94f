"""Write sealed.json, the vectors of SPEC 4: ``python -m tests.vectors.make_sealed``.

HPKE and Cobblestone-256 draw their own randomness, so these vectors are for opening only.
``recheck_sealed.py`` reads the file without our code.
"""

from __future__ import annotations

import base64
import json
import pathlib

from paraph.protocol.names import ChannelId, KeyId
from paraph.protocol.sealed import AttachmentSealer, SealingKey, seal

CHANNEL, SENDER = ChannelId(bytes(range(32))), KeyId(bytes(range(32, 64)))
SALT, RECORD = bytes(range(64, 96)), b"The parties shall notify each other of every flight."
ATTACHMENT_KEY, ATTACHMENT_ID, PLAINTEXT = bytes(range(96, 128)), bytes(range(16)), b"a map\n"


def main() -> None:
    readers = sorted(
        (SealingKey.from_seed(bytes([number]) * 96) for number in (1, 2, 3)),
        key=lambda each: each.public.id,
    )
    sealed = seal(
        RECORD,
        SALT,
        channel=CHANNEL,
        sender=SENDER,
        sequence=7,
        version=1,
        type_="sealed",
        recipients=[each.public for each in readers],
    )
    sealer = AttachmentSealer(
        ATTACHMENT_KEY, channel=CHANNEL, sender=SENDER, id_=ATTACHMENT_ID, size=len(PLAINTEXT)
    )
    attachment = sealer.update(PLAINTEXT) + b"".join(sealer.finish())
    written = {
        "about": "SPEC 4; base64; the seeds are published ones: never use them",
        "channel": encoded(CHANNEL),
        "sender": encoded(SENDER),
        "sequence": 7,
        "version": 1,
        "type": "sealed",
        "seeds": [encoded(each.seed) for each in readers],
        "recipients": [encoded(each) for each in sealed.recipients],
        "public keys": [encoded(each.public.raw) for each in readers],
        "salt": encoded(SALT),
        "record": encoded(RECORD),
        "commitment": encoded(sealed.commitment),
        "content key": encoded(sealed.content_key),
        "body": encoded(sealed.body),
        "attachment": {
            "key": encoded(ATTACHMENT_KEY),
            "id": encoded(ATTACHMENT_ID),
            "plaintext": encoded(PLAINTEXT),
            "ciphertext": encoded(attachment),
        },
    }
    path = pathlib.Path(__file__).with_name("sealed.json")
    path.write_text(json.dumps(written, indent=1) + "\n", "utf-8")


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


if __name__ == "__main__":
    main()
