"""The header that every sealed record begins with, and the small records they share (SPEC 5.6).

Author, party and channel are not here: they come from the signed statement around the content,
never from what the content says about itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from paraph.protocol import roles
from paraph.protocol.errors import MalformedError
from paraph.protocol.names import ZERO
from paraph.protocol.schema import (
    CONTENT,
    Codec,
    Record,
    ascending,
    flag,
    many,
    nested,
    octets,
    record,
    text,
    u53,
    union,
    wire,
    word,
)

NO_NEGOTIATION: Final = bytes(16)
JOINT: Final = "joint"
"""The author of a text that both sides own: one sends it, the other confirms it."""
ACTING_ROLES: Final = tuple(role for role in roles.ROLES if role != roles.AUDITOR)
ORIGINS: Final = ("manual", "automatic")

# ASCII only, and no pattern uses \w or \s: what a record may hold must not follow the
# interpreter's Unicode tables, and clause ids must not be told apart by look-alikes.
language_code: Final = text(3, r"[a-z]{2,3}")
party_code: Final = text(8, r"[A-Z]{2,8}")
author_code: Final = text(8, rf"[A-Z]{{2,8}}|{JOINT}")
clause_id: Final = text(64, r"[A-Za-z0-9_-]{1,64}")
maybe_clause_id: Final = text(64, r"[A-Za-z0-9_-]{0,64}")
conference_name: Final = text(32, r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
maybe_conference_name: Final = text(32, r"([A-Za-z0-9][A-Za-z0-9._-]{0,31})?")
label: Final = text(64, r"[^\x00-\x1f\x7f]*")
named: Final = text(64, r"[^\x00-\x1f\x7f]+")

MOST_LANGUAGES: Final = 16
MOST_WORDS: Final = 100_000
"""Characters of one clause in one language: some thirty printed pages."""


@record("wording", CONTENT)
class Wording(Record):
    """Words in one language (SPEC 5.6)."""

    language: str = wire(language_code, "language of the words")
    words: str = wire(text(MOST_WORDS), "the words, as received; never normalised")

    def __lt__(self, other: Wording) -> bool:
        """Order by language, so that an ascending list names each language once."""
        return self.language < other.language


@record("language-status", CONTENT)
class LanguageStatus(Record):
    """What a language text of a version is (SPEC 5.6)."""

    language: str = wire(language_code, "language")
    status: str = wire(named, "original, courtesy_translation, or another word")

    def __lt__(self, other: LanguageStatus) -> bool:
        """Order by language."""
        return self.language < other.language


@record("language-digest", CONTENT)
class LanguageDigest(Record):
    """Digest of the rendering of a version in one language (SPEC 7.4)."""

    language: str = wire(language_code, "language")
    digest: bytes = wire(octets(32), "SHA-256 of the rendering in that language")

    def __lt__(self, other: LanguageDigest) -> bool:
        """Order by language."""
        return self.language < other.language


wordings: Final[Codec[tuple[Wording, ...]]] = ascending(nested(Wording), MOST_LANGUAGES)
digests: Final[Codec[tuple[LanguageDigest, ...]]] = ascending(
    nested(LanguageDigest), MOST_LANGUAGES, least=1
)


def to_wordings(by_language: Mapping[str, str]) -> tuple[Wording, ...]:
    """Return *by_language* as the ascending list that goes on the wire."""
    return tuple(Wording(language=each, words=by_language[each]) for each in sorted(by_language))


def to_digests(by_language: Mapping[str, bytes]) -> tuple[LanguageDigest, ...]:
    """Return *by_language* as the ascending list that goes on the wire."""
    return tuple(
        LanguageDigest(language=each, digest=by_language[each]) for each in sorted(by_language)
    )


@record("statement-mention", CONTENT)
class StatementMention(Record):
    """Something that stands in this channel's log, by its statement id (SPEC 5.6)."""

    statement: bytes = wire(octets(32), "statement id")

    def __lt__(self, other: Mention) -> bool:
        """Order statements by id, before names."""
        return isinstance(other, NamedMention) or self.statement < other.statement


