"""A withdrawal in the clear: by whom it was read decides, not how late it comes (SPEC 7.11)."""

import dataclasses
from collections.abc import Callable

import pytest

from paraph.protocol.negotiation import concluded, fold
from paraph.protocol.negotiation.fold import withdrawal
from paraph.protocol.negotiation.joint import is_agreed
from paraph.protocol.negotiation.state import APPLIED, Negotiation, Outcome, Said, State, begin
from paraph.protocol.statements.clear import Opened, Unopened, Withdraw
from paraph.protocol.statements.content import Content
from tests.support import negotiating as talk
from tests.support.concluding import HEAD, Ceremony, agreed, alternat
from tests.support.negotiating import CHANNEL, LANGUAGES, PARTIES, TALKS, Channel, talking
from tests.support.silence import Table

Step = Callable[[State], State]


def negotiation(state: State) -> Negotiation:
    found = state.negotiations.get(TALKS)
    assert found is not None
    return found


def withdraws(channel: Channel, statement: bytes, party: str = "USA") -> str:
    """Let the author of a statement withdraw it; returns why that is not applied, or nothing."""
    entry = channel.state.entries.get(statement)
    index = entry.index if entry is not None else 0
    placed = channel.hears(Withdraw(entry=index), party, "desk_officer", subject=statement)
    outcome = channel.state.withdrawals.get(placed)
    assert outcome is not None
    assert (outcome == APPLIED) == (not outcome.code)
    assert outcome == APPLIED or outcome.detail
    return outcome.code


def test_a_signature_that_is_withdrawn_after_the_last_one_stays_signed() -> None:
    channel = Ceremony().signed()
    placed = [*channel.talks.conclusion.initials, *channel.talks.conclusion.signatures]
    before = channel.talks
    for each in placed:
        assert withdraws(channel, each.said.statement, each.said.party) == "concluded"
    assert channel.talks == before
    assert concluded.is_signed(channel.talks)


def test_without_the_rule_the_signature_would_fall(monkeypatch: pytest.MonkeyPatch) -> None:
    # The positive control: what the rule is there for happens when it is taken out.
    def annulling(state: State, index: int, subject: bytes, said: Said) -> State:
        del index, said
        talks = negotiation(state)
        now = talks.conclusion
        kept = tuple(each for each in now.signatures if each.said.statement != subject)
        fallen = dataclasses.replace(talks, conclusion=dataclasses.replace(now, signatures=kept))
        return dataclasses.replace(state, negotiations=state.negotiations.put(TALKS, fallen))

    channel = Ceremony().signed()
    last = channel.talks.conclusion.signatures[-1].said
    monkeypatch.setattr(withdrawal, "withdrawn", annulling)
    channel.hears(Withdraw(entry=last.index), last.party, subject=last.statement)
    assert not concluded.is_signed(channel.talks)


def test_what_binds_is_taken_back_by_its_own_record_only() -> None:
    channel = Ceremony()
    initial = channel.initials("USA")
    assert withdraws(channel, initial) == "not-recallable"
    setting = channel.applies(alternat(channel.head.statement))
    yes = channel.applies(agreed(setting), "RUS", HEAD)
    assert withdraws(channel, yes, "RUS") == "not-recallable"
    assert channel.talks.conclusion.initials
    assert is_agreed(channel.state, channel.talks, setting)


def test_what_the_other_side_has_not_built_on_is_recalled_from_then_on() -> None:
    channel, version, text = talking()
    asked = channel.applies(talk.comment())
    earlier = channel.state
    assert not withdraws(channel, asked)
    assert asked in negotiation(channel.state).recalled
    assert negotiation(channel.state).comments_counted == 1
    assert asked not in negotiation(earlier).recalled
    assert withdraws(channel, asked) == "recalled"
    channel.applies(talk.confirmed(version, text), "RUS")
    assert withdraws(channel, version) == "built-on"
    assert negotiation(channel.state).heads == (version,)


def test_what_never_counted_has_nothing_to_be_taken_back() -> None:
    channel, _, _ = talking()
    late = channel.say(talk.opened())  # refused: it is open
    assert withdraws(channel, late) == "unknown-statement"
    assert withdraws(channel, bytes(31) + b"\x07") == "unknown-statement"


def test_while_another_party_cannot_open_it_a_withdrawal_always_counts() -> None:
    table = Table()
    placed = table.applies(talk.comment())
    entry = table.state.entries.get(placed)
    assert entry is not None
    table.applies(talk.comment(in_reply_to=placed), "RUS")
    table.hears(Unopened(entry=entry.index, reason="wrap"), "RUS")
    assert not withdraws(table, placed)
    assert not any(table.state.disputes.values())


@pytest.mark.parametrize("over", [False, True])
def test_a_dispute_of_the_own_party_or_one_that_is_over_does_not_help(*, over: bool) -> None:
    table = Table()
    placed = table.applies(talk.comment())
    entry = table.state.entries.get(placed)
    assert entry is not None
    table.applies(talk.comment(in_reply_to=placed), "RUS")
    table.hears(Unopened(entry=entry.index, reason="wrap"), "RUS" if over else "USA")
    if over:
        table.hears(Opened(entry=entry.index), "RUS")
    assert withdraws(table, placed) == "built-on"


def test_in_any_prefix_both_sides_come_to_the_same() -> None:
    log: list[Step] = []
    channel = Recording(log)
    channel.begins()
    for size in range(len(log) + 1):
        states = [begin(order, LANGUAGES, channel=CHANNEL) for order in (PARTIES, PARTIES[::-1])]
        for step in log[:size]:
            states = [step(each) for each in states]
        assert states[0] == states[1]
        assert states[0] == channel.states[size]


class Recording(Channel):
    """A channel that keeps every step, to be taken again."""

    def __init__(self, log: list[Step]) -> None:
        super().__init__()
        self.log = log
        self.states = [self.state]

    def say(
        self, content: Content, party: str = "USA", role: str = "desk_officer", **said: object
    ) -> bytes:
        statement = super().say(content, party, role, **said)
        entry = self.state.entries.get(statement)
        assert entry is not None
        around = entry.said
        self.log.append(lambda state: fold.apply(state, content, around)[0])
        self.states.append(self.state)
        return statement

    def takes_back(self, statement: bytes) -> Outcome:
        entry = self.state.entries.get(statement)
        assert entry is not None
        around = Said(bytes([self.state.size]) * 32, self.state.size, entry.party, entry.role)
        payload = Withdraw(entry=entry.index)

        def step(state: State) -> State:
            return fold.heard(state, payload, around, statement)

        self.log.append(step)
        self.state = step(self.state)
        self.states.append(self.state)
        outcome = self.state.withdrawals.get(around.statement)
        assert outcome is not None
        return outcome

    def begins(self) -> None:
        self.applies(talk.opened())
        version = self.applies(talk.base())
        question = self.applies(talk.comment(), "RUS")
        reply = self.applies(talk.comment(in_reply_to=question))
        assert self.takes_back(question).code == "built-on"
        assert self.takes_back(reply) == APPLIED
        assert self.takes_back(question) == APPLIED
        assert self.takes_back(version) == APPLIED
