"""What a relay imports, and what it leaves out."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from paraph.server import lean

LOOK = """
import ssl, sys
from paraph.server import lean
with lean.imports():
    import paraph.server.serving
import aiohttp.connector
print([each for each in ("rich", "pygments", "greenlet") if each in sys.modules])
print(aiohttp.connector._SSL_CONTEXT_VERIFIED.get_ca_certs())
print(ssl.create_default_context().verify_mode == ssl.CERT_REQUIRED)
import rich
"""


def test_a_relay_loads_no_colours_and_no_authorities_and_they_are_there_afterwards() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines() == ["[]", "[]", "True"]


@pytest.mark.parametrize("before", ["", "/etc/own.pem"])
def test_the_environment_is_as_it_was(before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    if before:
        monkeypatch.setenv("SSL_CERT_FILE", before)
    known = dict(sys.modules)
    with lean.imports():
        assert os.environ["SSL_CERT_FILE"] == os.devnull
    assert os.environ.get("SSL_CERT_FILE", "") == before
    assert dict(sys.modules) == known
