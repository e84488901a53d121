"""Kinds of exceptions and what may be decided about each: at most three ways, each in the words of its button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from payments.errors import NotPossible
from payments.models import Incident
from payments.services import incident_decisions as do
from payments.services import incident_returns as back
from payments.services import incidents
from payments.services.incident_answers import send_answer
from payments.services.incident_desk import Decision, deciding
from payments.services.transitions import ACCEPTABLE

Kind = Incident.Kind
Words = str | Promise

RESOLVES = "payments.resolve_incident"
REFUNDS = "payments.decide_refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One way to decide. `run` returns the resolution, "" where the incident waits on.

    `effects` may name %(waits)s, %(price)s, %(rest)s. `before` asks the outside before anything is locked, `after` runs
    once the decision is committed. `orders`: nothing was booked for the order yet.
    """

    code: str
    title: Words
    effects: tuple[Words, ...]
    run: Callable[[Incident, Decision], str]
    answer: str = ""  # the ready words: incident_answers.WORDS
    permission: str = RESOLVES
    needs_reason: bool = True
    before: Callable[[Incident, Decision], None] | None = None
    after: Callable[[Incident], None] | None = None
    orders: bool = False
    names_payer: bool = False


STAFF_NAMED = _("Ваше имя и причина останутся в записи.")

ACCEPT = Action(
    code="accept",
    title=_("Засчитать эту сумму"),
    effects=(
        _("%(waits)s становится оплатой этого счёта (цена %(price)s)."),
        _("Клиент получит весь срок и ссылку."),
        STAFF_NAMED,
    ),
    run=do.accept,
    answer="accept",
    orders=True,
)
ACCEPT_PART = Action(
    code="accept_part",
    title=_("Засчитать цену, лишнее вернуть"),
    effects=(
        _("%(price)s становится оплатой этого счёта, клиент получит весь срок и ссылку."),
        _("%(rest)s вернётся клиенту тем же способом, которым он платил."),
        _("Исключение закроется, когда деньги уйдут."),
        STAFF_NAMED,
    ),
    run=back.accept_part,
    answer="accept_part",
    permission=REFUNDS,
    orders=True,
)
RETURN = Action(
    code="return",
    title=_("Вернуть деньги"),
    effects=(
        _("%(waits)s вернётся клиенту тем же способом, которым он платил."),
        _("Где платёжная система не возвращает сама, сотрудник переведёт вручную."),
        _("Исключение закроется, когда деньги уйдут."),
        STAFF_NAMED,
    ),
    run=back.give_back,
    answer="return",
    permission=REFUNDS,
)
TELL = Action(
    code="tell",
    title=_("Написать клиенту"),
    effects=(_("Бот отправит клиенту текст ниже. Деньги и доступ не меняются."),),
    run=do.nothing,
    answer="tell",
    needs_reason=False,
)


def _told(answer: str) -> Action:
    """The same letter with words of its own."""
    return Action(
        code=TELL.code,
        title=TELL.title,
        effects=TELL.effects,
        run=TELL.run,
        answer=answer,
        needs_reason=False,
    )


def _close(title: Words, *effects: Words) -> Action:
    return Action(code="keep", title=title, effects=(*effects, STAFF_NAMED), run=do.keep)


# Of a sum that could not be read nothing was booked: there is nothing to accept and nothing to give back.
WITHOUT_SUM = (
    _close(
        _("Закрыть без решения о деньгах"),
        _("Сумма не читается, отдельных проводок нет. Платёж остаётся на проверке."),
    ),
    TELL,
)

