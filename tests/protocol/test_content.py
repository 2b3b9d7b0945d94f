"""Sealed content records (SPEC 5.6)."""

import contextlib
import dataclasses
from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol import roles
from paraph.protocol.errors import MalformedError, MisuseError, RefusedError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.fold.table import RULES
from paraph.protocol.schema import CONTENT, Record
from paraph.protocol.statements.content import (
    CONTENT_ACTIONS,
    CONTENT_KINDS,
    Content,
    decode_content,
    encode_content,
    peek_kind,
)
from paraph.protocol.statements.exchanges import AcknowledgementGiven, Anchor, DispatchSent
from paraph.protocol.statements.header import (
    ACTING_ROLES,
    AttachmentKey,
    ContentHeader,
    NamedMention,
    Relation,
    StatementMention,
    to_digests,
    to_mentions,
    to_wordings,
)
from paraph.protocol.statements.versions import (
    NO_NOTES,
    OPERATIONS,
    Clause,
    Merge,
)
from tests.support import negotiating as talk
from tests.support.every_content import ALL_OPERATIONS, EVERY, ID, NAMED, STATUS, WORDS


@pytest.mark.parametrize("content", EVERY, ids=lambda each: each.KIND)
def test_every_content_record_comes_back_as_it_was_sent(content: Content) -> None:
    assert decode_content(encode_content(content)) == content


def test_every_kind_is_in_the_catalogue_with_an_action_of_the_role_table() -> None:
    assert set(get_args(Content)) == set(CONTENT_ACTIONS)
    assert {each.KIND for each in EVERY} == set(CONTENT_KINDS)
    assert set(CONTENT_ACTIONS.values()) <= set(roles.MAY)
    assert len({each.KIND for each in OPERATIONS}) == 6


def test_a_kind_can_be_told_without_decoding_because_no_record_has_more_than_15_keys() -> None:
    for kind, made in CONTENT_KINDS.items():
        assert len(made.CODECS) < 15
        assert len(kind) < 32
        assert made.BUDGET is CONTENT


def test_every_content_record_begins_with_the_common_header() -> None:
    for made in CONTENT_KINDS.values():
        assert next(iter(made.CODECS)) == "header"


def test_every_field_says_what_it_means() -> None:
    for made in (*CONTENT_KINDS.values(), *OPERATIONS, ContentHeader, Clause, Anchor):
        for each in dataclasses.fields(made):
            assert each.metadata["about"], each.name


@given(st.binary(max_size=64))
def test_any_bytes_give_a_record_or_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_content(data)


@given(st.data())
def test_a_changed_byte_gives_another_record_or_malformed(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(EVERY))
    good = encode_content(content)
    place = data.draw(st.integers(0, len(good) - 1))
    bad = bytearray(good)
    bad[place] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(MalformedError):
        assert decode_content(bytes(bad)) != content


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x81",
        b"\x81\xa4kind",
        b"\x91\xa4kind\xa1a",
        b"\x81\xa4kine\xa1a",
        b"\x81\xa4kind\xd9\x0ccomment-made",
        b"\x81\xa4kind\xa7comment",
        b"\x81\xa4kind\xa4\xff\xff\xff\xff",
    ],
)
def test_what_is_no_content_record_is_malformed_before_it_is_decoded(data: bytes) -> None:
    with pytest.raises(MalformedError, match="comment-made"):
        peek_kind(data)


def test_the_kind_of_a_record_is_peeked() -> None:
    assert peek_kind(talk.comment().encode()) == "comment-made"


def test_a_record_over_the_budget_is_refused_before_it_is_sealed() -> None:
    words = to_wordings({"en": "x" * 100_000})
    clauses = tuple(
        Clause(cid=f"c{n}", role="operative", texts=words, headings=(), handling="")
        for n in range(85)
    )
    content = talk.base(clauses=clauses)
    with pytest.raises(RefusedError) as refused:
        encode_content(content)
    assert refused.value.code == "oversize"
    assert refused.value.hint
    encode_content(talk.base(clauses=clauses[:80]))


