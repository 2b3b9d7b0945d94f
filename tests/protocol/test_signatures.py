"""Signatures, each on one of the two originals (SPEC 7.16, 7.17)."""

import pytest

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import concluded
from paraph.protocol.statements.conclusion import Original, Substitution
from paraph.protocol.statements.header import to_digests
from tests.support.concluding import HEAD, SIGNATORY, Ceremony, agreed, alternat, signed, who

# ---------------------------------------------------------------------------- signatures


def test_nothing_is_signed_before_it_is_initialled_and_the_originals_are_agreed() -> None:
    channel = Ceremony()
    content = alternat(channel.head.statement)
    set_ = channel.applies(content)
    first = signed(channel.head, "USA", "USA", (set_, content))
    assert channel.refuses(first, "USA", SIGNATORY, **who("USA")) == "not-ready"
    assert "not-initialled" in channel.outcome.detail
    channel.initialled()
    assert channel.open_rules("sign") == ["no-alternat"]
    assert channel.refuses(first, "USA", SIGNATORY, **who("USA")) == "not-ready"
    channel.applies(agreed(set_), "RUS", HEAD)
    channel.applies(first, "USA", SIGNATORY, **who("USA"))


def test_each_original_needs_every_required_signature_of_both_parties() -> None:
    channel = Ceremony(signatories=2, powers_for=2).initialled()
    by = channel.alternat()
    for number in (0, 1):
        for original in ("USA", "RUS"):
            for party in ("USA", "RUS"):
                assert not concluded.is_signed(channel.talks)
                channel.signs(party, original, by, number)
    assert concluded.is_signed(channel.talks)
    content = signed(channel.head, "USA", "USA", by, 2)
    assert channel.refuses(content, "USA", SIGNATORY, **who("USA", 2)) == "concluded"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"alternat": bytes(31) + b"\x01"}, "alternat-differs"),
        ({"languages": ("ru", "en")}, "alternat-differs"),
        ({"original": "FRA"}, "unknown-party"),
        ({"texts": to_digests({"en": ZERO, "ru": ZERO})}, "digest-differs"),
        ({"holder": bytes(16)}, "act-differs"),
    ],
)
def test_a_signature_on_anything_but_the_agreed_original_is_refused(
    changes: dict[str, object], code: str
) -> None:
    channel = Ceremony().initialled()
    content = signed(channel.head, "USA", "USA", channel.alternat(), role=SIGNATORY, **changes)
    assert channel.refuses(content, "USA", SIGNATORY, **who("USA")) == code


def test_the_signature_of_the_other_original_does_not_fit_this_one() -> None:
    channel = Ceremony().initialled()
    by = channel.alternat()
    other = signed(channel.head, "USA", "RUS", by).act
    content = signed(channel.head, "USA", "USA", by, texts=other.texts)
    assert channel.refuses(content, "USA", SIGNATORY, **who("USA")) == "digest-differs"


def test_a_person_signs_an_original_once() -> None:
    channel = Ceremony().initialled()
    by = channel.alternat()
    channel.signs("USA", "USA", by)
    content = signed(channel.head, "USA", "USA", by)
    assert channel.refuses(content, "USA", SIGNATORY, **who("USA")) == "signed-before"


# ---------------------------------------------------------------------------- originals


def test_the_originals_stay_as_they_are_once_one_is_signed() -> None:
    channel = Ceremony().initialled()
    first, newer = channel.alternat(), channel.alternat()
    stale = signed(channel.head, "USA", "USA", first)
    assert channel.refuses(stale, "USA", SIGNATORY, **who("USA")) == "alternat-differs"
    late = alternat(channel.head.statement)
    waiting = channel.applies(late)
    channel.signs("USA", "USA", newer)
    channel.applies(agreed(waiting), "RUS", HEAD)
    other = signed(channel.head, "RUS", "USA", (waiting, late))
    assert channel.refuses(other, "RUS", SIGNATORY, **who("RUS")) == "alternat-differs"
    assert channel.refuses(alternat(channel.head.statement)) == "frozen-text"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"named_first": "FRA"}, "unknown-party"),
        (
            {
                "originals": (
                    Original(kept_by="FRA", parties=("FRA", "USA"), languages=("en", "ru")),
                    Original(kept_by="USA", parties=("USA", "FRA"), languages=("en", "ru")),
                )
            },
            "originals-differ",
        ),
        (
            {
                "originals": (
                    Original(kept_by="RUS", parties=("USA", "RUS"), languages=("en", "ru")),
                    Original(kept_by="USA", parties=("USA", "RUS"), languages=("en", "ru")),
                )
            },
            "originals-differ",
        ),
        (
            {
                "originals": (
                    Original(kept_by="RUS", parties=("RUS", "FRA"), languages=("en", "ru")),
                    Original(kept_by="USA", parties=("USA", "RUS"), languages=("en", "ru")),
                )
            },
            "originals-differ",
        ),
        (
            {
                "originals": (
                    Original(kept_by="RUS", parties=("RUS", "USA"), languages=("en", "en")),
                    Original(kept_by="USA", parties=("USA", "RUS"), languages=("en", "ru")),
                )
            },
            "originals-differ",
        ),
        (
            {"substitutions": (Substitution(language="fr", old="A", new="B"),)},
            "unknown-language",
        ),
        (
            {"substitutions": (Substitution(language="en", old="nowhere", new="B"),)},
            "substitution-differs",
        ),
        ({"version": ZERO}, "unknown-version"),
    ],
)
def test_originals_that_cannot_be_made_are_refused(changes: dict[str, object], code: str) -> None:
    channel = Ceremony()
    assert channel.refuses(alternat(channel.head.statement, **changes)) == code
