"""One shop in one transaction that is never committed: what a run does, and how it comes to rest."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import override_settings

from integrations.clock import wall_clock
from integrations.errors import IntegrationError, ServiceUnreachable
from integrations.models import InboundCallback, OutboxMessage
from integrations.remnawave.users import ACTIVE, PanelUser
from integrations.services import inbox, outbox
from payments.errors import PaymentError
from payments.models import Customer, Payment, Plan, PromoCode, Refund
from payments.registry import forget_providers, get_provider
from payments.services.callbacks import drain_callbacks
from payments.services.checkout import start_checkout
from payments.services.confirmations import confirm_callbacks
from payments.services.customers import meet_customer
from payments.services.refund_sending import send_refunds
from project.reactions import REACTIONS
from tests.payments.properties.bank import Bank, Desk, Letter, Order
from tests.payments.properties.clients import CLIENTS
from tests.payments.properties.clock import Clock
from tests.payments.properties.faults import Fault, broken_by
from tests.payments.properties.voices import CREDENTIALS, PROVIDERS, VOICES

ALL_LEASES = timedelta(hours=2)  # longer than any lease or back-off
UNHURRIED = (
    300  # seconds a worker may take for all there is: how busy the machine is must decide nothing
)
ROUNDS = 12  # a shop that has not come to rest by then never will
WRITES = re.compile(r'(INSERT INTO|UPDATE) "payments_')
VACUUM_AFTER = 200  # runs; what they wrote and took back would slow every scan
TABLES = [
    model._meta.db_table
    for app in ("payments", "integrations")
    for model in apps.get_app_config(app).get_models()
]
OPEN = (
    InboundCallback.Status.RECEIVED,
    InboundCallback.Status.WAITING,
    InboundCallback.Status.CONFIRMING,
)


class Panel:
    """The VPN panel: who has access until when. `down` makes it unreachable."""

    def __init__(self) -> None:
        self.ends: dict[int, datetime] = {}
        self.down = False

    def ensure_user(self, *, telegram_id: int, expires_at: datetime, known: bool) -> PanelUser:
        if self.down:
            raise ServiceUnreachable("the panel does not answer", service="remnawave")
        self.ends[telegram_id] = expires_at
        return PanelUser(
            username=f"tg_{telegram_id}",
            remote_id=str(telegram_id),
            short_uuid="s",
            status=ACTIVE,
            expires_at=expires_at,
            subscription_url="https://panel.example/sub/1",
        )


class World:
    """The stage of many runs; `begin` and `end` are one run's."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.desk = Desk()
        self.panel = Panel()
        self.plans = [
            _plan("30d", "199.00", length=30, unit="day"),
            _plan("1m", "300.00", length=1, unit="month"),
        ]
        PromoCode.objects.create(code="DAYS5", kind="days", value=5)
        PromoCode.objects.create(code="CHEAPER", kind="percent", value=20)
        self.staff: Any = get_user_model().objects.create_user("operator")
        self.runs = 0
        self.steps = 0
        self.faults = 0
        self.written = False

    @property
    def bank(self) -> Bank:
        return self.desk.bank

    @contextmanager
    def open(self) -> Iterator[World]:
        with ExitStack() as stack:
            for context in (
                override_settings(
                    PAYMENT_PROVIDERS=list(PROVIDERS),
                    CREDENTIALS=settings.CREDENTIALS | CREDENTIALS,
                    TRIAL_DAYS=3,
                    BONUS_CHANNEL="",
                ),
                self.clock.ticking(),
                unheard(),
                self.desk.standing_in(CLIENTS),
                patch("payments.services.fulfilment.get_panel", lambda: self.panel),
            ):
                stack.enter_context(context)
            forget_providers()
            self._set_the_stage()
            yield self

    def _set_the_stage(self) -> None:
        """Committed once, for all runs: a customer, the friend he invited, and an order of hers at every provider."""
        self.inviter = meet_customer(telegram_id=1)
        self.friend = meet_customer(telegram_id=2, invite_code=self.inviter.invite_code)
        for provider in PROVIDERS:
            start_checkout(
                customer_id=self.friend.pk,
                plan_id=self.plans[0].pk,
                provider=provider,
                method=VOICES[provider].method,
                shown_amount=self.plans[0].amount,
                save_method=True,
            )
        self.first_bank = self.bank

    def begin(self) -> None:
        if self.runs % VACUUM_AFTER == VACUUM_AFTER - 1:
            with connection.cursor() as cursor:
                cursor.execute(f"VACUUM {', '.join(TABLES)}")
        self.runs += 1
        self.clock.again()
        self.desk.bank = deepcopy(self.first_bank)
        self.panel = Panel()
        self.block = transaction.atomic()
        self.block.__enter__()

    def end(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def attempt(self, act: Callable[[], Any], *, fault: Fault | None = None) -> None:
        """Do something the product may refuse in its own words, or that ends at a fault."""
        self.steps += 1
        self.clock.forward(timedelta(seconds=1))
        with connection.execute_wrapper(self._watch), broken_by(fault) as bomb:
            try:
                act()
            except (PaymentError, IntegrationError):
                assert connection.in_atomic_block
        self.faults += bool(bomb and bomb.went_off)

    def _watch(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        """Whether there is anything new to look at: a statement has written money, days or payments."""
        self.written = self.written or bool(WRITES.match(str(sql)))
        return execute(sql, params, many, context)

    # what reaches us

    def tell(self, letter: Letter) -> None:
        """The call arrives: verified, and stored as the web process does it."""
        get_provider(letter.order.provider).verify(letter.raw)
        inbox.store_callback(source=letter.order.provider, raw=letter.raw)
        letter.told += 1

    # what our workers do

    def settle(self) -> None:
        drain_callbacks(seconds=UNHURRIED)

    def confirm(self) -> None:
        confirm_callbacks(seconds=UNHURRIED)

    def send_refunds(self) -> None:
        send_refunds(seconds=UNHURRIED)

    def react(self) -> None:
        outbox.drain(seconds=UNHURRIED)

    def all_due(self) -> None:
        """Every lease and every back-off is over."""
        self.clock.forward(ALL_LEASES)
        InboundCallback.objects.filter(status__in=OPEN).update(not_before=wall_clock())
        OutboxMessage.objects.filter(delivered_at=None).update(not_before=wall_clock())
        Refund.objects.filter(status__in=Refund.OPEN).update(not_before=wall_clock())

    def come_to_rest(self) -> None:
        """Everything answers again and nobody dies any more: what is left to do gets done."""
        self.bank.down = self.panel.down = False
        self.settle()
        self.confirm()
        left, sent = self._left(), self._sent()
        for _round in range(ROUNDS):
            self.all_due()
            self.settle()
            self.confirm()
            self.send_refunds()
            self.react()
            before, left = (left, sent), self._left()
            sent = self._sent()
            if not left or (left, sent) == before:
                break
        # A refund may wait for its money for ever; nothing else may.
        assert [error for _id, error in left if not error.startswith("EventTooEarly")] == []
        assert not OutboxMessage.objects.filter(delivered_at=None).exists()

    def _left(self) -> list[tuple[int, str]]:
        """The calls that are not finished, and why."""
        rows = InboundCallback.objects.filter(status__in=OPEN).order_by("id")
        return list(rows.values_list("id", "error"))

    def _sent(self) -> list[tuple[int, str]]:
        """How far the refunds have come: a call that is too early waits for one."""
        return list(Refund.objects.order_by("id").values_list("id", "status"))

    def payment_of(self, order: Order) -> Payment | None:
        return Payment.objects.filter(provider=order.provider, reference=order.reference).first()

    def customer(self, pk: int) -> Customer:
        return Customer.objects.get(pk=pk)


@contextmanager
def unheard() -> Iterator[None]:
    """Letters to people count as sent and log lines as written: both have tests of their own."""
    letters = {path for paths in REACTIONS.values() for path in paths if path.startswith("bot.")}
    with ExitStack() as stack:
        for path in letters:
            stack.enter_context(patch(path, lambda **_payload: None))
        logging.disable(logging.CRITICAL)
        stack.callback(logging.disable, logging.NOTSET)
        yield


def _plan(code: str, amount: str, *, length: int, unit: str) -> Plan:
    return Plan.objects.create(
        code=code,
        title_ru=code,
        title_en=code,
        length=length,
        unit=unit,
        amount=Decimal(amount),
    )
