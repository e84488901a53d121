"""Charges that nobody answered for, workers that die, and two that come at once: money moves once all the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from payments.models import MoneyEntry, Payment, Plan
from payments.services import provider_subscriptions, renewal_charges, renewal_runs
from payments.services.renewal_runs import renew_due, take_step
from payments.services.renewals import Reason
from tests.payments.renewals.conftest import attempts, days, told


class Killed(BaseException):
    """kill -9, as far as a test can have it."""


@pytest.fixture
def due(renewal, clock):
    clock.forward(days=29, minutes=1)
    return renewal


@pytest.mark.django_db
class TestUnclear:
    def test_a_lost_answer_is_asked_for_and_nothing_is_charged_twice(self, due, bank):
        bank.plan = ["lost"]
        renew_due()
        assert attempts(due) == ["created"]
        renew_due()
        assert attempts(due) == ["paid"]
        assert (len(bank.asked), len(bank.questions)) == (1, 1)
        assert (set(bank.taken.values()), days(due)) == ({1}, 60)

    def test_what_never_reached_the_bank_is_charged_under_the_same_reference(self, due, bank):
        bank.plan = ["unreached", "unreached"]
        for _ in range(4):
            renew_due()
        assert attempts(due) == ["paid"]
        assert len({request.reference for request in bank.asked}) == 1
        assert set(bank.taken.values()) == {1}

    def test_an_unclear_charge_is_left_alone_for_a_while(self, due, bank, settings):
        settings.RENEWAL_UNCLEAR_SECONDS = 600
        bank.plan = ["lost"]
        renew_due()
        renew_due()
        assert (attempts(due), bank.questions) == (["created"], [])

    def test_while_one_is_unclear_no_other_attempt_begins(self, due, bank, clock):
        bank.plan = ["lost"]
        renew_due()
        bank.is_silent = True
        for _ in range(5):
            clock.forward(hours=12)
            renew_due()
        assert (attempts(due), len(bank.asked)) == (["created"], 1)
        bank.is_silent = False
        renew_due()
        assert (attempts(due), set(bank.taken.values())) == (["paid"], {1})

    @pytest.mark.parametrize("change", ["off", "dearer", "by hand"])
    def test_an_unreached_charge_that_is_not_wanted_any_more_is_given_up(self, due, bank, change):
        bank.plan = ["unreached"]
        renew_due()
        if change == "off":
            provider_subscriptions.stop_renewing(
                customer_id=due.customer_id, reason=Reason.CUSTOMER
            )
        elif change == "dearer":
            Plan.objects.update(amount="249.00")
        else:
            subscription = due.customer.subscription
            type(subscription).objects.update(expires_at=subscription.expires_at.replace(year=2999))
        renew_due()
        assert (attempts(due)[0], bank.taken) == ("canceled", {})

    def test_money_taken_before_it_was_switched_off_is_honoured(self, due, bank):
        bank.plan = ["lost"]
        renew_due()
        provider_subscriptions.stop_renewing(customer_id=due.customer_id, reason=Reason.CUSTOMER)
        renew_due()
        assert (attempts(due), days(due)) == (["paid"], 60)
        due.refresh_from_db()
        assert not due.is_on

    def test_a_silent_bank_is_not_asked_about_everybody(self, due, bought, bank, clock):
        others = [bought() for _ in range(3)]
        clock.forward(days=29, minutes=1)
        before = len(bank.asked)
        bank.plan = ["unreached"] * 9
        renew_due()
        assert len(bank.asked) == before + 1
        assert [attempts(one)[-1:] for one in [due, *others]].count(["created"]) == 1
        assert told("renewal.declined") == 0

    @pytest.mark.parametrize("where", ["after our row", "before the answer", "after the answer"])
    def test_a_worker_killed_anywhere_charges_once(self, due, bank, monkeypatch, where):
        def die(*_args: object, **_kwargs: object) -> None:
            raise Killed

        with monkeypatch.context() as patch:
            if where == "after our row":
                patch.setattr(renewal_runs, "charge", die)
            elif where == "before the answer":
                patch.setattr(bank, "before_charge", die)
            else:
                patch.setattr(renewal_charges, "apply_event", die)
            with pytest.raises(Killed):
                renew_due()
        renew_due()
        renew_due()
        assert (attempts(due), set(bank.taken.values())) == (["paid"], {1})
        assert days(due) == 60


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def together(self, *jobs) -> None:
        gate = Barrier(len(jobs))

        def run(job):
            try:
                gate.wait()
                return job()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(jobs)) as pool:
            for done in [pool.submit(run, job) for job in jobs]:
                done.result()

    def test_workers_at_once_charge_once(self, due, bank):
        self.together(*[renew_due] * 4)
        assert set(bank.taken.values()) == {1}
        assert attempts(due) == ["paid"]
        assert MoneyEntry.objects.count() == 2

    def test_workers_at_once_find_out_once(self, due, bank):
        bank.plan = ["lost"]
        renew_due()
        self.together(*[renew_due] * 4)
        assert (attempts(due), set(bank.taken.values())) == (["paid"], {1})
        assert days(due) == 60

    def test_switching_off_races_with_the_order_and_one_of_them_wins(self, due, bank):
        def off() -> None:
            provider_subscriptions.stop_renewing(
                customer_id=due.customer_id, reason=Reason.CUSTOMER
            )

        ordered: list[Payment | None] = []
        self.together(off, lambda: ordered.append(take_step(due.pk)))
        due.refresh_from_db()
        assert not due.is_on
        assert Payment.objects.filter(renewal_key__isnull=False).count() == (ordered != [None])
        take_step(due.pk)
        assert Payment.objects.filter(renewal_key__isnull=False).count() == (ordered != [None])
