"""From the first release's database to today's: `python -m tests.payments.upgrade` on an empty one, facts as JSON.

A process of its own, because migrations of the suite's own database stand still.
"""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

FIRST = [("payments", "0001_money_and_days"), ("bot", "0001_messages")]
STATES = ("created", "pending", "failed", "canceled", "expired", "review")
TABLES = (
    "customer",
    "payment",
    "paymentevent",
    "subscription",
    "dayentry",
    "moneyentry",
    "referral",
)
FORBIDDEN = (
    "UPDATE payments_{} SET key = 'x'",
    "DELETE FROM payments_{}",
    "TRUNCATE payments_{} CASCADE",
)


class OldShop:
    """The first release's rows, written as its services wrote them."""

    def __init__(self, apps: Any) -> None:
        from integrations.clock import now

        def model(name: str) -> Any:
            return apps.get_model("payments", name)

        self.customers, self.payments = model("Customer").objects, model("Payment").objects
        self.subscriptions, self.referrals = (
            model("Subscription").objects,
            model("Referral").objects,
        )
        self.days, self.money = model("DayEntry").objects, model("MoneyEntry").objects
        self.events = model("PaymentEvent").objects
        self.staff = apps.get_model("auth", "User").objects.create(username="olga")
        self.plan = model("Plan").objects.create(
            code="1m", title_ru="1 месяц", title_en="1 month", length=30, amount=Decimal(199)
        )
        self.moment = now() - timedelta(days=40)

    def customer(self) -> Any:
        number = self.customers.count() + 1
        return self.customers.create(telegram_id=700_000 + number, invite_code=f"code{number}")

    def payment(self, status: str, customer: Any = None, **fields: Any) -> Any:
        number = self.payments.count() + 1
        return self.payments.create(
            **{
                "reference": f"{number:032x}",
                "customer": customer or self.customer(),
                "plan": self.plan,
                "length": 30,
                "unit": "day",
                "provider": "oneplat",
                "method": "card",
                "external_id": f"guid-{number}",
                "amount": Decimal(199),
                "currency": "RUB",
                "status": status,
                "created_at": self.moment,
                "opened_at": self.moment,
            }
            | fields
        )

    def paid(self, customer: Any = None) -> Any:
        payment = self.payment(
            "paid", customer, paid_at=self.moment, access="granted", access_at=self.moment
        )
        self.posted(payment, "capture", payment.amount, key=f"capture:{payment.pk}")
        self.granted(
            payment.customer, 30, kind="purchase", key=f"purchase:{payment.pk}", payment=payment
        )
        self.events.create(
            payment=payment,
            provider=payment.provider,
            event_id=f"{payment.external_id}:paid",
            kind="paid",
            trust="signed",
            origin="callback",
            amount=payment.amount,
            currency="RUB",
            status_before="pending",
            status_after="paid",
            outcome="moved",
        )
        return payment

    def posted(self, payment: Any, kind: str, amount: Decimal, *, key: str) -> None:
        sides = {"capture": ("clearing", "revenue"), "refund": ("refunds", "clearing")}[kind]
        self.money.create(
            payment=payment,
            key=key,
            kind=kind,
            debit=sides[0],
            credit=sides[1],
            amount=amount,
            currency="RUB",
            created_at=self.moment,
        )

    def granted(self, customer: Any, days: int, **facts: Any) -> Any:
        subscription, _ = self.subscriptions.get_or_create(
            customer=customer, defaults={"expires_at": self.moment, "created_at": self.moment}
        )
        start = max(self.moment, subscription.expires_at)
        return self._written(subscription, start, timedelta(days=days), **facts)

    def taken_back(self, entry: Any) -> None:
        """The key alone says what is taken back, as it was then."""
        subscription = self.subscriptions.get(pk=entry.subscription_id)
        self._written(
            subscription,
            subscription.expires_at,
            -timedelta(seconds=entry.seconds),
            kind="clawback",
            key=f"clawback:{entry.pk}",
            payment=entry.payment,
            referral=entry.referral,
            reason="refund",
        )

    def odd(self, payment: Any, amount: int, currency: str, operation: str = "") -> None:
        """Money that nobody ordered: then it stood in the payment's event only."""
        self.events.create(
            payment=payment,
            provider=payment.provider,
            event_id=f"{payment.external_id}:{amount}{operation}",
            kind="paid",
            operation=operation,
            trust="signed",
            origin="callback",
            amount=Decimal(amount),
            currency=currency,
            status_before=payment.status,
            status_after=payment.status,
            outcome="review",
            note="odd",
        )

    def refunded(self, payment: Any, *amounts: int) -> None:
        for number, amount in enumerate(amounts, start=1):
            self.posted(payment, "refund", Decimal(amount), key=f"refund:{payment.pk}:{number}")
        is_whole = sum(amounts) == payment.amount
        payment.status = "refunded" if is_whole else "partly_refunded"
        payment.save()
        if is_whole:
            for entry in self.days.filter(payment=payment, seconds__gt=0):
                self.taken_back(entry)

    def _written(self, subscription: Any, start: Any, time: timedelta, **facts: Any) -> Any:
        entry = self.days.create(
            subscription=subscription,
            seconds=int(time.total_seconds()),
            starts_at=start,
            ends_at=start + time,
            created_at=self.moment,
            **facts,
        )
        subscription.expires_at = entry.ends_at
        subscription.save()
        return entry

    def fill(self) -> None:
        """A payment in every state, refunds whole and in parts, rewards kept and revoked, days by hand and undone."""
        for state in STATES:
            self.payment(state)
        for sum_paid, currency in ((150, "RUB"), (250, "RUB"), (199, "USD")):
            self.odd(self.payment("review"), sum_paid, currency)
        twice = self.paid()
        self.odd(twice, 199, "RUB", operation="second")
        self.refunded(self.paid(twice.customer), 100, 99)
        self.refunded(self.paid(), 50)
        for is_kept in (True, False):
            friend, inviter = self.customer(), self.customer()
            referral = self.referrals.create(
                inviter=inviter, friend=friend, status="rewarded", rewarded_at=self.moment
            )
            payment = self.paid(friend)
            self.granted(
                inviter,
                7,
                kind="referral",
                key=f"referral:{referral.pk}",
                payment=payment,
                referral=referral,
            )
            if not is_kept:
                self.refunded(payment, 199)
                referral.status = "revoked"
                referral.save()
        self.granted(
            twice.customer, 3, kind="manual", key="m:1", reason="sorry", granted_by=self.staff
        )
        early = self.payment("pending")
        self.taken_back(
            self.granted(
                early.customer,
                30,
                kind="manual",
                key=f"manual:{early.pk}",
                payment=early,
                reason="bank is late",
                granted_by=self.staff,
            )
        )


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import DatabaseError, connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    def rows() -> dict[str, int]:
        with connection.cursor() as cursor:
            counted = {}
            for table in TABLES:
                cursor.execute(f"SELECT count(*) FROM payments_{table}")
                counted[table] = cursor.fetchone()[0]
        return counted

    def is_refused(statement: str) -> bool:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
                transaction.set_rollback(True)
        except DatabaseError as error:
            return "append-only" in str(error) or "pgtrigger: Cannot" in str(error)
        return False

    executor = MigrationExecutor(connection)
    executor.migrate(FIRST)
    executor.loader.build_graph()
    OldShop(executor.loader.project_state(FIRST).apps).fill()
    told: dict[str, Any] = {"before": rows()}
    call_command("migrate", verbosity=0)
    told["after"] = rows()

    from payments.models import DayEntry, Incident, Payment
    from payments.services.audit import audit_ledgers
    from payments.services.suspense import left_of

    told["differences"] = [f"{one.subject}: {one.detail}" for one in audit_ledgers().differences]
    with connection.cursor() as cursor:
        cursor.execute(
            "SET provodnik.truncate = 'no'"
        )  # the suite's connections may; a shop's may not
    taken = DayEntry.objects.filter(kind="clawback")
    told["clawbacks"] = [[one.key, f"clawback:{one.reverses_id}"] for one in taken]
    told["waiting"] = sorted(
        [one.kind, f"{left_of(one)} {one.currency}"]
        for one in Incident.objects.filter(status="open")
    )
    told["unasked"] = Payment.objects.filter(
        status__in=["created", "pending"], poll_at=None
    ).count()
    told["refused"] = {
        ledger: [is_refused(statement.format(ledger)) for statement in FORBIDDEN]
        for ledger in ("dayentry", "moneyentry")
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
