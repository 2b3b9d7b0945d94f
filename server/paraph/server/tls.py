"""Certificates: make one for development, load, pin, reload, tell when it ends (SPEC 8.7).

TLS is transport only: what desks believe is signed and sealed end to end. They know the relay by
the SHA-256 of its certificate, so one that no authority has signed is as good as any other.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import ssl
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from paraph.protocol.errors import InputError

DAYS: Final = 1096
"""Life of a development certificate. It is pinned, so every renewal means new cards for all."""
BACKDATED: Final = dt.timedelta(hours=1)
"""So that a desk whose clock is a little slow accepts it at once."""


def development_certificate(hosts: tuple[str, ...], now: dt.datetime) -> tuple[bytes, bytes]:
    """Make a self-signed certificate.

    Args:
        hosts: Names and addresses under which the relay is reached.
        now: Present time, with a zone.

    Returns:
        The certificate and its private key, PEM.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "paraph relay (development)")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + dt.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_name(each) for each in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return made.public_bytes(serialization.Encoding.PEM), secret


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


class Certificate:
    """The certificate that the relay shows, and the context that shows it.

    Args:
        certificate: PEM file, the relay's own certificate first.
        key: PEM file.

    Attributes:
        context: For the listener: TLS 1.3 and nothing older.
        pin: SHA-256 of the first certificate, DER.
        not_after: When it ends.

    Raises:
        InputError: A file is missing, is not PEM, or the two do not belong together.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        self._files = certificate, key
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_3
        self.context.set_alpn_protocols(["http/1.1"])
        self._load(self.context)
        self._read()

    def _load(self, context: ssl.SSLContext) -> None:
        certificate, key = self._files
        try:
            context.load_cert_chain(certificate, key, password=_no_password)
        except OSError as error:  # ssl.SSLError is one too
            raise InputError(
                f"cannot use {certificate} with {key}: {error.strerror or error}",
                hint="expected a PEM certificate chain and its private key without passphrase",
            ) from error

    def _read(self) -> None:
        found = read_certificate(self._files[0])
        self.pin = pin_of(found)
        self.not_after = found.not_valid_after_utc

    def reload(self) -> None:
        """Show the certificate that now stands in the files.

        Raises:
            InputError: The files cannot be used; the old certificate stays.
        """
        self._load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))  # a trial, so that nothing is half done
        self._load(self.context)
        self._read()


def _no_password() -> bytes:
    # Without it OpenSSL would ask on the terminal and block the relay.
    return b""


def read_certificate(file: Path) -> x509.Certificate:
    """Read the first certificate of a PEM *file*.

    Raises:
        InputError: No such file, or no certificate in it.
    """
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())[0]
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{file}: expected a PEM certificate") from error


def pin_of(certificate: x509.Certificate) -> bytes:
    """Return what desks pin: SHA-256 of the certificate, DER."""
    return hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).digest()


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the host names and addresses that the certificate is for."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = tuple(str(each) for each in found.get_values_for_type(x509.IPAddress))
    return (*found.get_values_for_type(x509.DNSName), *addresses)
