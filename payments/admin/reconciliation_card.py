"""A run on one page: what was compared, then the differences in buckets, each line with its own button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import NOTHING, moment
from integrations.admin.cards import Action, Card, Fact, row_link
from payments.admin.reconciliation_badges import line_badge, period, run_badge
from payments.admin.reconciliation_forms import subject_label
from payments.models import ReconciliationLine, ReconciliationRun
from payments.services.reconciliation.fixes import Fix, fix_of

MOST = 100  # lines of one sort that a page shows; the file holds all

FIX_TITLES = {
    Fix.CHECK: gettext_lazy("Проверить платёж"),
    Fix.REFUNDS: gettext_lazy("Провести возврат"),
    Fix.SYNC: gettext_lazy("Сверить с панелью"),
    Fix.CLOSE: gettext_lazy("Закрыть доступ"),
    Fix.INCIDENT: gettext_lazy("Открыть исключение"),
}
ADVICE = {
    ReconciliationLine.Kind.MISSING_HERE: gettext_lazy(
        "Деньги у платёжной системы есть, заказа с таким номером у нас нет."
    ),
    ReconciliationLine.Kind.PAID_THERE: gettext_lazy(
        "Клиент заплатил и ждёт доступа: проверка откроет его сразу."
    ),
    ReconciliationLine.Kind.MISSING_THERE: gettext_lazy(
        "У нас оплачено, в их списке платежа нет: спросите о нём по номеру."
    ),
    ReconciliationLine.Kind.REFUNDED_THERE: gettext_lazy(
        "Деньги вернули в кабинете платёжной системы, а доступ ещё открыт."
    ),
    ReconciliationLine.Kind.REFUNDED_HERE: gettext_lazy(
        "У нас возврат проведён, у них его нет: деньги до клиента могли не дойти."
    ),
    ReconciliationLine.Kind.AMOUNT: gettext_lazy("Пришло не столько, сколько записано в книгах."),
    ReconciliationLine.Kind.DATE: gettext_lazy("Даты оплаты расходятся больше чем на сутки."),
    ReconciliationLine.Kind.ACCESS_WITHOUT_MONEY: gettext_lazy(
        "На панели доступ открыт, оплаченного срока у нас нет."
    ),
    ReconciliationLine.Kind.MONEY_WITHOUT_ACCESS: gettext_lazy(
        "Срок оплачен, на панели доступа нет: клиент без связи."
    ),
    ReconciliationLine.Kind.PANEL_DATE: gettext_lazy("Панель закроет доступ не в тот день."),
}


@dataclass(slots=True)
class Row:
    what: Any
    ours: str
    theirs: str
    state: SafeString
    note: str
    actions: list[Action] = field(default_factory=list)


@dataclass(slots=True)
class Bucket:
    kind: str
    title: str
    advice: Any
    count: int = 0
    open: int = 0
    rows: list[Row] = field(default_factory=list)


def card_of(
    run: ReconciliationRun, *, address: Callable[[str, ReconciliationLine], str], may_act: bool
) -> Card:
    """`address` gives the page of a line's button, by its name: fix or explain."""
    buckets = _buckets(run, address, may_act=may_act)
    open_lines = sum(bucket.open for bucket in buckets)
    return Card(
        title=_("Сверка № %(number)s: %(subject)s")
        % {"number": run.pk, "subject": subject_label(run.subject)},
        badges=[run_badge(run, open_lines)],
        warning=run.error,
        facts=[
            Fact(_("Период"), period(run)),
            Fact(_("Строк у них"), run.theirs),
            Fact(_("Строк у нас"), run.ours),
            Fact(_("Выписка"), row_link(run.statement) if run.statement else _("список из API")),
            Fact(_("Запустил"), run.started_by or _("расписание")),
            Fact(_("Начата"), moment(run.started_at, seconds=True)),
            Fact(_("Закончена"), moment(run.finished_at, seconds=True)),
            Fact(_("Подписал"), run.signed_by),
            Fact(_("Подписана"), moment(run.signed_at)),
            Fact(_("Пояснение"), run.note),
        ],
        extra={"buckets": buckets, "open": open_lines, "run": run},
    )


def _buckets(
    run: ReconciliationRun, address: Callable[[str, ReconciliationLine], str], *, may_act: bool
) -> list[Bucket]:
    """In the order of the kinds; within one, what is open first."""
    found = {
        kind: Bucket(kind, str(title), ADVICE[ReconciliationLine.Kind(kind)])
        for kind, title in ReconciliationLine.Kind.choices
    }
    lines = run.lines.select_related("payment", "subscription__customer", "resolved_by")
    for line in lines.order_by("resolved_at", "pk"):
        bucket = found[line.kind]
        bucket.count += 1
        bucket.open += line.resolved_at is None
        if len(bucket.rows) < MOST:
            bucket.rows.append(_row(line, address, may_act=may_act and run.signed_at is None))
    for bucket in found.values():
        bucket.rows.sort(key=lambda row: not row.actions)
    return [bucket for bucket in found.values() if bucket.count]


def _row(
    line: ReconciliationLine, address: Callable[[str, ReconciliationLine], str], *, may_act: bool
) -> Row:
    what: Any = line.reference or NOTHING
    if line.payment is not None:
        what = row_link(line.payment)
    elif line.subscription is not None:
        what = row_link(line.subscription, line.reference)
    actions = []
    if may_act and line.resolved_at is None:
        title = FIX_TITLES.get(fix_of(line))
        if title is not None:
            actions.append(Action(title=str(title), url=address("fix", line), is_main=True))
        actions.append(Action(title=_("Объяснить"), url=address("explain", line), asks=True))
    by = f"{line.resolution} ({line.resolved_by})" if line.resolved_by else line.resolution
    return Row(what, line.ours or NOTHING, line.theirs or NOTHING, line_badge(line), by, actions)