WRONG: dict[str, Callable[[], Record]] = {
    "two wordings of one language": lambda: Clause(
        cid="a", role="title", texts=(*WORDS, WORDS[1]), headings=(), handling=""
    ),
    "wordings out of order": lambda: Clause(
        cid="a", role="title", texts=WORDS[::-1], headings=(), handling=""
    ),
    "a clause id that looks like another": lambda: talk.clause("с-scope"),
    "an empty clause id": lambda: talk.clause(""),
    "no such role of a clause": lambda: talk.clause("a", "chapter"),
    "half a relation": lambda: Relation(channel=ID, statement=ZERO),
    "the other half": lambda: Relation(channel=ZERO, statement=ID),
    "an auditor who speaks": lambda: talk.header("auditor"),
    "a label with a line break": lambda: talk.header(handling="a\nb"),
    "an attachment named like a path": lambda: AttachmentKey(
        blob=ID, identity=bytes(16), key=ID, name="../a", size=1, digest=ID
    ),
    "neither clauses nor parent": lambda: talk.base(clauses=()),
    "clauses and a parent": lambda: talk.base(parents=(ID,)),
    "operations on nothing": lambda: talk.base(operations=ALL_OPERATIONS),
    "the same parent twice": lambda: talk.base(clauses=(), parents=(ID, ID)),
    "three parents": lambda: talk.base(clauses=(), parents=(ID, ZERO, bytes([1] * 32))),
    "no digest": lambda: talk.base(digests=()),
    "a merge of one": lambda: Merge(cids=("a",), into="a", texts=(), headings=(), notes=NO_NOTES),
    "a merge into another": lambda: Merge(
        cids=("a", "b"), into="c", texts=(), headings=(), notes=NO_NOTES
    ),
    "an author in small letters": lambda: talk.base(author="usa"),
    "a language that prevails and is none": lambda: talk.opened(prevailing="e"),
    "no title": lambda: talk.opened(titles=()),
    "an anchor without a version": lambda: talk.anchor(ZERO, "", "", "en"),
    "a clause without a quote": lambda: talk.anchor(ID, "a", ""),
    "a quote without a clause": lambda: talk.anchor(ID, "", "words"),
    "a quote without a language": lambda: talk.anchor(ID, "a", "words", ""),
    "a prefix without a quote": lambda: talk.anchor(ID, "", "", prefix="before"),
    "a suffix without a quote": lambda: talk.anchor(ID, "", "", suffix="after"),
    "a comment that says nothing": lambda: talk.comment(body=""),
    "a cause without a closing": lambda: talk.comment(resolved_by=NAMED),
    "dispatch number zero": lambda: talk.dispatch(0),
    "enclosures out of order": lambda: talk.dispatch(
        carries=(*NAMED, StatementMention(statement=ID))
    ),
    "an enclosure twice": lambda: talk.dispatch(carries=NAMED * 2),
    "an acknowledgement of nothing": talk.receipt,
    "a refusal without a reason": lambda: talk.receipt(ID, outcome="not_taken"),
    "a reason without a refusal": lambda: talk.receipt(ID, reason="because"),
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG.keys())
def test_a_record_that_contradicts_itself_is_not_made(make: Callable[[], Record]) -> None:
    with pytest.raises(MisuseError):
        make()


def test_a_peer_cannot_send_what_we_could_not_make() -> None:
    good = talk.dispatch(1).to_map()
    with pytest.raises(MalformedError):
        DispatchSent.from_map({**good, "number": 0})


def test_a_cannot_open_may_say_why() -> None:
    for reason in ("", "the wrap does not open"):
        made = talk.receipt(ID, role="bot", outcome="cannot_open", reason=reason)
        assert isinstance(made, AcknowledgementGiven)


def test_mentions_have_one_order_statements_first() -> None:
    a, b = StatementMention(statement=ZERO), StatementMention(statement=ID)
    x, y = NamedMention(name="a"), NamedMention(name="b")
    assert to_mentions([y, b, x, a, y]) == (a, b, x, y)
    assert not x < b
    assert not y < x


def test_lists_by_language_have_one_order() -> None:
    assert [each.language for each in to_digests({"ru": ID, "ar": ID})] == ["ar", "ru"]
    assert not STATUS[0] < STATUS[0]


def test_attachments_stand_in_the_order_of_their_blobs() -> None:
    def key(blob: bytes) -> AttachmentKey:
        return AttachmentKey(
            blob=blob, identity=bytes(16), key=ID, name="карта.pdf", size=1, digest=ID
        )

    made = talk.header(attachments=(key(ZERO), key(ID)))
    assert made.attachments[0].blob == ZERO
    with pytest.raises(MisuseError):
        talk.header(attachments=(key(ID), key(ZERO)))


def test_a_plain_header_is_automatic_for_bots_alone() -> None:
    origins: dict[str, Any] = {role: talk.header(role).origin for role in ACTING_ROLES}
    assert origins.pop("bot") == "automatic"
    assert set(origins.values()) == {"manual"}


def test_every_record_has_its_rule_in_the_table_of_the_fold() -> None:
    assert set(RULES) == set(get_args(Content))