ACTIONS: dict[str, tuple[Action, ...]] = {
    Kind.NO_ACCESS: (
        Action(
            code="retry",
            title=_("Попробовать выдать сейчас"),
            effects=(
                _("Вызовы и действия этого платежа повторятся сразу."),
                _("Исключение закроется само, как только доступ выдан."),
            ),
            run=do.try_access,
            after=do.repeat,
            needs_reason=False,
        ),
        _told("wait"),
        _close(_("Закрыть"), _("Доступ не меняется: система будет пробовать дальше сама.")),
    ),
    Kind.NO_CALLBACK: (
        Action(
            code="count",
            title=_("Засчитать по ответу платёжной системы"),
            effects=(
                _("Спросим платёжную систему ещё раз."),
                _("Если деньги пришли, платёж станет оплаченным и клиент получит доступ."),
                _("Если нет, ничего не изменится."),
            ),
            before=do.ask_provider,
            run=do.counted,
            needs_reason=False,
        ),
        _told("ask"),
        _close(_("Денег нет, закрыть"), _("Платёж остаётся неоплаченным.")),
    ),
    Kind.LATE: (
        Action(
            code="keep",
            title=_("Оставить: доступ выдан"),
            effects=(_("Ничего не меняется, исключение закроется."),),
            run=do.keep,
            answer="keep",
            needs_reason=False,
        ),
        Action(
            code="refund",
            title=_("Вернуть деньги и закрыть доступ"),
            effects=(
                _("%(price)s вернётся клиенту тем же способом, которым он платил."),
                _("Когда деньги уйдут, срок по этой оплате снимется."),
                STAFF_NAMED,
            ),
            run=back.refund_late,
            answer="refund",
            permission=REFUNDS,
        ),
        TELL,
    ),
    Kind.UNDERPAID: (ACCEPT, RETURN, _told("underpaid")),
    Kind.OVERPAID: (ACCEPT_PART, ACCEPT, RETURN),
    Kind.WRONG_CURRENCY: (ACCEPT, RETURN, TELL),
    Kind.PAID_TWICE: (
        Action(
            code="again",
            title=_("Выдать срок ещё раз"),
            effects=(
                _("%(waits)s становится отдельным оплаченным платежом."),
                _("Клиент получит ещё один такой же срок."),
                STAFF_NAMED,
            ),
            run=do.again,
            answer="again",
        ),
        RETURN,
        TELL,
    ),
    Kind.UNKNOWN_PAYER: (
        Action(
            code="link",
            title=_("Привязать к платежу"),
            effects=(
                _("Сохранённый вызов применится к этому платежу, как если бы он пришёл о нём."),
                _(
                    "Сойдётся сумма – клиент получит доступ; не сойдётся – откроется новое исключение."
                ),
                STAFF_NAMED,
            ),
            run=do.link,
            answer="link",
            names_payer=True,
        ),
        Action(
            code="not_ours",
            title=_("Не наше"),
            effects=(_("Деньги у нас не учитываются, исключение закроется."), STAFF_NAMED),
            run=do.keep,
        ),
    ),
    Kind.REFUND_FOUND: (
        _close(
            _("Принять к сведению"), _("Проводки уже сделаны или не нужны, ничего не меняется.")
        ),
        TELL,
    ),
    Kind.CHARGEBACK: (
        Action(
            code="lost",
            title=_("Деньги списаны: провести и снять срок"),
            effects=(
                _("Всё, что осталось от этой оплаты, проводится как возвращённое."),
                _("Срок по ней и бонус пригласившего снимаются."),
                STAFF_NAMED,
            ),
            run=do.charged_back,
            answer="chargeback",
        ),
        _close(_("Оспорено, оставить доступ"), _("Деньги и доступ не меняются.")),
        TELL,
    ),
}


def actions_of(incident: Incident) -> list[Action]:
    """What may be decided about it as things are; nothing where it is decided, or its money is on its way back."""
    if incident.status != Incident.Status.OPEN or is_returning(incident):
        return []
    if incident.kind in incidents.WITH_MONEY and incident.amount is None:
        return list(WITHOUT_SUM)
    payment = incident.payment
    has_its_money = payment is None or payment.status not in ACCEPTABLE
    return [action for action in ACTIONS[incident.kind] if not (action.orders and has_its_money)]


def is_returning(incident: Incident) -> bool:
    """Whether a refund of its money has been ordered and is not over."""
    refund = incident.refund
    return refund is not None and refund.status in refund.OPEN


def action_of(incident: Incident, code: str) -> Action:
    """Raises NotPossible where this decision is not (or no longer) on offer."""
    found = next((action for action in actions_of(incident) if action.code == code), None)
    if found is None:
        raise NotPossible(gettext("Это действие сейчас невозможно: обновите страницу."))
    return found


def act(*, incident_id: int, code: str, decision: Decision) -> Incident:
    """Carry a decision out and return the incident as it is then.

    Raises IncidentDecided, IncidentTaken, NotPossible. A customer's answer goes out with the commit.
    """
    incident = Incident.objects.select_related("payment", "refund").get(pk=incident_id)
    action = action_of(incident, code) if incident.status == Incident.Status.OPEN else None
    if action is not None and action.before is not None:
        action.before(incident, decision)
    with deciding(incident_id, decision.staff) as incident:
        action = action_of(incident, code)
        if action.needs_reason and not decision.reason.strip():
            raise NotPossible(gettext("Напишите причину: её увидят те, кто откроет эту запись."))
        resolution = action.run(incident, decision)
        if resolution:
            incidents.resolve(
                incident,
                resolution=resolution,
                note=decision.reason.strip(),
                staff=decision.staff,
            )
        send_answer(incident, decision.answer, key=decision.key)
    if action.after is not None:
        action.after(incident)
    return incident
