"""What tests of refunds say often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from integrations.clock import now
from payments.errors import RefundImpossible, RefundRefusal
from payments.models import Payment, Refund, Subscription
from payments.services import refunds

SUM = Decimal("199.00")


def ask(payment: Payment, **fields: Any) -> Refund:
    return refunds.request_refund(payment_id=payment.pk, customer_id=payment.customer_id, **fields)


def approve(refund: Refund, staff: User, **fields: Any) -> Refund:
    defaults: dict[str, Any] = {"amount": refund.amount, "days": 0, "reason": "не подошло"}
    return refunds.approve(refund_id=refund.pk, staff=staff, **(defaults | fields))


def start(payment: Payment, staff: User, **fields: Any) -> Refund:
    defaults: dict[str, Any] = {"amount": SUM, "days": 0, "reason": "ошибка", "key": uuid4()}
    return refunds.start_refund(payment_id=payment.pk, staff=staff, **(defaults | fields))


def days_of(payment: Payment) -> int:
    left = Subscription.objects.get(customer=payment.customer).expires_at - now()
    return round(left / timedelta(days=1))


def refusal(call: Callable[[], object]) -> RefundRefusal:
    with pytest.raises(RefundImpossible) as caught:
        call()
    return caught.value.reason
