"""`paraph member grant` at the command line: a colleague who came later reads the past."""

from pathlib import Path

from tests.support.commands import colleague, found_channel, two_parties
from tests.support.desks import folder_of
from tests.support.exchange import exchanging, send_base


def test_a_new_colleague_is_given_the_past(tmp_path: Path) -> None:
    usa, rus, front = exchanging(tmp_path)
    channel = folder_of(usa).channel.hex()
    first = send_base(usa) - 1
    rus.ok("comment", "Why three?")
    late, key = colleague(usa)

    halted = late.run("sync")
    assert halted.exit_code == 0
    assert f"read       state up to {first}: sealed to other keys" in halted.stdout
    command = f"paraph member grant {key[:16]} --channel {channel[:8]}"
    assert f"hint: a head_of_delegation or registrar of USA runs: {command}" in halted.stderr
    assert command in late.run("log").stderr

    front.down = True
    said = usa.fails(4, "member", "grant", key[:16], "--channel", channel[:8])
    assert "error: the relay did not answer: grants wait in the outbox [queued]" in said
    assert "hint: run the same command again: nothing is made or sent twice" in said
    front.down = False
    # what waited is sent, and what the other side said meanwhile is granted as well
    told = usa.ok("member", "grant", "legal_adviser", "--all")
    at = int(told.partition("#")[2].split()[0])
    assert told == (
        f"key        legal_adviser {key[:16]}\n"
        f"granted    1 entry, in #{at}\n"
        "reads      everything\n"
    )
    assert usa.json("member", "grant", key) == {
        "channel": channel,
        "exercise": True,
        "party": "USA",
        "role": "legal_adviser",
        "key": key,
        "state": "logged",
        "granted": 0,
        "unopened": [],
        "statements": [],
        "halt": None,
    }

    assert "state of all" in late.ok("sync")
    ours, read = usa.json("log"), late.json("log")
    assert read["root"] == ours["root"]
    assert read["entries"] == ours["entries"]
    assert late.json("comment", "I have read it.")["state"] == "logged"


def test_grants_are_told_with_their_places(tmp_path: Path) -> None:
    usa, _, _ = exchanging(tmp_path)
    sent = send_base(usa)
    _, key = colleague(usa)
    told = usa.ok("member", "grant", "legal_adviser", "--from", str(sent))
    assert told == (
        f"key        legal_adviser {key[:16]}\n"
        f"granted    1 entry, in #{sent + 2}\n"
        f"reads      up to #{sent - 1}, which is closed to it\n"
    )
    said = usa.fails(2, "member", "grant", key, "--all", "--from", "3")
    assert "expected --all or --from, not both" in said


def test_what_does_not_open_here_is_told(tmp_path: Path) -> None:
    usa, _, _ = exchanging(tmp_path)
    sent = send_base(usa)
    head, _ = colleague(usa, "registrar")
    _, key = colleague(usa)
    result = head.run("member", "grant", "legal_adviser")
    assert result.exit_code == 0
    assert result.stdout == (
        f"key        legal_adviser {key[:16]}\n"
        "granted    0 entries\n"
        f"unopened   2 entries, from #{sent - 1} on\n"
        f"reads      up to #{sent - 1}, which is closed to it\n"
    )
    assert "hint: another home of your party may open the rest" in result.stderr


def test_a_home_that_may_not_grant_is_told_how(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    found_channel(usa, rus, "--exercise")
    late, _ = colleague(rus)
    said = rus.fails(7, "member", "grant", "legal_adviser")
    assert "error: expected a key of a head_of_delegation or registrar at this home [role]" in said
    assert "hint: paraph member add --self --role head_of_delegation, then the same" in said
    said = late.fails(7, "member", "grant", "bot")
    assert "hint: a colleague with a key of a head_of_delegation or registrar" in said
    rus.ok("member", "add", "--self", "--role", "head_of_delegation")
    assert "granted    0 entries" in rus.ok("member", "grant", "legal_adviser")
