"""The trust file: all that an auditor believes beforehand (SPEC 9.1).

Root fingerprints, origin and log keys, written when a desk joins a channel whose charter it
countersigned. Without it an audit can say that a bundle is consistent, never that it is true.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from paraph.protocol.checkpoint import LogKeys, VerifierKey
from paraph.protocol.documents import Charter, parse_roots
from paraph.protocol.errors import InputError, ParaphError
from paraph.protocol.evidence import TrustAnchor
from paraph.protocol.names import ChannelId, Digest
from paraph.protocol.words import root_digest

FORMAT: Final = "paraph-trust/1"
_MOST: Final = 64 * 1024  # bytes; a real one has four kilobytes


def anchor_of_charter(charter: Charter, channel: ChannelId) -> TrustAnchor:
    """Return what a party believes of a channel whose charter it countersigns."""
    origin = f"{charter.origin_prefix}/{channel.hex()}"
    roots = {
        party.code: root_digest(party.code, party.threshold, sorted(parse_roots(party.roots)))
        for party in charter.parties
    }
    return TrustAnchor(LogKeys(origin, charter.log_ed25519, charter.log_mldsa44), roots)


def dump_trust(anchor: TrustAnchor) -> bytes:
    """Return the trust file."""
    value = {
        "format": FORMAT,
        "origin": anchor.log.origin,
        "log": list(anchor.log.vkeys),
        "roots": {code: digest.hex() for code, digest in sorted(anchor.roots.items())},
    }
    return (json.dumps(value, indent=2) + "\n").encode()


def load_trust(path: Path) -> TrustAnchor:
    """Read a trust file.

    Raises:
        InputError: There is none, or it does not have the form of SPEC 9.1.
    """
    hint = "give the trust.json that was written when the channel was founded"
    try:
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    except OSError as error:
        message = f"cannot read the trust file {path}: {error.strerror}"
        raise InputError(message, hint=hint) from error
    try:
        return _parse(data)
    except (ValueError, ParaphError) as error:
        raise InputError(f"{path} is not a trust file: {error}", hint=hint) from error


def _parse(data: bytes) -> TrustAnchor:
    if len(data) > _MOST:
        raise ValueError(f"expected at most {_MOST} bytes")
    value = json.loads(data)
    if not isinstance(value, dict) or set(value) != {"format", "origin", "log", "roots"}:
        raise ValueError("expected the fields format, origin, log, roots")
    if value["format"] != FORMAT:
        raise ValueError(f"expected the format {FORMAT}")
    lines, roots = value["log"], value["roots"]
    if not isinstance(lines, list) or [type(line) for line in lines] != [str, str]:
        raise ValueError("expected two log keys")
    if not isinstance(roots, Mapping) or not 1 <= len(roots) <= 2:
        raise ValueError("expected the roots of one or two parties")
    ed25519, mldsa44 = (VerifierKey.parse(line).raw for line in lines)
    log = LogKeys(str(value["origin"]), ed25519, mldsa44)
    if list(log.vkeys) != lines:
        raise ValueError("expected the log keys under the origin's name")
    digests = {str(code): bytes.fromhex(str(digest)) for code, digest in roots.items()}
    if any(len(digest) != 32 for digest in digests.values()):
        raise ValueError("expected root digests of 32 bytes")
    return TrustAnchor(log, {code: Digest(digest) for code, digest in digests.items()})
