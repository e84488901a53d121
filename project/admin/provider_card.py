"""A provider on one page: what to paste where, whether it works, what it can do. No key is ever shown."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import NOTHING, Tone, badge, duration, moment
from integrations.admin.cards import Card, Fact, Table, list_link, row_link
from integrations.models import InboundCallback
from integrations.skew import LARGEST
from payments.admin.badges import METHODS
from payments.provider import PaymentProvider
from payments.services.provider_health import ABILITIES, Health, Silence
from project.callback_addresses import callback_addresses, older_addresses

ABILITY_WORDS = {
    "lists": gettext_lazy("список платежей для сверки"),
    "refunds": gettext_lazy("возврат денег из админки"),
    "saved_methods": gettext_lazy("списание с сохранённой карты"),
    "holds": gettext_lazy("холд и списание позже"),
    "subscriptions": gettext_lazy("подписки на стороне системы"),
    "limits": gettext_lazy("границы сумм"),
    "whoami": gettext_lazy("проверка ключей"),
    "addresses": gettext_lazy("сверка адресов из кабинета"),
    "test_calls": gettext_lazy("пробный вызов"),
}


def card_of(provider: PaymentProvider, health: Health, *, badges: list[Any]) -> Card:
    state = health.state
    seen: dict[str, Any] = state.examination
    accepted, refused = health.accepted, health.refused
    missing = provider.missing(settings.CREDENTIALS)
    return Card(
        title=provider.label,
        badges=[*badges, silence_badge(health.silence)],
        warning=_warning(missing, seen),
        facts=[
            Fact(_("Ключи"), ", ".join(provider.required_env), is_code=True),
            Fact(_("Не заданы"), ", ".join(missing), is_code=True),
            Fact(_("Аккаунт"), _account(seen)),
            Fact(_("Последний принятый вызов"), _call(accepted)),
            Fact(_("Подпись последнего вызова"), _signature(health)),
            Fact(_("Последний отклонённый вызов"), _call(refused)),
            Fact(_("Тишина"), _quiet(health.silence)),
            Fact(_("Часы"), _clock(seen)),
            Fact(_("Опрос: спрошена"), moment(state.asked_at, seconds=True)),
            Fact(_("Опрос: ответила"), moment(state.answered_at, seconds=True)),
            Fact(_("Опрос: ждут вопроса"), health.due),
            Fact(_("Опрос: ошибка"), state.error),
            Fact(_("Деньги без вызова"), _activates(provider)),
            Fact(_("Проверена"), moment(state.examined_at, seconds=True)),
        ],
        tables=[_self_test(seen), _refusals(provider, health), _abilities(health), *_limits(seen)],
        extra={"addresses": callback_addresses(provider), "older": older_addresses(provider)},
    )


def silence_badge(silence: Silence) -> SafeString:
    if silence.quiet_for is None:
        return badge(_("вызовов не было"), Tone.IDLE)
    if silence.is_long:
        return badge(_("молчит дольше обычного"), Tone.WARN)
    return badge(_("вызовы идут") if silence.usual else _("вызовов мало"), Tone.OK)


def _warning(missing: list[str], seen: dict[str, Any]) -> str:
    if missing:
        return _("Вызовы этой системы отклоняются, пока ключи не заданы.")
    if abs(seen.get("skew") or 0) > LARGEST:
        return _("Часы расходятся больше чем на 30 секунд: включите NTP.")
    test = seen.get("self_test") or {}
    if test and not test["passed"]:
        return _("Пробный вызов через публичный адрес не прошёл: проверьте прокси и PUBLIC_URL.")
    return ""


def _account(seen: dict[str, Any]) -> str:
    account = seen.get("account")
    if not account:
        return ""
    if account["ok"] is None:
        return _("спросить не о чем: у системы нет такого вызова")
    return str(account["said"])


def _call(call: InboundCallback | None) -> Any:
    if call is None:
        return NOTHING
    reason = f", {call.verdict_reason}" if call.verdict_reason else ""
    said = f"№ {call.pk}, {moment(call.last_delivery_at, seconds=True)}, {call.remote_addr}{reason}"
    return row_link(call, said)


def _signature(health: Health) -> str:
    if health.is_signed is None:
        return ""
    return _("верна и решает сама") if health.is_signed else _("решает вопрос к API")


def _quiet(silence: Silence) -> str:
    if silence.quiet_for is None:
        return ""
    quiet = duration(silence.quiet_for)
    if silence.usual is None:
        return _("%(quiet)s; что обычно, ещё не известно") % {"quiet": quiet}
    return _("%(quiet)s; обычно до %(usual)s") % {"quiet": quiet, "usual": duration(silence.usual)}


def _clock(seen: dict[str, Any]) -> str:
    skew = seen.get("skew")
    if skew is None:
        return ""
    return _("расходятся на %(seconds)s с") % {"seconds": f"{skew:+.1f}"}


def _activates(provider: PaymentProvider) -> str:
    if provider.slug in settings.RECONCILE_ACTIVATES:
        return _("засчитываются, как только опрос их найдёт")
    return _("ждут вызова или проверки; клиент и сотрудник узнают")


def _self_test(seen: dict[str, Any]) -> Table:
    test = seen.get("self_test")
    rows = []
    if test:
        outcome = badge(_("прошёл"), Tone.OK) if test["passed"] else badge(_("не прошёл"), Tone.BAD)
        sent = _("верная подпись") if test["signed"] else _("без подписи: должен быть отклонён")
        said = f"{test['status'] or '–'} · {test['milliseconds']} ms · {test['text'][:80]}"
        rows.append([outcome, test["url"], sent, said, test["verdict"], _address(test)])
    return Table(
        title=_("Пробный вызов через публичный адрес"),
        headers=(
            _("итог"),
            _("куда"),
            _("что послано"),
            _("ответ"),
            _("причина"),
            _("мы видим адрес"),
        ),
        rows=rows,
        empty=_("Ещё не посылали: нажмите «Проверить сейчас». Он ничего не меняет."),
    )


def _address(test: dict[str, Any]) -> Any:
    """Our own server calls from outside; an inner address means that the proxy's word is not believed."""
    if not test["address"]:
        return NOTHING
    if test["outside"]:
        return test["address"]
    note = _("внутренний: если перед сервером прокси, назовите его в TRUSTED_PROXIES")
    return f"{test['address']} – {note}"


def _refusals(provider: PaymentProvider, health: Health) -> Table:
    return Table(
        title=_("Отклонены за 24 часа"),
        headers=(_("причина"), _("сколько")),
        rows=[[reason or NOTHING, count] for reason, count in health.refusals],
        empty=_("Ни одного."),
        more=list_link(InboundCallback, source=provider.slug, queue="refused"),
    )


def _abilities(health: Health) -> Table:
    return Table(
        title=_("Что умеет"),
        headers=(_("возможность"), ""),
        rows=[
            [
                ABILITY_WORDS[name],
                badge(_("да"), Tone.OK) if name in health.abilities else badge(_("нет"), Tone.IDLE),
            ]
            for name in ABILITIES
        ],
        empty=NOTHING,
    )


def _limits(seen: dict[str, Any]) -> list[Table]:
    rows = seen.get("limits") or []
    if not rows:
        return []
    return [
        Table(
            title=_("Границы сумм"),
            headers=(_("способ"), _("от и до")),
            rows=[[METHODS.get(method, method) or _("любой"), said] for method, said in rows],
            empty=NOTHING,
        )
    ]
