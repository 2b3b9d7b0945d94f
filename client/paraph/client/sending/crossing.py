"""What an internal note may refer to: an exercise touches nothing live (SPEC 7.5).

The fold keeps shared channels to themselves. An internal channel may refer to a shared one, and
only the home that has both knows what each of them is.
"""

from __future__ import annotations

from paraph.client.keys import cards
from paraph.client.keys.home import ChannelHome
from paraph.protocol.documents import Charter
from paraph.protocol.errors import RefusedError
from paraph.protocol.names import ZERO
from paraph.protocol.sentences import worded
from paraph.protocol.statements.content import Content


def require_same_life(here: ChannelHome, content: Content, *, exercise: bool) -> None:
    """Refuse a reference between an exercise and a live channel of this home.

    Args:
        here: The channel in which *content* is to be said.
        content: What is to be said.
        exercise: Whether that channel is an exercise.

    Raises:
        RefusedError: Code ``foreign-reference``.
    """
    about = content.header.relates_to.channel
    charter = here.path.parent / about.hex() / "charter"
    if about in (ZERO, here.channel) or not charter.exists():
        return
    there = Charter.decode(cards.read(charter, cards.CharterFile).charter.body)
    if there.exercise != exercise:
        kinds = (worded("an exercise"), worded("a live channel"))
        one, other = kinds if exercise else kinds[::-1]
        raise RefusedError(
            worded("%(one)s refers to nothing in %(other)s", one=one, other=other),
            code="foreign-reference",
            hint="say it in an internal channel of the same kind: paraph channel internal founds"
            " a live one, with --exercise one for exercises",
        )
