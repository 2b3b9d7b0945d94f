"""An exercise touches nothing live, and the other way round: also not by an internal note."""

from pathlib import Path

import pytest

from paraph.client.keys.home import Home
from paraph.client.sending.crossing import require_same_life
from paraph.protocol.errors import RefusedError
from paraph.protocol.names import ChannelId
from paraph.protocol.statements.header import NO_RELATION, Relation
from tests.support import negotiating as talk
from tests.support.exchange import exchanging

STATEMENT = bytes([7]) * 32


def test_a_live_internal_note_refers_to_no_exercise_and_an_exercise_to_one(tmp_path: Path) -> None:
    usa, _, _ = exchanging(tmp_path)
    card = usa.path("relay.card")
    made = usa.json("channel", "internal", "--relay", card, "--role", "desk_officer")
    home = Home(usa.home)
    inside = home.channel(ChannelId(bytes.fromhex(made["channel"])))
    shared = next(each for each in home.channels() if each.channel != inside.channel)
    about = Relation(channel=shared.channel, statement=STATEMENT)
    note = talk.comment(header=talk.header(relates_to=about))
    with pytest.raises(RefusedError, match="a live channel refers to nothing in an exercise"):
        require_same_life(inside, note, exercise=False)
    require_same_life(inside, note, exercise=True)
    elsewhere = Relation(channel=STATEMENT, statement=STATEMENT)
    for relation in (NO_RELATION, elsewhere):  # nothing, and what this home does not know
        plain = talk.comment(header=talk.header(relates_to=relation))
        require_same_life(inside, plain, exercise=False)
    require_same_life(shared, note, exercise=True)
