"""The text forms of notes, checkpoints and keys: bytes only, no cryptography (SPEC 6.3, 6.4).

A signed note is a text, an empty line, and signature lines; a checkpoint is a note whose text
is an origin, a size and a root. The forms are those of C2SP signed-note, tlog-checkpoint and
tlog-cosignature, each value in one form only: what was parsed encodes to the bytes it came from.
The stricter form of our own files is checked in :mod:`paraph.protocol.checkpoint`.
"""

from __future__ import annotations

import binascii
import dataclasses
import enum
import functools
import hashlib
import re
from typing import Final

from paraph.protocol.errors import MalformedError, UnsupportedError
from paraph.protocol.names import Digest
from paraph.protocol.tree import DIGEST_BYTES, EMPTY_ROOT

MAX_NOTE_BYTES: Final = 512 * 1024
"""Room for 100 lines of the longest kind (about 3,500 bytes) and a text."""
MAX_SIGNATURE_LINES: Final = 100
"""C2SP asks for at least 16; 100 is the common bound."""
MAX_NAME_BYTES: Final = 255
"""Names and origins are length-prefixed by one byte in the message of type 0x06."""
MAX_SIZE: Final = 2**63 - 1
MAX_TIME_S: Final = 2**63 - 1
KEY_ID_BYTES: Final = 4

_DASH: Final = "\N{EM DASH} ".encode()
_CONTROL: Final = re.compile(rb"[\x00-\x09\x0b-\x1f]")
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class KeyType(enum.IntEnum):
    """The signature types of C2SP that we make and check."""

    ED25519 = 0x01
    COSIGNATURE = 0x04
    MLDSA44 = 0x06


PUBLIC_KEY_BYTES: Final = {KeyType.ED25519: 32, KeyType.COSIGNATURE: 32, KeyType.MLDSA44: 1312}


def to_base64(data: bytes) -> str:
    """Return *data* in the standard alphabet, padded, on one line."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def from_base64(text: str) -> bytes:
    """Parse base64 of the standard alphabet with its padding, in its one canonical form.

    RFC 4648, section 3.5, leaves it to the reader whether unused bits must be zero. Here they
    must: type 0x06 does not sign the text, so a root written otherwise would pass unsigned.

    Raises:
        MalformedError: Another alphabet, white space, wrong padding, or unused bits that are set.
    """
    try:
        data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except ValueError as error:  # binascii.Error and UnicodeEncodeError are both
        raise MalformedError("expected base64 with padding") from error
    if to_base64(data) != text:  # also padding behind a complete group, which strict_mode forgives
        raise MalformedError("expected canonical base64")
    return data


def parse_decimal(text: str, most: int) -> int:
    """Parse a number in [0, *most*], ASCII digits without leading zeros.

    Raises:
        MalformedError: Another form, or larger than *most*.
    """
    if not _DECIMAL.fullmatch(text) or int(text) > most:
        raise MalformedError(f"expected a decimal number of at most {most}")
    return int(text)


def is_key_name(name: str) -> bool:
    """Tell whether *name* can name a key, and so can be an origin (SPEC 6.3).

    Not empty, at most 255 bytes of UTF-8, without white space, ``+`` and control characters.
    """
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        return False
    return length <= MAX_NAME_BYTES and _is_line_name(name) and all(c >= " " for c in name)


def _is_line_name(name: str) -> bool:
    # One split instead of a look at each character: notes are parsed for every entry.
    return "+" not in name and name.split() == [name]


def key_id(name: str, kind: KeyType, raw: bytes) -> bytes:
    """Return the four bytes that, with its name, identify a key (SPEC 6.3)."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + raw).digest()[:KEY_ID_BYTES]


def format_vkey(name: str, kind: KeyType, raw: bytes) -> str:
    """Return the one-line text of a public key: name, key id, type and key (SPEC 6.3)."""
    return f"{name}+{key_id(name, kind, raw).hex()}+{to_base64(bytes([kind]) + raw)}"


def parse_vkey(vkey: str) -> tuple[str, KeyType, bytes]:
    """Parse the one-line text of a public key.

    Returns:
        Name, type and raw key.

    Raises:
        MalformedError: Not the form, or the key id is not that of the key.
        UnsupportedError: A type of signature that we do not check.
    """
    parts = vkey.split("+", 2)  # base64 may hold a +, a name may not
    if len(parts) != 3 or not is_key_name(parts[0]):
        raise MalformedError("expected a key as name+id+base64")
    name, stated, encoded = parts
    tagged = from_base64(encoded)
    try:
        kind = KeyType(tagged[0] if tagged else 0)
    except ValueError as error:
        raise UnsupportedError("expected a key of type 0x01, 0x04 or 0x06") from error
    raw = tagged[1:]
    if len(raw) != PUBLIC_KEY_BYTES[kind]:
        raise MalformedError(f"expected a public key of {PUBLIC_KEY_BYTES[kind]} bytes")
    if stated != key_id(name, kind, raw).hex():
        raise MalformedError("expected the key id that belongs to the key")
    return name, kind, raw


