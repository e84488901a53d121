"""Broadcasts and mailings by workers that are killed, before a Telegram and a mail server that refuse now and then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from bot.mailings import running
from bot.models import Mailing, Recipient
from tests.bot.mailings.rows import Channel, a_mailing, agreed, states
from tests.partners.factories import a_partner
from tests.support import mailer_settings as mailbox
from tests.support.mailers import NAMES, THREADS, mail_side, mailers, telegram_side, until
from tests.support.mailing_runs import killed_twice
from tests.support.mass import many_customers

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

State = Recipient.State
PEOPLE, PARTNERS = 600, 120
LIMIT = 200  # messages a second
WITHIN = 120.0
IN_HANDS = len(NAMES) * THREADS  # what two kills can leave unclear, a thread one at most


def environment(**extra: Any) -> dict[str, str]:
    database = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    return {"DATABASE_URL": url, **{name: str(value) for name, value in extra.items()}}


@pytest.fixture
def broadcast() -> Mailing:
    many_customers(PEOPLE)
    mailing = a_mailing()
    running.schedule(mailing)
    return mailing


def test_everybody_hears_it_once_though_both_workers_are_killed(broadcast, tmp_path: Path):
    with telegram_side() as telegram:
        env = environment(TEST_TELEGRAM_URL=telegram.url, TEST_TELEGRAM_A_SECOND=LIMIT)
        with mailers(tmp_path, env) as crew:
            killed_twice(crew, broadcast, PEOPLE, within=WITHIN)
        seen = telegram.report()
    found = states(broadcast)
    unclear = found.pop(State.UNCLEAR, 0)
    assert seen["repeats"] == seen["blocked_again"] == 0
    assert unclear <= IN_HANDS
    assert sum(found.values()) + unclear == PEOPLE
    assert set(found) == {State.SENT, State.BLOCKED}
    assert found[State.SENT] <= seen["delivered"] <= found[State.SENT] + unclear
    assert seen["most_a_second"] <= LIMIT
    assert seen["refused"] >= 2
    assert seen["in_ban"] <= seen["refused"] * IN_HANDS  # those that were on their way


@pytest.mark.parametrize("guard", ["bucket", "claim"])
def test_without_a_guard_it_shows(guard: str, broadcast, tmp_path: Path):
    """The controls: a bucket for each worker goes over the limit, no claim repeats."""
    limit = 60 if guard == "bucket" else LIMIT
    with telegram_side() as telegram:
        env = environment(
            TEST_TELEGRAM_URL=telegram.url,
            TEST_TELEGRAM_A_SECOND=limit,
            WITHOUT_GUARD=guard,
        )
        with mailers(tmp_path, env, broken="tests.faults.unguarded"):
            if guard == "bucket":
                until(lambda: telegram.report()["most_a_second"] > limit, WITHIN)
            else:
                until(lambda: telegram.report()["repeats"] > 0, WITHIN)
        seen = telegram.report()
    assert seen["most_a_second"] > limit or seen["repeats"] > 0


def test_each_letter_is_handed_in_once_though_both_workers_are_killed(settings, tmp_path: Path):
    found = [a_partner() for _ in range(PARTNERS)]
    agreed(*(one.email for one in found), channel=Channel.MAIL)
    with mail_side(tmp_path) as mail:
        env = environment(TEST_SMTP_PORT=mail.port)
        settings.CREDENTIALS, settings.EMAIL_FROM = mailbox.CREDENTIALS, mailbox.EMAIL_FROM
        mailing = a_mailing(channel=Mailing.Channel.MAIL)
        running.schedule(mailing)
        with mailers(tmp_path, env) as crew:
            killed_twice(crew, mailing, PARTNERS, within=WITHIN)
        letters = mail.letters()
    states_found = states(mailing)
    unclear = states_found.pop(State.UNCLEAR, 0)
    assert max(letters.values()) == 1
    assert unclear <= IN_HANDS
    assert set(states_found) == {State.SENT}
    assert states_found[State.SENT] + unclear == PARTNERS
    assert states_found[State.SENT] <= len(letters) <= PARTNERS
