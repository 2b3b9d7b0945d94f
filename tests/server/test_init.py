"""Making a relay's directory, whole or not at all (SPEC 8.1)."""

import datetime as dt
import ssl
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.errors import InputError
from paraph.protocol.names import ZERO
from paraph.protocol.wire import RelayCard
from paraph.server import cards, config, init, tls
from paraph.server.config import CONFIG_FILE
from paraph.server.init import make, settings

CODE = r"[A-Z2-7]{4}(-[A-Z2-7]{4}){5}"


async def test_init_makes_everything_and_nothing_readable_by_others(tmp_path: Path) -> None:
    home = tmp_path / "new" / "relay"
    made = await make(settings(home, host="127.0.0.1", port=8443), ["USA", "RUS"])
    assert {each.name for each in home.iterdir()} == {
        CONFIG_FILE, "log.key", "tls.crt", "tls.key", "relay.db", "relay.db.lock", "relay.card",
        "blobs", "last-head",
    }  # fmt: skip
    assert home.stat().st_mode & 0o777 == 0o700
    for each in home.iterdir():
        assert each.stat().st_mode & 0o077 == 0, each.name
    assert [each for each, _ in made.codes] == ["USA", "RUS"]
    assert len({code for _, code in made.codes}) == 2
    card = RelayCard.decode((home / "relay.card").read_bytes())
    assert card == made.card
    assert card.address == "https://127.0.0.1:8443"
    assert (card.log_ed25519, card.log_mldsa44) == cards.read_log_key(home / "log.key").public
    assert card.pin == tls.pin_of(tls.read_certificate(home / "tls.crt"))
    assert config.load(home).relay.origin_prefix == "127.0.0.1/paraph"
    assert not list(tmp_path.glob("**/*.new"))


async def test_init_touches_nothing_that_is_there(tmp_path: Path) -> None:
    home = tmp_path / "relay"
    wanted = settings(home, host="127.0.0.1", port=8443)
    await make(wanted, ["USA"])
    before = {each: each.read_bytes() for each in home.rglob("*") if each.is_file()}
    with pytest.raises(InputError, match="holds a relay already"):
        await make(wanted, ["USA"])
    assert {each: each.read_bytes() for each in home.rglob("*") if each.is_file()} == before
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="to be empty"):
        await make(settings(other, host="127.0.0.1", port=1), ["USA"])
    assert [each.name for each in other.iterdir()] == ["notes.txt"]
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(InputError, match="Not a directory"):
        await make(settings(file, host="127.0.0.1", port=1), ["USA"])


async def test_a_failed_init_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cards, "write_card", full)
    with pytest.raises(InputError, match="No space left"):
        await make(settings(tmp_path / "relay", host="127.0.0.1", port=1), ["USA"])
    assert list(tmp_path.iterdir()) == []


async def test_an_empty_directory_may_be_there(tmp_path: Path) -> None:
    await make(settings(tmp_path, host="127.0.0.1", port=8443), [])
    assert (tmp_path / CONFIG_FILE).exists()


async def test_plain_http_has_no_certificate_and_a_pin_of_zeros(tmp_path: Path) -> None:
    made = await make(settings(tmp_path / "r", host="localhost", port=1, plain=True), ["USA"])
    assert made.card.pin == ZERO
    assert made.card.address == "http://localhost:1"
    assert not (tmp_path / "r" / "tls.crt").exists()
    assert cards.describe_card(made.card)["pin"] == "none: plain HTTP"


def test_settings_follow_from_host_and_port(tmp_path: Path) -> None:
    v6 = settings(tmp_path, host="::1", port=9)
    assert (v6.relay.address, v6.relay.origin_prefix) == ("https://[::1]:9", "::1/paraph")
    named = settings(
        tmp_path, host="0.0.0.0", port=9, address="https://relay.example.org:443", origin="o/x"
    )
    assert (named.listen.host, named.relay.origin_prefix) == ("0.0.0.0", "o/x")
    for host in init.WILDCARDS:
        with pytest.raises(InputError, match="expected --address"):
            settings(tmp_path, host=host, port=9)
    with pytest.raises(InputError, match="loopback"):
        settings(tmp_path, host="192.0.2.1", port=9, plain=True)
    with pytest.raises(InputError, match="scheme://host:port"):
        settings(tmp_path, host="127.0.0.1", port=9, address="https://[x:1")


