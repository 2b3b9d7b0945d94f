"""What one party of the large negotiation keeps to itself: notes, a mandate, drafts."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

from paraph.client.negotiating import bilingual, drafting
from paraph.client.negotiating.kept_drafts import DraftFolder
from paraph.client.writing import composing
from paraph.client.writing.composing import Manner
from paraph.protocol import roles
from paraph.protocol.negotiation.state import State
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.internal import MandateSet, TripWords
from tests.support.large import words
from tests.support.large.stage import TALKS, Stage

NOTES: Final = 60
DRAFTS: Final = 3


def play(stage: Stage, shared: State) -> None:
    """Say what stands in the internal channel of USA, on the texts of *shared*."""
    chance = random.Random(11)
    talks = composing.negotiation_of(shared, TALKS)
    head = composing.version_of(talks, talks.heads[-1])
    mandate = MandateSet(
        header=composing.header(TALKS, roles.HEAD, Manner(dated=stage.now), 0),
        name="M-USA-1",
        scope=to_wordings({"en": "Technical questions of safety only."}),
        out_of_scope=("target_information",),
        trip_words=(TripWords(language="en", words=("joint operation",)),),
        ad_referendum=(roles.DESK,),
        final=(roles.HEAD,),
        clear_first=(),
        legal_first=(),
    )
    stage.say(mandate, "USA")
    for number in range(NOTES):
        part = chance.choice(head.text.parts)
        content = composing.commented(
            composing.header(TALKS, roles.DESK, Manner(dated=stage.now), 0),
            f"Canary note {number} on {part.cid}. {words.remark(chance, 'en')}",
            kind=chance.choice(("instruction", "fallback", "statement")),
        )
        stage.say(content, "USA")


def keep_drafts(home: Path, state: State) -> None:
    """Keep drafts on the head in *home*."""
    talks = composing.negotiation_of(state, TALKS)
    head = composing.version_of(talks, talks.heads[-1])
    text = bilingual.write(drafting.from_version(head, TALKS), state.languages)
    for number in range(DRAFTS):
        DraftFolder(home).save(text.replace("nautical miles", f"nautical miles (draft {number})"))
