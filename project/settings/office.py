"""How the back office looks and what stands in its menu."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

OTP_TOTP_ISSUER = "Provodnik"  # how the authenticator app names the entry
AXES_LOCKOUT_TEMPLATE = "admin/locked_out.html"


def page(title: Any, icon: str, model: str, permission: str = "") -> dict[str, Any]:
    """A line of the menu: the list of a model, shown to whoever may see it."""
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": lambda request: request.user.has_perm(permission or f"{app}.view_{name}"),
    }


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Проводник"),
    "SITE_HEADER": _("Проводник"),
    "SITE_SUBHEADER": _("Подписки и платежи"),
    "SITE_SYMBOL": "explore",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("office/icon.svg"),
        }
    ],
    "ENVIRONMENT": "project.appearance.environment",
    "DASHBOARD_CALLBACK": "project.appearance.dashboard",
    "SCRIPTS": [lambda request: static("office/copy.js")],
    "STYLES": [lambda request: static("office/office.css")],
    "LOGIN": {"form": "project.login.SignInForm"},
    "ACCOUNT": {
        "navigation": [
            {"title": _("Вход в два шага"), "link": reverse_lazy("admin:two_factor")},
            {"title": _("Сменить пароль"), "link": reverse_lazy("admin:password_change")},
        ]
    },
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(97.7% .013 236.62)",
            "100": "oklch(95.1% .026 236.824)",
            "200": "oklch(90.1% .058 230.902)",
            "300": "oklch(82.8% .111 230.318)",
            "400": "oklch(74.6% .16 232.661)",
            "500": "oklch(58.8% .158 241.966)",
            "600": "oklch(50% .134 242.749)",
            "700": "oklch(44.3% .11 240.79)",
            "800": "oklch(39.1% .09 240.876)",
            "900": "oklch(35% .08 242)",
            "950": "oklch(29.3% .066 243.157)",
        }
    },
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "items": [
                    {
                        "title": _("Главная"),
                        "icon": "dashboard",
                        "link": reverse_lazy("admin:index"),
                        "active": lambda request: request.path == reverse_lazy("admin:index"),
                    }
                ],
            },
            {
                "title": _("Деньги"),
                "items": [
                    page(_("Исключения"), "report", "payments.incident"),
                    page(_("Платежи"), "payments", "payments.payment"),
                    page(_("Возвраты"), "undo", "payments.refund"),
                    page(_("Страницы оплаты"), "add_link", "payments.paylink"),
                    page(_("Денежные проводки"), "account_balance", "payments.moneyentry"),
                    page(_("Сверки"), "balance", "payments.reconciliationrun"),
                    page(_("Выписки"), "upload_file", "payments.statement"),
                ],
            },
            {
                "title": _("Клиенты"),
                "items": [
                    page(_("Клиенты"), "group", "payments.customer"),
                    page(_("Подписки"), "event_available", "payments.subscription"),
                    page(_("Автопродления"), "autorenew", "payments.autorenewal"),
                    page(_("Подписки у систем"), "sync", "payments.providersubscription"),
                    page(_("Сохранённые карты"), "credit_card", "payments.savedmethod"),
                    page(_("Проводки дней"), "calendar_month", "payments.dayentry"),
                    page(_("Приглашения"), "redeem", "payments.referral"),
                    page(_("Подарки"), "card_giftcard", "payments.gift"),
                    page(_("Введённые промокоды"), "loyalty", "payments.promouse"),
                    page(_("Напоминания"), "notifications", "payments.reminder"),
                    page(_("Сообщения бота"), "chat", "bot.message"),
                ],
            },
            {
                "title": _("Партнёры"),
                "items": [
                    page(_("Заявки"), "inbox", "partners.application"),
                    page(_("Партнёры"), "handshake", "partners.partner"),
                    page(_("Документы"), "description", "partners.document"),
                    page(
                        _("Изменения в реестре"),
                        "published_with_changes",
                        "partners.registrychange",
                    ),
                    page(_("Изменения из кабинета"), "edit_note", "partners.profilechange"),
                    page(_("Ответы ФНС"), "fact_check", "partners.registryanswer"),
                    page(_("Диалоги"), "forum", "partners.conversation"),
                    page(_("Обращения клиентов"), "contact_phone", "partners.lead"),
                    page(_("Предложения партнёрам"), "forward_to_inbox", "partners.leadoffer"),
                    page(_("Отправленные карточки"), "contact_page", "partners.sentcard"),
                    page(_("Обращения по месяцам"), "calendar_view_month", "partners.quotamonth"),
                    page(_("Входы партнёров"), "login", "partners.signinlink"),
                ],
            },
            {
                "title": _("Списки партнёров"),
                "items": [
                    page(_("Категории"), "category", "partners.category"),
                    page(_("Специализации"), "construction", "partners.specialisation"),
                    page(_("Регионы"), "map", "partners.region"),
                    page(_("Города"), "location_city", "partners.city"),
                    page(_("Ключевые слова"), "spellcheck", "partners.keyword"),
                    page(_("Тарифы партнёров"), "workspace_premium", "partners.tier"),
                    page(_("Причины решений"), "rule", "partners.decisionreason"),
                    page(_("Поля форм"), "text_fields", "partners.fieldalias"),
                    page(_("Страницы Tilda"), "web", "partners.tildapage"),
                    page(_("Ключи API"), "key", "partners.apitoken"),
                ],
            },
            {
                "title": _("Рассылки"),
                "items": [
                    page(_("Рассылки"), "campaign", "bot.mailing"),
                    page(_("Получатели рассылок"), "outgoing_mail", "bot.recipient"),
                    page(_("Согласия на рассылку"), "how_to_reg", "integrations.consent"),
                ],
            },
            {
                "title": _("Вызовы и действия"),
                "items": [
                    page(_("Тревоги"), "warning", "integrations.alert"),
                    page(_("Уведомления"), "notifications_active", "bot.notice"),
                    page(_("Входящие вызовы"), "call_received", "integrations.inboundcallback"),
                    page(_("Исходящие действия"), "call_made", "integrations.outboxmessage"),
                    page(_("Письма"), "mail", "integrations.mailmessage"),
                    {
                        "title": _("Шаблоны писем"),
                        "icon": "drafts",
                        "link": reverse_lazy("admin:integrations_mailmessage_templates"),
                        "permission": lambda request: request.user.has_perm(
                            "integrations.view_mailmessage"
                        ),
                    },
                    page(_("Возвраты писем"), "assignment_return", "integrations.bounce"),
                    page(_("Исключённые адреса"), "unsubscribe", "integrations.suppression"),
                    page(_("Паузы писем"), "pause_circle", "integrations.mailpause"),
                ],
            },
            {
                "title": _("Настройка"),
                "items": [
                    page(_("Тарифы"), "sell", "payments.plan"),
                    page(_("Промокоды"), "confirmation_number", "payments.promocode"),
                    page(_("Платёжные системы"), "credit_card", "payments.providerstate"),
                    page(_("Вид писем"), "palette", "integrations.brand"),
                    page(_("Сотрудники"), "badge", "auth.user"),
                    page(_("Роли"), "shield_person", "auth.group"),
                    page(_("Приложения с кодами"), "phonelink_lock", "otp_totp.totpdevice"),
                    page(_("Журнал действий"), "history", "admin.logentry"),
                    page(_("Неудачные входы"), "gpp_bad", "axes.accessattempt"),
                ],
            },
        ],
    },
}
