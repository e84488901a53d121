"""One connection for many letters: kept while it is good, opened anew where it is not, never a letter twice."""

from __future__ import annotations

import os
import smtplib
from email import message_from_string, policy

import pytest

from integrations.errors import ServiceUnreachable
from integrations.mail import session as module
from integrations.mail.errors import AddressRefused, MaybeSent
from integrations.mail.kept import KeptSession
from integrations.mail.letters import Letter
from integrations.mail.sender import get_mailbox, letter_id
from tests.support.mail import post_office

pytestmark = pytest.mark.django_db

LETTER = Letter(subject="Осталось 3 дня", text="Срок.\n", html="<p>Срок.</p>\n", reply_to="a@b.ru")
TO = "anna@example.com"


@pytest.fixture
def post():
    with post_office() as office:
        yield office


def connections(post) -> int:
    return [step for step, _status in post.steps].count("connect")


def test_letters_share_a_connection(post):
    with get_mailbox().session() as session:
        names = [session.send(LETTER, to=TO, key=f"k:{n}") for n in range(5)]
    assert [letter.message_id for letter in post.letters] == names
    assert len(set(names)) == 5
    assert connections(post) == 1


def test_a_worn_connection_is_changed(post, monkeypatch):
    monkeypatch.setattr(module, "LETTERS_A_CONNECTION", 2)
    with get_mailbox().session() as session:
        for n in range(5):
            session.send(LETTER, to=TO, key=f"k:{n}")
    assert connections(post) == 3


def test_a_refused_letter_leaves_the_connection_to_the_next(post):
    with get_mailbox().session() as session:
        post.answers("550", times=1)
        with pytest.raises(AddressRefused):
            session.send(LETTER, to=TO, key="k:1")
        session.send(LETTER, to=TO, key="k:2")
    assert connections(post) == 1
    assert len(post.letters) == 1


def test_a_lost_answer_is_in_doubt_and_the_next_letter_has_a_connection_of_its_own(post):
    with get_mailbox().session() as session:
        session.send(LETTER, to=TO, key="k:1")
        post.answers("after", times=1)
        with pytest.raises(MaybeSent):
            session.send(LETTER, to=TO, key="k:2")
        session.send(LETTER, to=TO, key="k:3")
    assert connections(post) == 2
    assert len(post.letters) == 3


def test_a_server_that_hung_up_meanwhile_costs_nothing(post):
    with get_mailbox().session() as session:
        session.send(LETTER, to=TO, key="k:1")
        post.fault("reset", operation="mail", times=1)
        session.send(LETTER, to=TO, key="k:2")
    assert len(post.letters) == 2
    assert connections(post) == 2


def test_a_server_that_hangs_up_each_time_is_surely_not_told(post):
    post.fault("reset", operation="mail", times=None)
    with get_mailbox().session() as session, pytest.raises(ServiceUnreachable) as lost:
        session.send(LETTER, to=TO, key="k:1")
    assert not lost.value.maybe_executed
    assert not isinstance(lost.value, MaybeSent)


@pytest.mark.parametrize(("asked_after", "idle", "opened"), [(0, 99, 1), (0, 0, 2)])
def test_an_idle_connection_is_asked_and_a_long_idle_one_is_left(
    post, monkeypatch, asked_after, idle, opened
):
    monkeypatch.setattr(module, "ASKED_AFTER", asked_after)
    monkeypatch.setattr(module, "IDLE", idle)
    with get_mailbox().session() as session:
        session.send(LETTER, to=TO, key="k:1")
        session.send(LETTER, to=TO, key="k:2")
    assert connections(post) == opened


def test_headers_of_the_caller_stand_beside_our_own(post):
    unsubscribe = "<https://shop.example.com/u/" + "t" * 60 + "/>"
    headers = {
        "List-Unsubscribe": unsubscribe,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    with get_mailbox().session() as session:
        session.send(LETTER, to=TO, key="k:1", headers=headers, bulk=True)
        session.send(LETTER, to=TO, key="k:2")
    bulk, plain = (
        message_from_string(letter.source, policy=policy.default) for letter in post.letters
    )
    assert bulk["list-unsubscribe"].replace(" ", "") == unsubscribe
    assert bulk["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert (bulk["precedence"], plain["precedence"]) == ("bulk", None)
    for letter in (bulk, plain):
        assert letter["reply-to"] == "a@b.ru"
        assert letter["date"].datetime is not None
        assert letter["x-letter-id"] == letter_id(letter["message-id"], TO)
    assert letter_id(bulk["message-id"], "boris@example.com") != bulk["x-letter-id"]


def test_a_kept_session_serves_everybody_until_the_settings_change(post):
    kept = KeptSession()
    for n in range(3):
        with kept.use(get_mailbox()) as session:
            session.send(LETTER, to=TO, key=f"k:{n}")
    assert connections(post) == 1
    with post_office() as other, kept.use(get_mailbox()) as session:
        session.send(LETTER, to=TO, key="k:4")
        assert len(other.letters) == 1
    kept.close()
    assert len(post.letters) == 3


def test_a_kept_session_signs_out_when_nobody_sends(post, monkeypatch):
    monkeypatch.setattr("integrations.mail.kept.IDLE", 0.05)
    kept = KeptSession()
    with kept.use(get_mailbox()) as session:
        session.send(LETTER, to=TO, key="k:1")
    assert kept._timer is not None
    kept._timer.join(5)
    assert session._connection is None


def test_a_child_of_a_fork_leaves_the_parents_connection_alone(post):
    kept = KeptSession()
    with kept.use(get_mailbox()) as session:
        session.send(LETTER, to=TO, key="k:1")
    child = os.fork()
    if child == 0:
        kept.after_fork()
        os._exit(0 if kept._session is None else 1)
    assert os.waitpid(child, 0)[1] == 0
    with kept.use(get_mailbox()) as session:
        session.send(LETTER, to=TO, key="k:2")
    assert connections(post) == 1
    kept.close()


def test_a_farewell_that_fails_changes_nothing(post, monkeypatch):
    def fail(self):
        raise smtplib.SMTPServerDisconnected

    with get_mailbox().session() as session:
        session.send(LETTER, to=TO, key="k:1")
        monkeypatch.setattr(type(session._connection), "close", fail)
    assert len(post.letters) == 1
