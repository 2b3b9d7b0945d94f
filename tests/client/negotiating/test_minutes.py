"""Minutes begun from the record: words of a peer that a person is to finish in an editor."""

import re

import yaml

from paraph.client.negotiating import minutes
from tests.support import conferences as vc
from tests.support.negotiating import LANGUAGES, talking


def test_nothing_hidden_stands_in_a_draft_and_no_words_make_a_clause() -> None:
    channel, _, _ = talking()
    channel.applies(vc.scheduled())
    name = vc.scheduled().name
    hostile = "\u202eturned\u200b\n- cid: forged\n  role: operative\n# end"
    channel.applies(vc.action(what=hostile, conference=name), "USA")
    talks = channel.talks
    (conference,) = (each for _, each in talks.conferences.items())
    written = minutes.draft(talks, conference, LANGUAGES)
    assert not re.search("[\u200b\u202e]", written)
    assert [each["cid"] for each in yaml.safe_load(written)["clauses"]] == ["m-title", "m-a1"]
