"""Who takes part, as people write it and as the protocol calls it."""

from gettext import NullTranslations

import pytest

from paraph.client.web import delegations


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("head of delegation, Legal adviser", "head_of_delegation legal_adviser"),
        ("head_of_delegation legal_adviser", "head_of_delegation legal_adviser"),
        ("chief linguist; head of delegation", "chief_linguist head_of_delegation"),
        ("root cause analyst", "root_cause_analyst"),
        ("fisherman,\n, linguist", "fisherman linguist"),
        ("", ""),
    ],
)
def test_roles_are_read_as_they_are_meant(written: str, meant: str) -> None:
    assert delegations.read(NullTranslations(), written) == meant
