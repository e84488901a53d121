"""How far a payment has come: five steps, when each was taken and how long it took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from integrations.admin.badges import SIGNS, Tone, duration, moment
from payments.models import Payment

Status = Payment.Status
Access = Payment.Access

GIVEN_UP = (Status.FAILED, Status.CANCELED, Status.EXPIRED)


class StepState(StrEnum):
    DONE = "done"
    NOW = "now"  # being waited for
    FAILED = "failed"
    AHEAD = "ahead"


STEP_SIGNS = {
    StepState.DONE: SIGNS[Tone.OK],
    StepState.NOW: SIGNS[Tone.WAIT],
    StepState.FAILED: SIGNS[Tone.BAD],
    StepState.AHEAD: "",
}


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    state: StepState
    at: str = ""
    took: str = ""
    note: str = ""

    @property
    def sign(self) -> str:
        return STEP_SIGNS[self.state]


def steps(payment: Payment, reason: str) -> list[Step]:
    """Every step behind is dated, the present one says what it waits for or why it failed."""
    ways = [
        (_("Заказ"), payment.created_at, StepState.DONE, ""),
        (_("Счёт"), payment.opened_at, *_opening(payment, reason)),
        (_("Оплата"), payment.paid_at, *_verifying(payment, reason)),
        (_("Доступ"), payment.access_at, *_giving(payment)),
        (_("Ссылка клиенту"), payment.link_sent_at, *_sending(payment)),
    ]
    found: list[Step] = []
    previous: datetime | None = None
    for title, at, state, note in ways:
        if at is None:
            found.append(Step(title, state, note=note))
            continue
        took = f"+{duration(at - previous)}" if previous else ""
        found.append(Step(title, StepState.DONE, moment(at, seconds=True), took, note))
        previous = max(at, previous) if previous else at
    return found


def _opening(payment: Payment, reason: str) -> tuple[StepState, str]:
    if payment.opened_at is not None:
        return StepState.DONE, ""
    if payment.paid_at is not None:
        return StepState.DONE, _("счёт открыт не нами")
    if payment.status in GIVEN_UP:
        return StepState.FAILED, reason or payment.get_status_display()
    return StepState.NOW, reason or _("счёт открывается")


def _verifying(payment: Payment, reason: str) -> tuple[StepState, str]:
    if payment.paid_at is not None:
        return StepState.DONE, ""
    if payment.status == Status.REVIEW:
        return StepState.FAILED, reason or payment.get_status_display()
    if payment.opened_at is None:
        return StepState.AHEAD, ""
    if payment.status in GIVEN_UP:
        return StepState.FAILED, reason or payment.get_status_display()
    if payment.held_at is not None:
        held = moment(payment.held_at, seconds=True)
        return StepState.NOW, _("деньги заморожены с %(at)s") % {"at": held}
    if payment.invoice_expires_at is not None:
        until = moment(payment.invoice_expires_at, seconds=True)
        return StepState.NOW, _("счёт до %(until)s") % {"until": until}
    return StepState.NOW, _("ждём оплаты")


def _giving(payment: Payment) -> tuple[StepState, str]:
    if payment.access == Access.FAILING:
        return StepState.FAILED, _("панель не отвечает, попытки продолжаются")
    if payment.access == Access.GRANTING:
        return StepState.NOW, _("выдаётся")
    return StepState.AHEAD, ""


def _sending(payment: Payment) -> tuple[StepState, str]:
    return (StepState.NOW if payment.access_at is not None else StepState.AHEAD), ""
