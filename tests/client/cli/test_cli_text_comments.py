"""`paraph text comments`: threads, and where their words stand now."""

from pathlib import Path

from tests.support.commands import write
from tests.support.exchange import PLAIN, exchanging, send_base

GONE = """\
kind: counter_draft
operations:
  - {op: delete, cid: distance}
"""


def test_comments_say_where_their_words_stand_and_that_they_are_gone(tmp_path: Path) -> None:
    usa, rus, _ = exchanging(tmp_path)
    base = str(send_base(usa))
    on = ("--on", base, "--clause", "distance", "--lang", "en", "--quote")
    first = str(rus.json("comment", "Why three?", *on, "three")["index"])
    rus.ok("comment", "Miles?", *on, "miles")
    rus.ok("comment", "On all of it.", "--on", base)
    usa.ok("comment", "It is a draft.", "--reply-to", first, "--resolve")
    counter = str(usa.json("send", write(usa, "counter.yaml", PLAIN))["index"])

    def fates(*args: str) -> list[str]:
        return [each["now"] for each in rus.json("text", "comments", *args)["threads"]]

    assert fates(base) == ["exact", "exact", "whole"]
    assert fates() == fates(counter) == ["quote_removed", "exact", "whole"]
    assert fates("--open") == ["exact", "whole"]
    shown = rus.ok("text", "comments")
    assert "the words commented on are gone" in shown
    assert "question, closed" in shown
    assert "It is a draft." in shown
    rus.ok("send", write(rus, "gone.yaml", GONE))
    assert fates() == ["clause_removed", "clause_removed", "whole"]
    assert fates(base) == ["exact", "exact", "whole"]
