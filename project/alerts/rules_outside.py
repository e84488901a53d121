"""Alerts of what others do: payment systems, the panel, mail, Telegram, the tax service."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from project.alerts.rule import HOUR, MINUTE, WARNING, Rule

OF_SERVICES = (
    Rule(
        name="CallsRefused",
        severity=WARNING,
        title=_("Много отклонённых вызовов"),
        meaning=_(
            "Больше 20 за 10 минут: неверный ключ у нас, новый ключ у них, или кто-то подделывает вызовы."
        ),
        remedy=_(
            "Админка: входящие вызовы, «отклонённые»; причина у каждого. Сверьте ключ с кабинетом."
        ),
        metric="provodnik_calls_refused_10m",
        limit=20,
    ),
    Rule(
        name="ServiceFailing",
        severity=WARNING,
        title=_("Сервис не отвечает"),
        meaning=_(
            "Больше половины наших вызовов за 10 минут остались без ответа. Они повторяются сами."
        ),
        remedy=_("Посмотрите страницу состояния сервиса; manage.py doctor назовёт ошибку."),
        metric="provodnik_service_error_ratio",
        limit=0.5,
        lasts=MINUTE,
    ),
    Rule(
        name="ServiceSlow",
        severity=WARNING,
        title=_("Сервис отвечает медленно"),
        meaning=_("Вызов в среднем длится больше 5 секунд: доступ и счета ждут."),
        remedy=_("Посмотрите страницу состояния сервиса и сеть сервера."),
        metric="provodnik_service_seconds",
        limit=5,
        lasts=5 * MINUTE,
    ),
    Rule(
        name="FnsPaused",
        severity=WARNING,
        title=_("Налоговую не спрашиваем"),
        meaning=_("Больше часа: лимит, ключ или сбой. Заявки партнёров ждут проверки."),
        remedy=_("manage.py doctor назовёт причину; проверьте FNS_API_KEY и остаток запросов."),
        metric="provodnik_fns_paused",
        limit=0,
        lasts=HOUR,
    ),
    Rule(
        name="PartnersOverdue",
        severity=WARNING,
        title=_("Партнёры давно не проверены"),
        meaning=_("Закрывшаяся компания может стоять в каталоге."),
        remedy=_("Отвечает ли налоговая и жив ли обработчик messages? manage.py doctor."),
        metric="provodnik_partners_overdue",
        limit=10,
        lasts=HOUR,
    ),
)

OF_MESSAGES = (
    Rule(
        name="NoticesWait",
        severity=WARNING,
        title=_("Уведомления сотрудникам не уходят"),
        meaning=_("Ни в Telegram, ни письмом дольше десяти минут."),
        remedy=_(
            "Админка: уведомления, очередь «не уходят»; ошибка стоит в карточке. Бот в группе?"
        ),
        metric="provodnik_notice_wait_seconds",
        limit=600,
    ),
    Rule(
        name="LettersWait",
        severity=WARNING,
        title=_("Письма не уходят"),
        meaning=_("Самое старое ждёт больше часа."),
        remedy=_("Админка: письма и паузы писем; manage.py doctor проверит почтовый сервер."),
        metric="provodnik_letter_wait_seconds",
        limit=3600,
    ),
    Rule(
        name="LettersRefused",
        severity=WARNING,
        title=_("Письма не принимают"),
        meaning=_("Больше 20 отказов за сутки: адреса, подпись домена или подозрение в спаме."),
        remedy=_("Админка: письма, «с ошибкой». Проверьте SPF, DKIM и DMARC: docs/mail.md."),
        metric="provodnik_letters_failed_24h",
        labels={"status": "refused"},
        limit=20,
    ),
    Rule(
        name="MailPaused",
        severity=WARNING,
        title=_("Почтовый сервер велел ждать"),
        meaning=_(
            "Больше получаса: предел писем, подозрение в спаме или настройки. Письма ничего не теряют."
        ),
        remedy=_(
            "Админка: паузы писем; там ответ сервера. Уменьшите MAIL_A_DAY или MAIL_A_MINUTE."
        ),
        metric="provodnik_mail_paused_seconds",
        limit=1800,
    ),
    Rule(
        name="MailingStands",
        severity=WARNING,
        title=_("Рассылка не движется"),
        meaning=_("Она идёт, но полчаса никому не написали."),
        remedy=_("Жив ли provodnik-mailer? Нет ли паузы писем? Посмотрите карточку рассылки."),
        metric="provodnik_mailing_idle_seconds",
        limit=1800,
    ),
)
