"""A small model of the fold, written from SPEC 5.4 and 7: dicts and lists, no code of the fold.

It reads records as they travel and says which count. Nothing here is fast or complete: what
it knows it knows in another way. It works by saying no before it changes anything.
"""

from tests.support.model.acting import Acting
from tests.support.model.ending import Ending
from tests.support.model.lines import Lines
from tests.support.model.meeting import Meeting
from tests.support.model.talk import No, Placed
from tests.support.model.trading import Trading

__all__ = ["Model", "No", "Placed"]


class Model(Acting, Ending, Meeting, Trading, Lines):
    """All rules together."""