@record("named-mention", CONTENT)
class NamedMention(Record):
    """Something that has no statement of its own, by the name the author gives it (SPEC 5.6)."""

    name: str = wire(named, "name, as the author writes it")

    def __lt__(self, other: Mention) -> bool:
        """Order names by code point, after statements."""
        return isinstance(other, NamedMention) and self.name < other.name


Mention = StatementMention | NamedMention
mention: Final[Codec[Any]] = union(StatementMention, NamedMention)
one_mention: Final[Codec[tuple[Mention, ...]]] = many(mention, most=1)


def to_mentions(each: Iterable[Mention]) -> tuple[Mention, ...]:
    """Return *each* once, in the order that goes on the wire."""
    return tuple(sorted(set(each)))


@record("relation", CONTENT)
class Relation(Record):
    """A statement in this or another channel (SPEC 5.6)."""

    channel: bytes = wire(octets(32), "channel id; zeros if the record relates to nothing")
    statement: bytes = wire(octets(32), "statement id; zeros if the record relates to nothing")

    def check(self) -> None:
        """Refuse half a reference."""
        if (self.channel == ZERO) != (self.statement == ZERO):
            raise MalformedError("expected channel and statement, or neither")


NO_RELATION: Final = Relation(channel=ZERO, statement=ZERO)


@record("attachment-key", CONTENT)
class AttachmentKey(Record):
    """What opens one attachment of the statement (SPEC 5.6)."""

    blob: bytes = wire(octets(32), "digest of the sealed blob, as the statement lists it")
    identity: bytes = wire(octets(16), "random id that the cipher is bound to")
    key: bytes = wire(octets(32), "content key")
    name: str = wire(text(255, r"[^\x00-\x1f\x7f/\\]+"), "name to show; never a path")
    size: int = wire(u53, "bytes before padding")
    digest: bytes = wire(octets(32), "SHA-256 of the bytes before padding")

    def __lt__(self, other: AttachmentKey) -> bool:
        """Order by blob, as the statement does."""
        return self.blob < other.blob


@record("content-header", CONTENT)
class ContentHeader(Record):
    """What every sealed record says about itself (SPEC 5.6)."""

    negotiation: bytes = wire(octets(16), "negotiation id; chosen at random by who opens it")
    dated: int = wire(u53, "claimed instant, POSIX milliseconds; decides nothing")
    acting_role: str = wire(word(*ACTING_ROLES), "role the author acts in: the role of the key")
    handling: str = wire(label, "handling label; empty if none")
    origin: str = wire(word(*ORIGINS), "manual by a person, automatic by a bot")
    relates_to: Relation = wire(nested(Relation), "what it is about, in this or another channel")
    dispatch_reference: str = wire(label, "reference in the author's own register; empty if none")
    reply_by: int = wire(u53, "an answer is asked for by then, POSIX milliseconds; 0 = none")
    latest_useful: int = wire(u53, "of no use after, POSIX milliseconds; 0 = no end")
    without_prejudice: bool = wire(flag, "may not be cited as the party's position")
    attachments: tuple[AttachmentKey, ...] = wire(
        ascending(nested(AttachmentKey), most=16), "one for each attachment of the statement"
    )

    @classmethod
    def plain(cls, *, negotiation: bytes, dated: int, acting_role: str) -> ContentHeader:
        """Return a header with every other field at rest; bots speak automatically."""
        return cls(
            negotiation=negotiation,
            dated=dated,
            acting_role=acting_role,
            handling="",
            origin="automatic" if acting_role == roles.BOT else "manual",
            relates_to=NO_RELATION,
            dispatch_reference="",
            reply_by=0,
            latest_useful=0,
            without_prejudice=False,
            attachments=(),
        )


header: Final[Codec[ContentHeader]] = nested(ContentHeader)