@dataclasses.dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature line of a note.

    Attributes:
        name: Name of the key, as stated.
        key_id: Four bytes, as stated.
        signature: What follows the key id: for 0x04 and 0x06 it begins with eight bytes of time.
    """

    name: str
    key_id: bytes
    signature: bytes

    def encode(self) -> bytes:
        """Return the line with its newline, in the one canonical form."""
        return _DASH + f"{self.name} {to_base64(self.key_id + self.signature)}\n".encode()


@dataclasses.dataclass(frozen=True, slots=True)
class Note:
    """A signed note, parsed and not verified.

    Attributes:
        text: What is signed, with its last newline.
        lines: The signature lines.
    """

    text: bytes
    lines: tuple[SignatureLine, ...]

    def encode(self) -> bytes:
        """Return the note in the one canonical form."""
        return self.text + b"\n" + b"".join(line.encode() for line in self.lines)


@functools.lru_cache(maxsize=8)  # whoever takes in a head asks for its parts several times
def parse_note(data: bytes) -> Note:
    """Split a note at its last empty line and read its signature lines (SPEC 6.3).

    Raises:
        MalformedError: Not a note, or over a limit.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise MalformedError(f"expected a note of at most {MAX_NOTE_BYTES} bytes")
    if _CONTROL.search(data):
        raise MalformedError("expected a note without control characters")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError("expected a note in UTF-8") from error
    text, separator, signatures = data.rpartition(b"\n\n")
    if not separator or not signatures.endswith(b"\n"):
        raise MalformedError("expected a text, an empty line and signature lines")
    lines = signatures[:-1].split(b"\n")
    if len(lines) > MAX_SIGNATURE_LINES:
        raise MalformedError(f"expected at most {MAX_SIGNATURE_LINES} signature lines")
    return Note(text=text + b"\n", lines=tuple(_parse_line(line) for line in lines))


def _parse_line(line: bytes) -> SignatureLine:
    if not line.startswith(_DASH):
        raise MalformedError("expected a signature line")
    name, _, encoded = line[len(_DASH) :].decode("utf-8").partition(" ")
    if not _is_line_name(name):
        raise MalformedError("expected a key name in the signature line")
    tagged = from_base64(encoded)
    if len(tagged) <= KEY_ID_BYTES:
        raise MalformedError("expected a key id and a signature")
    return SignatureLine(name, tagged[:KEY_ID_BYTES], tagged[KEY_ID_BYTES:])


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """What the text of a checkpoint states (SPEC 6.3).

    Attributes:
        origin: Name of the log.
        size: Leaves in the tree.
        root: Its root.
        extensions: Further lines; none in our own files.
    """

    origin: str
    size: int
    root: Digest
    extensions: tuple[str, ...] = ()

    def encode(self) -> bytes:
        """Return the text, with its last newline."""
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions)
        return "".join(line + "\n" for line in lines).encode()


def parse_head(text: bytes) -> Head:
    """Read the text of a note as that of a checkpoint.

    Raises:
        MalformedError: Not an origin, a size and a root of 32 bytes, or the root is not that of
            the empty tree where the size is 0.
    """
    try:
        lines = text.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise MalformedError("expected a checkpoint in UTF-8") from error
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise MalformedError("expected the lines origin, size and root")
    origin, size, root = lines[0], parse_decimal(lines[1], MAX_SIZE), from_base64(lines[2])
    if len(root) != DIGEST_BYTES:
        raise MalformedError("expected a root of 32 bytes")
    if size == 0 and root != EMPTY_ROOT:
        raise MalformedError("expected the root of the empty tree")
    return Head(origin, size, Digest(root), tuple(lines[3:]))


def cosignature_message(text: bytes, time_s: int) -> bytes:
    """Return what type 0x04 signs: the whole text of the note, and a time (SPEC 6.4)."""
    return b"cosignature/v1\ntime %d\n" % time_s + text


def subtree_message(name: str, time_s: int, head: Head) -> bytes:
    """Return what type 0x06 signs: signer, time, origin and the whole tree (SPEC 6.4).

    Raises:
        MalformedError: Name or origin is longer than 255 bytes.
    """
    parts = [b"subtree/v1\n\x00"]
    for text, number in ((name, time_s), (head.origin, 0)):
        octets = text.encode()
        if len(octets) > MAX_NAME_BYTES:
            raise MalformedError(f"expected names of at most {MAX_NAME_BYTES} bytes")
        parts += (bytes([len(octets)]), octets, number.to_bytes(8, "big"))
    return b"".join((*parts, head.size.to_bytes(8, "big"), head.root))