def test_the_development_certificate_is_for_its_hosts_and_not_an_authority() -> None:
    now = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    pem, secret = tls.development_certificate(("relay.example", "127.0.0.1", "::1"), now)
    made = x509.load_pem_x509_certificate(pem)
    assert tls.names_of(made) == ("relay.example", "127.0.0.1", "::1")
    assert made.not_valid_before_utc < now
    assert made.not_valid_after_utc == now + dt.timedelta(days=tls.DAYS)
    assert isinstance(made.public_key(), ec.EllipticCurvePublicKey)
    basic = made.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert basic.ca is False
    assert b"PRIVATE KEY" in secret


def test_a_certificate_without_names_names_nobody() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
        .public_key(key.public_key()).not_valid_before(now).not_valid_after(now)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    assert tls.names_of(made) == ()


def test_unusable_certificates_say_what_was_expected(tmp_path: Path) -> None:
    pem, secret = tls.development_certificate(("a",), dt.datetime.now(dt.UTC))
    other = tls.development_certificate(("a",), dt.datetime.now(dt.UTC))[1]
    crt, key = tmp_path / "crt", tmp_path / "key"
    with pytest.raises(InputError, match="cannot use"):
        tls.Certificate(crt, key)
    for certificate, private in ((b"x", secret), (pem, b"x"), (pem, other)):
        crt.write_bytes(certificate)
        key.write_bytes(private)
        with pytest.raises(InputError, match="cannot use"):
            tls.Certificate(crt, key)
    crt.write_bytes(pem)
    key.write_bytes(secret)
    made = tls.Certificate(crt, key)
    assert made.context.minimum_version is ssl.TLSVersion.TLSv1_3
    pin = made.pin
    key.write_bytes(other)
    with pytest.raises(InputError, match="cannot use"):
        made.reload()
    assert made.pin == pin
    for data in (None, b"x"):
        if data is None:
            crt.unlink()
        else:
            crt.write_bytes(data)
        with pytest.raises(InputError, match="crt"):
            tls.read_certificate(crt)


@pytest.mark.needs("openssl")
def test_a_key_with_a_passphrase_is_refused_and_nobody_is_asked(tmp_path: Path) -> None:
    pem, secret = tls.development_certificate(("a",), dt.datetime.now(dt.UTC))
    (tmp_path / "crt").write_bytes(pem)
    (tmp_path / "plain").write_bytes(secret)
    subprocess.run(
        ["openssl", "pkcs8", "-topk8", "-in", tmp_path / "plain", "-out", tmp_path / "key",
         "-passout", "pass:secret"],
        check=True,
    )  # fmt: skip
    with pytest.raises(InputError, match="cannot use"):
        tls.Certificate(tmp_path / "crt", tmp_path / "key")


def test_a_log_key_is_read_as_written_and_in_no_other_form(tmp_path: Path) -> None:
    secret = LogSecret.generate()
    file = tmp_path / "log.key"
    with pytest.raises(InputError, match="cannot read"):
        cards.read_log_key(file)
    cards.write_log_key(file, secret)
    assert file.stat().st_mode & 0o777 == 0o600
    assert cards.read_log_key(file).seed == secret.seed
    whole = file.read_bytes()
    for wrong in (b"", whole[:-1], whole + b"\n", whole.upper(), b"x" + whole):
        file.write_bytes(wrong)
        with pytest.raises(InputError, match="expected a log key"):
            cards.read_log_key(file)
    file.write_bytes(whole)
    file.chmod(0o640)
    with pytest.raises(InputError, match="may be read by others") as caught:
        cards.read_log_key(file)
    assert caught.value.hint == f"chmod 600 {file}"
