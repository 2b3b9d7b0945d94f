"""What stands in place of held words: none of them is left in any record, everything else is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Final

import pytest

from paraph.client.negotiating import ahead
from paraph.client.reading import masking, placed
from paraph.client.reading.held import Held
from paraph.protocol.errors import MisuseError
from paraph.protocol.negotiation.lineage import lineage_of
from paraph.protocol.schema import Record
from paraph.protocol.sentences import worded
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import AttachmentKey
from tests.support.every_content import EVERY
from tests.support.large.memory import large_state
from tests.support.large.stage import TALKS, Size

LINE: Final = worded("held: a line for people")
CANARY: Final = "canary, in the mine"
ENCLOSED: Final = AttachmentKey(
    blob=bytes(32), identity=bytes(16), key=b"k" * 32, name=CANARY, size=1, digest=bytes(32)
)


def values(said: object) -> Iterator[Any]:
    if isinstance(said, Record):
        for name in said.CODECS:
            yield from values(getattr(said, name))
    elif isinstance(said, tuple):
        for each in said:
            yield from values(each)
    else:
        yield said


def written(said: Any) -> Any:  # noqa: ANN401 - any record
    """Return *said* with the canary wherever the record takes it."""
    for name in said.CODECS:
        value = getattr(said, name)
        if isinstance(value, Record):
            tries = [written(value)]
        elif isinstance(value, tuple):
            tries = [tuple(written(each) if isinstance(each, Record) else CANARY for each in value)]
        else:
            tries = [CANARY] if isinstance(value, str) else []
        for each in tries:
            try:
                said = dataclasses.replace(said, **{name: each})
            except MisuseError:
                continue
    return said


@pytest.mark.parametrize("said", EVERY, ids=lambda each: each.KIND)
def test_no_word_of_a_record_is_left_and_its_ids_are(said: Content) -> None:
    full = written(said)
    made = masking.record(full, LINE)
    assert CANARY not in list(values(made))
    kept = [each for each in values(full) if isinstance(each, int | bytes)]
    assert kept == [each for each in values(made) if isinstance(each, int | bytes)]
    assert made.KIND == said.KIND
    header = dataclasses.replace(full.header, attachments=(ENCLOSED,))
    assert masking.record(dataclasses.replace(full, header=header), LINE) == made


def test_the_control_finds_words_in_nearly_every_record() -> None:
    full = [written(each) for each in EVERY]
    assert sum(CANARY in list(values(each)) for each in full) == len(EVERY)


def test_every_view_reads_a_negotiation_of_which_half_is_held() -> None:
    state = large_state(Size().small)
    said = placed.in_order(state)
    start = said[len(said) // 2].index
    held = Held(since={each.said.key: (start, LINE) for each in said if each.party == "RUS"})
    assert masking.masked(state, Held(), lambda _: None) is state
    made = masking.masked(state, held, lambda _: None)
    before, after = state.negotiations.get(TALKS), made.negotiations.get(TALKS)
    assert before is not None
    assert after is not None
    hidden = {each.said.statement for each in said if held.why(each.said.key, each.index)}
    assert len(hidden) > 100
    for statement, version in after.versions.items():
        known = before.versions.get(statement)
        assert known is not None
        assert (known.number, known.text.numbers()) == (version.number, version.text.numbers())
        if statement not in hidden:
            assert version is known
        elif known.content.operations:
            words = {each for part in version.text.parts for each in part.words.values()}
            assert LINE in words
            assert statement not in after.heads
    assert all(each.content.body == LINE for one in hidden if (each := after.comments.get(one)))
    assert after.heads
    for _ in ahead.for_the_first_screen(made, after):
        pass
    for _ in ahead.for_the_text(made, after, None):
        pass
    line, head = lineage_of(after.versions), after.versions.get(after.heads[0])
    assert head is not None
    for part in head.text.parts:
        assert line.history(head.statement, part.cid)
