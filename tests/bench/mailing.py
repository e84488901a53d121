"""`./dev bench mailing`: broadcasts and letters by two workers of four threads that are killed on the way.

At the real limit, with nothing in the way: how much of it is used, and whether it is ever exceeded. Then 20,000 chats
at a raised limit with 429 now and then and two kill -9, and letters through a mail server with bad days and two more.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.bench import data

Say = Callable[[str], None]
WITHIN = 1800.0
REAL, RAISED = 30, 1000  # messages a second
USED_AT_LEAST = 0.95  # of what broadcasts may take


def run(database_url: str, *, quick: bool, say: Say) -> dict[str, Any]:
    with data.for_this_process(database_url, say=say) as url:
        return {
            "real": _broadcast(url, 300 if quick else 1_500, limit=REAL, is_rough=False, say=say),
            "rough": _broadcast(
                url, 3_000 if quick else 20_000, limit=RAISED, is_rough=True, say=say
            ),
            "letters": _letters(url, 300 if quick else 2_000, say=say),
        }


def _broadcast(url: str, people: int, *, limit: int, is_rough: bool, say: Say) -> dict[str, Any]:
    from bot.mailings import running
    from tests.bot.mailings.rows import a_mailing, states
    from tests.support.mailers import mailers, telegram_side, until
    from tests.support.mailing_runs import is_done, killed_twice
    from tests.support.mass import many_customers

    many_customers(people)
    mailing = a_mailing()
    running.schedule(mailing)
    with (
        telegram_side(too_many_every=199 if is_rough else 0) as telegram,
        tempfile.TemporaryDirectory() as folder,
    ):
        env = {
            "DATABASE_URL": url,
            "TEST_TELEGRAM_URL": telegram.url,
            "TEST_TELEGRAM_A_SECOND": str(limit),
        }
        with mailers(Path(folder), env) as crew:
            if is_rough:
                killed_twice(crew, mailing, people, within=WITHIN)
            else:
                until(lambda: is_done(mailing), WITHIN)
        seen = telegram.report()
    bulk = limit * 5 // 6
    figures = {
        **seen,
        "people": people,
        "limit": limit,
        "unclear": states(mailing).get("unclear", 0),
        "a_second": round(seen["calls"] / seen["seconds"], 2),
        "used": round(seen["calls"] / seen["seconds"] / bulk, 3),
    }
    say(
        f"{people} chats at {limit}/s (broadcasts {bulk}/s): {seen['seconds']:.0f} s, {figures['a_second']}/s,"
        f" most in any second {seen['most_a_second']}, 429 × {seen['refused']}, blocked {seen['blocked']}, repeats"
        f" {seen['repeats'] + seen['blocked_again']}, unclear {figures['unclear']}"
    )
    return figures


def _letters(url: str, partners: int, *, say: Say) -> dict[str, Any]:
    from bot.mailings import running
    from bot.models import Mailing
    from tests.bot.mailings.rows import Channel, a_mailing, agreed, states
    from tests.partners.factories import a_partner
    from tests.support.mailers import mail_side, mailers
    from tests.support.mailing_runs import killed_twice

    found = [a_partner() for _ in range(partners)]
    agreed(*(one.email for one in found), channel=Channel.MAIL)
    with tempfile.TemporaryDirectory() as folder, mail_side(Path(folder)) as mail:
        mailing = a_mailing(channel=Mailing.Channel.MAIL)
        running.schedule(mailing)
        started = time.monotonic()
        with mailers(Path(folder), {"DATABASE_URL": url, "TEST_SMTP_PORT": str(mail.port)}) as crew:
            killed_twice(crew, mailing, partners, within=WITHIN)
        seconds = time.monotonic() - started
        letters = mail.letters()
    figures = {
        "letters": len(letters),
        "repeats": sum(number - 1 for number in letters.values()),
        "unclear": states(mailing).get("unclear", 0),
        "seconds": seconds,
    }
    say(
        f"{partners} letters with 421, 450 and 451 on the way: {seconds:.0f} s, arrived {len(letters)}, repeats"
        f" {figures['repeats']}, unclear {figures['unclear']}"
    )
    return figures


def marks_met(figures: Mapping[str, Any]) -> bool:
    from tests.support.mailers import NAMES, THREADS

    real, rough, letters = figures["real"], figures["rough"], figures["letters"]
    in_hands = len(NAMES) * THREADS
    return (
        not any((real["repeats"], rough["repeats"], real["blocked_again"], rough["blocked_again"]))
        and real["most_a_second"] <= REAL
        and rough["most_a_second"] <= RAISED
        and real["used"] >= USED_AT_LEAST
        and real["refused"] == 0
        and letters["repeats"] == 0
        and max(real["unclear"], rough["unclear"], letters["unclear"]) <= in_hands
    )
