"""What a peer's words can do to a terminal, and to a reader of our JSON: nothing."""

import json
import unicodedata

import pytest

from paraph.client.cli.output import to_json
from paraph.client.reading.visible import one_line, visible

JOINERS = "\u200c\u200d"
HIDING = "\xad\u034f\u115f\u180e\u206a\u2800\u3164\ufe0f\uffa0\U000e0041\x7f\x9b\u202e\u2066"


@pytest.mark.parametrize("each", HIDING)
def test_what_cannot_be_seen_or_turns_the_line_is_shown(each: str) -> None:
    assert visible(f"a{each}b") == f"a<U+{ord(each):04X}>b"
    assert one_line(f"a{each}b") == f"a<U+{ord(each):04X}>b"
    shown = to_json({"words": f"a{each}b"})
    assert each not in shown
    assert shown.isascii()
    assert json.loads(shown) == {"words": f"a{each}b"}


def test_no_format_character_passes_but_those_that_scripts_are_written_with() -> None:
    for point in range(0x10000):
        each = chr(point)
        if unicodedata.category(each) in ("Cc", "Zl", "Zp") and each not in "\n\t":
            assert visible(each) != each
        if unicodedata.bidirectional(each) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI"):
            assert visible(each) != each
    assert visible(JOINERS) == JOINERS
    assert visible("می\u200cخواهم") == "می\u200cخواهم"
    assert visible("a\u200c\u200db, д\u200d") == "a<U+200C><U+200D>b, д<U+200D>"
    assert visible("Ёж, نص, 漢字\n\té") == "Ёж, نص, 漢字\n\té"
