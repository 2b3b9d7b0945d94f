"""The act that a person signs by itself, and what it may say (SPEC 7.16)."""

import dataclasses

import pytest

from paraph.protocol.errors import MalformedError, MisuseError
from paraph.protocol.keys import SecretKey
from paraph.protocol.names import Context
from paraph.protocol.statements.conclusion import (
    ConcludingAct,
    Initialled,
    Signed,
    check_act,
    sign_act,
)
from paraph.protocol.statements.content import decode_content, encode_content
from tests.support.concluding import (
    HEAD,
    NOW,
    SIGNATORY,
    Ceremony,
    act,
    alternat,
    clean_clauses,
    effect,
    effect_noted,
    event,
    initialled,
    powers,
    signed,
)
from tests.support.negotiating import Channel, tabled


def test_nothing_is_concluded_in_an_internal_channel() -> None:
    channel = Channel(("USA",))
    version = Ceremony().head
    by = alternat(version.statement)
    for content, role in (
        (powers("USA"), "desk_officer"),
        (initialled(version, "USA"), HEAD),
        (signed(version, "USA", "USA", (version.statement, by)), SIGNATORY),
        (by, "desk_officer"),
        (effect(version.statement), HEAD),
        (effect_noted("ends", NOW), SIGNATORY),
        (event(), "desk_officer"),
    ):
        assert channel.refuses(content, "USA", role) == "shared-only"
    clauses = clean_clauses()
    text = version.text
    channel.applies(tabled(text, clauses=clauses, version_kind="rectified"))


def test_the_act_is_signed_by_itself_and_outlives_the_statement() -> None:
    key, other = SecretKey.from_seed(bytes(64)), SecretKey.from_seed(bytes(63) + b"\x01")
    bare = initialled(Ceremony().head, "USA", signer=key.public.id)
    signature = sign_act(Initialled, bare.act, key)
    content = dataclasses.replace(bare, signature=signature)
    check_act(decode_content(encode_content(content)), key.public)
    key.public.verify(Context.INITIAL, content.act.encode(), signature)
    check_act(powers("USA"), key.public)
    for forged, by in (
        (content, other.public),
        (bare, key.public),
        (dataclasses.replace(content, signature=sign_act(Signed, bare.act, key)), key.public),
        (dataclasses.replace(content, act=act(Ceremony().head, "USA")), key.public),
    ):
        with pytest.raises(MalformedError) as caught:
            check_act(forged, by)
        assert caught.value.code == "act-forged"


@pytest.mark.parametrize(
    "changes",
    [
        {"languages": ("en",)},
        {"languages": ("en", "en")},
        {"original": "USA"},
        {"alternat": bytes(31) + b"\x01"},
    ],
)
def test_an_act_that_contradicts_itself_cannot_be_made(changes: dict[str, object]) -> None:
    with pytest.raises(MisuseError):
        act(Ceremony().head, "USA", **changes)


def test_initials_are_on_no_original_signatures_on_one_and_instants_where_they_count() -> None:
    channel = Ceremony()
    content = alternat(channel.head.statement)
    on_original = signed(channel.head, "USA", "USA", (channel.text, content))
    on_none = initialled(channel.head, "USA")
    with pytest.raises(MisuseError):
        dataclasses.replace(on_none, act=on_original.act)
    with pytest.raises(MisuseError):
        dataclasses.replace(on_original, act=on_none.act)
    with pytest.raises(MisuseError):
        effect(channel.text, "at_instant")
    with pytest.raises(MisuseError):
        effect(channel.text, "on_signature", NOW)


def test_holders_are_counted_for_their_own_party_and_copy() -> None:
    acts: tuple[ConcludingAct, ...] = tuple(
        each.act for each in Ceremony().signed().talks.conclusion.signatures
    )
    assert len(acts) == 4
    assert {each.original for each in acts} == {"USA", "RUS"}
