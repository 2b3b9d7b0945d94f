"""TLS 1.3 to the one certificate that the relay card names, and to no other (SPEC 8.7).

No authority is asked: the pin is SHA-256 over the certificate's DER, compared in the handshake,
before the first byte of a request leaves. Content does not rest on this; sessions do.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import ssl
from typing import Final
from urllib.parse import urlsplit

from paraph.protocol.errors import InputError
from paraph.protocol.wire import RelayCard

NO_PIN: Final = bytes(32)


def tls_context(pin: bytes) -> ssl.SSLContext:
    """Return a context that speaks TLS 1.3 only, to the certificate with this digest only."""

    class Pinned(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            certificate = self.getpeercert(binary_form=True) or b""
            if not hmac.compare_digest(hashlib.sha256(certificate).digest(), pin):
                raise ssl.SSLCertVerificationError("not the pinned certificate")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the pin is stricter than any authority
    context.sslobject_class = Pinned
    return context


def check_card(card: RelayCard) -> str:
    """Check how a relay is to be reached.

    Returns:
        Host and port as written: what a session is bound to.

    Raises:
        InputError: No base URL, plain HTTP to another machine, or HTTPS without a pin.
    """
    try:
        parts = urlsplit(card.address)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise InputError("expected a base URL on the relay card") from error
    if parts.scheme not in ("https", "http") or not host or parts.path.strip("/") or parts.query:
        raise InputError(
            "expected https://host:port on the relay card", hint="ask the operator for a new card"
        )
    if parts.username is not None:
        raise InputError("expected an address without a user name on the relay card")
    if parts.scheme == "http" and not _is_loopback(host):
        raise InputError(
            "plain HTTP is for a relay on this machine only",
            code="plain-http",
            hint="ask the operator for a card with https",
        )
    if parts.scheme == "https" and card.pin == NO_PIN:
        raise InputError(
            "expected the certificate's pin on the relay card",
            hint="ask the operator for a new card",
        )
    return parts.netloc


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
