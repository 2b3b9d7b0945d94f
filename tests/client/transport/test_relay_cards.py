"""What a relay card says of the way there: a card that must not be used, a host as written."""

from __future__ import annotations

import pytest

from paraph.client.transport.pinning import check_card
from paraph.protocol.errors import InputError
from tests.client.transport.cards import a_card


@pytest.mark.parametrize(
    ("address", "pin", "code"),
    [
        ("http://relay.example:80", bytes(32), "plain-http"),
        ("https://relay.example", bytes(32), "input"),
        ("ftp://relay.example", b"\1" * 32, "input"),
        ("https://", b"\1" * 32, "input"),
        ("https://relay.example/path", b"\1" * 32, "input"),
        ("https://relay.example:x", b"\1" * 32, "input"),
        ("https://user@relay.example", b"\1" * 32, "input"),
    ],
)
def test_a_card_that_must_not_be_used_is_refused(address: str, pin: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        check_card(a_card(address, pin))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("address", "pin", "host"),
    [
        ("http://127.0.0.1:8080", bytes(32), "127.0.0.1:8080"),
        ("http://[::1]:8080", bytes(32), "[::1]:8080"),
        ("http://localhost", bytes(32), "localhost"),
        ("https://relay.example:8443/", b"\1" * 32, "relay.example:8443"),
    ],
)
def test_a_session_is_bound_to_the_host_as_written(address: str, pin: bytes, host: str) -> None:
    assert check_card(a_card(address, pin)) == host
