"""«Вернуть деньги» on the page of a payment."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from integrations.admin.badges import moment
from integrations.admin.cards import Table, row_link
from payments.admin.badges import sum_of
from payments.admin.day_rows import days_phrase
from payments.admin.refund_forms import RefundForm
from payments.admin.refund_words import REFUSALS, refund_badge
from payments.errors import RefundImpossible
from payments.models import Payment, Refund
from payments.money import Money
from payments.services import refund_rules, refunds

if TYPE_CHECKING:
    from integrations.admin.cards import CardAdmin

    Base = CardAdmin
else:
    Base = object


class RefundsPayments(Base):
    """For the admin of payments: the button, its page, the table of refunds."""

    def give_back(self, request: HttpRequest, row: Payment) -> HttpResponse:
        left = refund_rules.refundable(row)
        if left.amount <= 0:
            said = _("Возвращать нечего: денег за платежом нет или они уже обещаны.")
            return self.done(request, row, said, level=messages.WARNING)
        form = RefundForm(
            request.POST if request.method == "POST" else None,
            left=left,
            initial={"amount": left.amount},
        )
        if request.method == "POST" and form.is_valid():
            try:
                refund = refunds.start_refund(
                    payment_id=row.pk,
                    staff=cast(User, request.user),
                    amount=form.cleaned_data["amount"],
                    days=form.cleaned_data["days"],
                    reason=form.cleaned_data["reason"],
                    key=form.cleaned_data["key"],
                )
            except RefundImpossible as error:
                said = str(REFUSALS[error.reason])
                return self.done(request, row, said, level=messages.WARNING)
            reason = form.cleaned_data["reason"]
            words = {"sum": sum_of(refund.money), "reason": reason}
            self.log_change(request, row, _("Возврат %(sum)s: %(reason)s") % words)
            messages.success(request, after_deciding(refund))
            return HttpResponseRedirect(refund_page(refund))
        return self.ask(
            request,
            row,
            title=_("Вернуть деньги по платежу № %(number)s") % {"number": row.number},
            effects=effects_of_refund(row, left),
            form=form,
            button=_("Вернуть деньги"),
        )


def refund_page(refund: Refund) -> str:
    return reverse("admin:payments_refund_change", args=[refund.pk])


def effects_of_refund(payment: Payment, left: Money) -> list[str]:
    """What pressing the button would do, worked out before it is pressed."""
    days = refund_rules.days_at_stake(payment)
    words = {"sum": sum_of(left), "days": days_phrase(days)}
    effects = [_("Вся сумма %(sum)s снимет %(days)s и бонус за друга, если он был.") % words]
    effects.append(_("Часть денег снимет столько дней, сколько вы укажете."))
    effects.append(_("Доступ изменится, когда деньги действительно уйдут, не раньше."))
    if not refund_rules.gives_back_itself(payment):
        effects.append(
            _(
                "Эта платёжная система сама не возвращает: деньги переведёт сотрудник, с подтверждением."
            )
        )
    if refund_rules.needs_second_person(left):
        effects.append(_("Большую сумму должен подтвердить второй сотрудник."))
    effects.append(_("Ваше имя и причина останутся в записи."))
    return effects


def after_deciding(refund: Refund) -> str:
    said = {
        Refund.Status.SECOND: _("Решено. Теперь возврат должен подтвердить другой сотрудник."),
        Refund.Status.ORDERED: _("Решено. Деньги отправляются, состояние обновится само."),
        Refund.Status.MANUAL: _("Решено. Переведите деньги и запишите подтверждение."),
        Refund.Status.SUCCEEDED: _("Записано. Деньги проведены как возвращённые."),
        Refund.Status.REJECTED: _("Записано. Деньги остаются у нас."),
    }
    return said.get(Refund.Status(refund.status), str(refund.get_status_display()))


def refund_table(payment: Payment) -> Table:
    return Table(
        title=_("Возвраты"),
        headers=(
            _("возврат"),
            _("состояние"),
            _("сумма"),
            _("кто начал"),
            _("создан"),
            _("закончен"),
        ),
        rows=[
            [
                row_link(refund, f"№ {refund.pk}"),
                refund_badge(refund),
                sum_of(refund.money),
                refund.get_origin_display(),
                moment(refund.created_at),
                moment(refund.finished_at),
            ]
            for refund in payment.refunds.all()
        ],
        empty=_("Возвратов не было."),
    )
