"""The published composite case, run where the directory of published vectors is given."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from paraph.protocol.errors import ForgedError
from paraph.protocol.keys import PublicKey, SecretKey

NAME = "composite-mldsa65-ed25519-sha512.json"


@pytest.fixture(name="case")
def published_case() -> dict[str, bytes]:
    folder = os.environ.get("PARAPH_VECTORS")
    if not folder:
        pytest.skip("PARAPH_VECTORS names no directory of published vectors")
    loaded: dict[str, Any] = json.loads((Path(folder) / NAME).read_text())
    fields = {"m": loaded["m"], "ctx": loaded["ctx"], **loaded["test"]}
    del fields["tcId"]
    return {name: base64.b64decode(value) for name, value in fields.items()}


def test_the_published_signatures_verify_with_and_without_a_context(
    case: dict[str, bytes],
) -> None:
    public = PublicKey.parse(case["pk"])
    public.verify_composite(case["m"], b"", case["s"])
    public.verify_composite(case["m"], case["ctx"], case["sWithContext"])


def test_the_published_signatures_are_forged_under_the_other_context(
    case: dict[str, bytes],
) -> None:
    public = PublicKey.parse(case["pk"])
    for context, signature in ((case["ctx"], case["s"]), (b"", case["sWithContext"])):
        with pytest.raises(ForgedError):
            public.verify_composite(case["m"], context, signature)


def test_the_published_private_key_gives_the_published_public_key(
    case: dict[str, bytes],
) -> None:
    secret = SecretKey.from_seed(case["sk"])
    assert secret.public.raw == case["pk"]
    signature = secret.sign_composite(case["m"], case["ctx"])
    PublicKey.parse(case["pk"]).verify_composite(case["m"], case["ctx"], signature)
