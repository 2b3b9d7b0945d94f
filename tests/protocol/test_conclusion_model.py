"""Any order of initials, withdrawals and signatures, against a model that counts sets (7.16)."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from paraph.protocol.negotiation import concluded
from paraph.protocol.negotiation.phase import phase
from tests.support.concluding import (
    HEAD,
    SIGNATORY,
    Ceremony,
    agreed,
    alternat,
    initialled,
    signed,
    who,
    withdrawn,
)
from tests.support.negotiating import PARTIES, child

NEEDED = 2
parties = st.sampled_from(PARTIES)
persons = st.integers(0, 2)


class Conclusion(RuleBasedStateMachine):
    """The fold on one side; on the other, sets of who has done what."""

    def __init__(self) -> None:
        super().__init__()
        self.channel = Ceremony(initiallers=NEEDED, signatories=NEEDED, powers_for=3)
        content = alternat(self.channel.text)
        statement = self.channel.applies(content)
        self.channel.applies(agreed(statement), "RUS", HEAD)
        self.by = statement, content
        self.initials: dict[tuple[str, int], bytes] = {}
        self.signatures: dict[tuple[str, str, int], bytes] = {}

    @property
    def authenticated(self) -> bool:
        return all(sum(each == party for each, _ in self.initials) >= NEEDED for party in PARTIES)

    @property
    def complete(self) -> bool:
        return self.authenticated and all(
            sum(found[:2] == (party, original) for found in self.signatures) >= NEEDED
            for party in PARTIES
            for original in PARTIES
        )

    @rule(party=parties, number=persons)
    def initial(self, party: str, number: int) -> None:
        content = initialled(self.channel.head, party, number)
        said = who(party, number)
        if self.authenticated or (party, number) in self.initials:
            self.channel.refuses(content, party, HEAD, **said)
        else:
            placed = self.channel.applies(content, party, HEAD, **said)
            self.initials[party, number] = placed

    @rule(party=parties, original=parties, number=persons)
    def sign(self, party: str, original: str, number: int) -> None:
        content = signed(self.channel.head, party, original, self.by, number)
        said = who(party, number)
        key = party, original, number
        if self.authenticated and not self.complete and key not in self.signatures:
            self.signatures[key] = self.channel.applies(content, party, SIGNATORY, **said)
        else:
            self.channel.refuses(content, party, SIGNATORY, **said)

    @rule(party=parties, place=st.integers(0, 5))
    def withdraw_initial(self, party: str, place: int) -> None:
        if not self.initials:
            return
        key = sorted(self.initials)[place % len(self.initials)]
        content = withdrawn(self.initials[key])
        if self.authenticated or key[0] != party:
            self.channel.refuses(content, party, HEAD)
        else:
            self.channel.applies(content, party, HEAD)
            del self.initials[key]

    @rule(party=parties, place=st.integers(0, 11))
    def withdraw_signature(self, party: str, place: int) -> None:
        if not self.signatures:
            return
        key = sorted(self.signatures)[place % len(self.signatures)]
        content = withdrawn(self.signatures[key], SIGNATORY)
        if self.complete or key[0] != party:
            self.channel.refuses(content, party, SIGNATORY)
        else:
            self.channel.applies(content, party, SIGNATORY)
            del self.signatures[key]

    @rule()
    def change_the_text(self) -> None:
        if self.initials:
            version = self.channel.head
            assert self.channel.refuses(child(version.text, version.statement)) == "frozen-text"

    @invariant()
    def both_count_alike(self) -> None:
        talks = self.channel.talks
        assert {each.said.statement for each in talks.conclusion.initials} == set(
            self.initials.values()
        )
        assert {each.said.statement for each in talks.conclusion.signatures} == set(
            self.signatures.values()
        )
        assert (concluded.initialled(talks) is not None) == self.authenticated
        assert concluded.is_signed(talks) == self.complete
        assert talks.conclusion.is_frozen == bool(self.initials)
        word = phase(self.channel.state, talks).word
        expected = "signed" if self.complete else "authenticated" if self.authenticated else "scrub"
        assert word == expected


Conclusion.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestConclusion = Conclusion.TestCase
