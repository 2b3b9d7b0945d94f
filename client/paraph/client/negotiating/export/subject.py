"""What is exported: one version, with everything around it that an export tells."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Final

from paraph.client.channel.desk import Desk
from paraph.protocol.negotiation.lint import character_tables, characters
from paraph.protocol.negotiation.state import Negotiation, State, Version

_HIDDEN: Final = characters.one_of(character_tables.INVISIBLE)
# Neither XML nor a terminal takes these; no text of ours can hold a surrogate.
_NONE: Final = re.compile("[\ufdd0-\ufdef]|[^\x00-\ufffd\U00010000-\U0010ffff]")


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """A version and its surroundings.

    Attributes:
        state: The state that it stands in.
        talks: Its negotiation.
        version: The version.
        languages: Which languages, in order.
    """

    state: State
    talks: Negotiation
    version: Version
    languages: tuple[str, ...]

    @property
    def marking(self) -> tuple[str, ...]:
        """What must stand on every page: EXERCISE, banners, classification, who may see it."""
        lines = ["EXERCISE"] if self.state.exercise else []
        if self.talks.opened is not None:
            marking = self.talks.opened.marking
            lines += [each.words for each in marking.banner]
            lines += [marking.classification] if marking.classification else []
            if marking.releasable_to:
                lines.append(f"releasable to {', '.join(marking.releasable_to)}")
        return tuple(lines)

    def title(self, language: str) -> str:
        """Return the title of the instrument in a language, or in the first that has one."""
        opened = self.talks.opened
        titles = {each.language: each.words for each in opened.titles} if opened else {}
        return titles.get(language) or next(iter(titles.values()), "")

    @property
    def name(self) -> str:
        """Which version it is, on one line."""
        version = self.version
        return (
            f"version {version.number} (#{version.index}), {version.content.version_kind}"
            f" of {version.content.author}"
        )


def subject_of(
    desk: Desk, talks: Negotiation, version: Version, languages: Sequence[str]
) -> Subject:
    """Return a version of a desk as a subject."""
    return Subject(desk.state, talks, version, tuple(languages))


def shown(text: str) -> str:
    """Return words with everything visible that cannot be seen; line feeds stay."""
    return _HIDDEN.sub(
        lambda found: "".join(
            each if each == "\n" else f"<U+{ord(each):04X}>" for each in found[0]
        ),
        _NONE.sub(lambda found: f"<U+{ord(found[0]):04X}>", text),
    )
