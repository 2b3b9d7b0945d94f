"""The committed vectors of SPEC 3 and 4, by our code and by code that is not ours."""

import ast
import base64
import hashlib
import json
import pathlib
from typing import Any

import pytest

from paraph.protocol.errors import ForgedError
from paraph.protocol.keys import PublicKey, SecretKey
from paraph.protocol.names import ChannelId, Context, Digest, KeyId
from paraph.protocol.sealed import AttachmentOpener, Binding, SealingKey, unseal
from tests.vectors import recheck_composite, recheck_sealed

FOLDER = pathlib.Path(recheck_composite.__file__).parent
COMPOSITE: dict[str, Any] = json.loads((FOLDER / "composite.json").read_text("utf-8"))
SEALED: dict[str, Any] = json.loads((FOLDER / "sealed.json").read_text("utf-8"))


def decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def test_the_committed_key_is_that_of_its_seed() -> None:
    public = PublicKey.parse(decoded(COMPOSITE["public"]))
    assert SecretKey.from_seed(decoded(COMPOSITE["seed"])).public == public
    assert public.id.hex() == COMPOSITE["key id"]


@pytest.mark.parametrize("case", COMPOSITE["cases"], ids=lambda case: case["name"])
def test_a_committed_signature_is_judged_as_the_file_says(case: dict[str, str]) -> None:
    public = PublicKey.parse(decoded(COMPOSITE["public"]))
    judged = (Context(case["context"]), decoded(case["message"]), decoded(case["signature"]))
    if case["expect"] == "ok":
        public.verify(*judged)
    else:
        with pytest.raises(ForgedError):
            public.verify(*judged)


def test_there_is_a_good_signature_for_every_context() -> None:
    good = {case["context"] for case in COMPOSITE["cases"] if case["expect"] == "ok"}
    assert good == {context.value for context in Context}


def test_second_implementations_judge_every_signature_alike() -> None:
    recheck_composite.main()


def test_the_committed_body_opens_for_each_recipient() -> None:
    body = decoded(SEALED["body"])
    binding = Binding(
        channel=ChannelId(decoded(SEALED["channel"])),
        sender=KeyId(decoded(SEALED["sender"])),
        sequence=SEALED["sequence"],
        version=SEALED["version"],
        type=SEALED["type"],
        commitment=Digest(decoded(SEALED["commitment"])),
        recipients=tuple(KeyId(decoded(each)) for each in SEALED["recipients"]),
    )
    digest = Digest(hashlib.sha256(body).digest())
    assert len(SEALED["seeds"]) == 3
    for seed in SEALED["seeds"]:
        key = SealingKey.from_seed(decoded(seed))
        record = unseal(body, binding, digest=digest, size=len(body), key=key)
        assert record == decoded(SEALED["record"])


def test_the_committed_attachment_opens() -> None:
    attached = {name: decoded(value) for name, value in SEALED["attachment"].items()}
    opener = AttachmentOpener(
        attached["key"],
        channel=ChannelId(decoded(SEALED["channel"])),
        sender=KeyId(decoded(SEALED["sender"])),
        id_=attached["id"],
        digest=Digest(hashlib.sha256(attached["ciphertext"]).digest()),
        size=len(attached["ciphertext"]),
        plain_digest=Digest(hashlib.sha256(attached["plaintext"]).digest()),
    )
    text = opener.update_unverified(attached["ciphertext"]) + opener.finalize()
    assert text == attached["plaintext"]


def test_the_same_framing_without_our_code_gives_the_same_content() -> None:
    recheck_sealed.main()


@pytest.mark.parametrize("script", [recheck_composite, recheck_sealed])
def test_no_recheck_uses_our_code(script: Any) -> None:  # noqa: ANN401 - a module
    tree = ast.parse(pathlib.Path(script.__file__).read_text("utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module))
    assert not {name for name in imported if name.split(".")[0] in {"paraph", "tests"}}


@pytest.mark.parametrize("script", [recheck_composite, recheck_sealed])
def test_control_a_recheck_that_finds_a_difference_fails(script: Any) -> None:  # noqa: ANN401
    with pytest.raises(SystemExit, match="the key: found 1, the file says 2"):
        script.same("the key", 1, 2)
