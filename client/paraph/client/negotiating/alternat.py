"""Originals at a desk: which party a text names first, how they differ, what is in them (7.17)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from paraph.client.channel.desk import Desk
from paraph.client.writing import composing
from paraph.protocol.errors import InputError, MisuseError, OutOfTurnError
from paraph.protocol.negotiation import alternat as alternats
from paraph.protocol.negotiation import concluded
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import Version
from paraph.protocol.negotiation.text import Text
from paraph.protocol.sentences import worded
from paraph.protocol.statements.conclusion import AlternatSet, Original, Substitution
from paraph.protocol.statements.header import ContentHeader


def named_first(text: Text, names: Mapping[str, Mapping[str, str]]) -> str:
    """Return the party that *text* names first; empty where it names none of them.

    Args:
        text: The text.
        names: Names by party, then by language.
    """
    for language in text.languages:
        rendered = texts.render(text, language)
        places = {
            code: rendered.find(unicodedata.normalize("NFC", by_language[language]))
            for code, by_language in names.items()
            if language in by_language
        }
        found = {code: at for code, at in places.items() if at >= 0}
        if found:
            return min(found, key=lambda code: (found[code], code))
    return ""


def alternat_set(
    desk: Desk,
    header: ContentHeader,
    version: Version,
    substitutions: Sequence[tuple[str, str, str]],
    leads: Mapping[str, str],
    first: str = "",
) -> AlternatSet:
    """Return the record that sets the originals of a version.

    Args:
        desk: Whose.
        header: The common header.
        version: Which version.
        substitutions: Language, words of the version, words of the other original.
        leads: The language that leads in the original that a party keeps, by party; a party
            left out has the languages in the order of the charter.
        first: The party that the version names first; found by the parties' names if not given.

    Raises:
        InputError: The version names no party that can be told, or something does not fit.
    """
    trust = desk.replica.log.trust
    names = {
        code: {each.language: each.name for each in party.manifest.names}
        for code, party in trust.parties.items()
    }
    first = first or named_first(version.text, names)
    if not first:
        raise InputError(
            "the text names none of the parties as their manifests do",
            code="named-first",
            hint="give --named-first CODE: the party that the text names first",
        )
    codes = sorted(trust.parties)
    order = desk.replica.log.charter.languages
    try:
        made = AlternatSet(
            header=header,
            version=version.statement,
            named_first=first,
            originals=tuple(
                Original(
                    kept_by=code,
                    parties=(code, *(each for each in codes if each != code)),
                    languages=_led(order, leads.get(code, "")),
                )
                for code in codes
            ),
            substitutions=tuple(
                Substitution(language=language, old=old, new=new)
                for language, old, new in substitutions
            ),
        )
        alternats.check(version.text, made)
    except MisuseError as error:
        raise InputError(error.words) from error
    except OutOfTurnError as error:
        raise InputError(
            error.words, code=error.code, hint="quote the words exactly as paraph text shows them"
        ) from error
    return made


def _led(order: Sequence[str], lead: str) -> tuple[str, ...]:
    if lead and lead not in order:
        raise InputError(
            worded(
                '"%(lead)s" is not a working language; expected %(order)s',
                lead=lead,
                order=tuple(order),
            ),
            code="unknown-language",
        )
    return tuple(sorted(order, key=lambda each: each != lead))


def originals(desk: Desk, identity: bytes, wanted: bytes | None = None) -> AlternatSet:
    """Return the alternat *wanted*, or the one that both parties agreed to.

    Raises:
        InputError: There is none.
    """
    state = desk.state
    talks = composing.negotiation_of(state, identity)
    settled = concluded.in_force(talks)
    version = settled.statement if settled is not None else next(iter(talks.heads), b"")
    agreed = concluded.alternat(state, talks, version)
    found = talks.conclusion.alternats.get(wanted) if wanted is not None else agreed
    if found is None:
        raise InputError(
            "expected originals that both parties agreed to",
            code="no-alternat",
            hint="paraph alternat set proposes them; paraph alternat show REF shows a proposal",
        )
    return found.content


def compare(desk: Desk, identity: bytes, alternat: AlternatSet) -> dict[str, dict[str, bytes]]:
    """Return the digest of each original, by party that keeps it, then by language.

    Each is turned back into the version by the substitutions, as a check.
    """
    version = composing.version_of(composing.negotiation_of(desk.state, identity), alternat.version)
    alternats.check(version.text, alternat)
    return {
        copy.kept_by: {
            language: alternats.digest_original(version.text, language, alternat, copy.kept_by)
            for language in copy.languages
        }
        for copy in alternat.originals
    }
