"""What must happen after each event, in one place.

Each dotted path gets its own outbox row, so one failing reaction is retried alone and never blocks the others. A
reaction takes the event's payload as keyword arguments and may run twice: it is idempotent by contract.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REACTIONS: dict[str, tuple[str, ...]] = {
    # money in
    "payment.paid": (
        "payments.services.fulfilment.grant_access",
        "bot.notifications.staff_payment_paid",
    ),
    "payment.review": ("bot.notifications.payment_under_review",),
    # Seen at the provider by our own question, where only a call or a check may act on it.
    "payment.found": ("bot.notifications.payment_found",),
    "payment.failed": ("bot.notifications.payment_failed",),
    "payment.expired": ("bot.notifications.payment_expired",),
    "payment.refunded": (
        "payments.services.plan_change.close_outdated",
        "bot.notifications.payment_refunded",
        "payments.services.provider_subscriptions.stop_after_refund",
    ),
    "payment.partly_refunded": ("bot.notifications.payment_partly_refunded",),
    "refund.requested": ("bot.notifications.staff_refund_requested",),
    "refund.second": ("bot.notifications.staff_refund_second",),
    "refund.rejected": ("bot.notifications.refund_rejected",),
    "refund.failed": ("bot.notifications.staff_refund_failed",),
    # what a person has to decide
    "incident.opened": ("bot.notifications.staff_incident",),
    "incident.answered": ("bot.notifications.incident_answered",),
    # sums that are held until a person takes or releases them
    "payment.held": (
        "bot.notifications.payment_held",
        "bot.notifications.staff_payment_held",
    ),
    "hold.released": ("bot.notifications.hold_released",),
    # renewal without the customer, by us or by the provider
    "renewal.on": ("payments.services.provider_subscriptions.begin",),
    "renewal.upcoming": ("bot.notifications.renewal_upcoming",),
    "renewal.declined": ("bot.notifications.renewal_declined",),
    "renewal.off": ("bot.notifications.renewal_off",),
    "subscription.cancel": ("payments.services.provider_subscriptions.cancel_at_provider",),
    "subscription.past_due": ("bot.notifications.subscription_past_due",),
    "subscription.stopped": ("bot.notifications.subscription_stopped",),
    # access out
    "access.ordered": ("payments.services.fulfilment.grant_access",),
    "access.delayed": (
        "bot.notifications.access_delayed",
        "bot.notifications.staff_access_delayed",
    ),
    "access.granted": ("bot.notifications.access_granted",),
    "plan.active": ("bot.notifications.plan_active",),
    "subscription.ended": ("payments.services.fulfilment.sync_subscription",),
    "reminder.due": ("bot.notifications.reminder_due",),
    "reminder.unreachable": ("bot.notifications.reminder_by_mail",),
    "subscription.changed": ("payments.services.fulfilment.sync_subscription",),
    # days and gifts that are not the customer's own purchase
    "days.given": ("payments.services.fulfilment.open_access",),
    "days.ready": ("bot.notifications.days_ready",),
    "gift.ready": ("bot.notifications.gift_ready",),
    "gift.claimed": ("bot.notifications.gift_claimed",),
    "access.unpaid": ("payments.services.reconciliation.fixes.close_unpaid",),
    # the other side's lists
    "reconciliation.ordered": ("payments.services.reconciliation.runs.execute_ordered",),
    "reconciliation.differs": ("bot.notifications.staff_reconciliation",),
    # partners
    "application.received": (
        "partners.services.verification.begin",
        "bot.notifications.staff_application_received",
    ),
    "partner.closed": ("bot.notifications.staff_partner_closed",),
    "cabinet.link_wanted": ("partners.services.sign_in.send_links",),
    # clients' wishes and the partners they go to
    "lead.offered": (
        "partners.services.leads.tell_partner",
        "bot.notifications.offer_in_telegram",
        "partners.services.channels.flexbe_status.tell_in_work",
    ),
    "lead.closed": ("partners.services.channels.flexbe_status.tell_done",),
    "lead.unmatched": ("bot.notifications.staff_lead_unmatched",),
    "lead.wanted": ("partners.services.dialogue.offer_lead",),
    "lead.more_wanted": ("partners.services.dialogue.offer_more",),
    "offer.answered": ("partners.services.dialogue.tell_answer",),
    "lead.unanswered": ("partners.services.dialogue.tell_unanswered",),
    # conversations
    "message.received": ("partners.services.dialogue.answer",),
    "message.written": ("partners.services.saying.deliver",),
    "conversation.waits": ("bot.notifications.staff_conversation_waits",),
    "umnico.webhook": ("bot.notifications.staff_umnico",),
    # letters
    "letter.written": ("integrations.services.post.deliver",),
    "mail.bounced": (
        "bot.mailings.returns.letter_returned",
        "partners.services.returned_answers.letter_returned",
    ),
    "letter.refused": (
        "bot.notifications.staff_letter_refused",
        "partners.services.returned_answers.letter_refused",
    ),
    "mail.failing": ("bot.notifications.staff_mail_failing",),
    # friends
    "referral.rewarded": ("bot.notifications.referral_rewarded",),
}

# Rows name their reaction: what it was called when an older release wrote one → what it is called now.
MOVED = {
    "partners.services.flexbe.tell_in_work": "partners.services.channels.flexbe_status.tell_in_work",
    "partners.services.flexbe.tell_done": "partners.services.channels.flexbe_status.tell_done",
}

# What each reaction does, for staff.
TITLES = {
    "bot.mailings.returns.letter_returned": _("Отметить возврат письма рассылки"),
    "partners.services.verification.begin": _("Проверить заявку партнёра"),
    "bot.notifications.staff_application_received": _("Сотрудникам: новая заявка партнёра"),
    "bot.notifications.staff_lead_unmatched": _("Сотрудникам: обращение никому не подошло"),
    "bot.notifications.staff_conversation_waits": _("Сотрудникам: собеседник ждёт человека"),
    "bot.notifications.staff_letter_refused": _("Сотрудникам: письмо не принято"),
    "bot.notifications.staff_mail_failing": _("Сотрудникам: письма не уходят"),
    "bot.notifications.staff_umnico": _("Сотрудникам: Umnico не сообщал о диалогах"),
    "bot.notifications.staff_partner_closed": _("Сотрудникам: партнёр больше не действует"),
    "bot.notifications.offer_in_telegram": _("Партнёру: новое обращение в Telegram"),
    "partners.services.leads.tell_partner": _("Партнёру: новое обращение"),
    "partners.services.returned_answers.letter_refused": _(
        "Вернуть людям диалог, чей ответ не принят почтой"
    ),
    "partners.services.returned_answers.letter_returned": _(
        "Вернуть людям диалог, чьё письмо вернулось"
    ),
    "partners.services.channels.flexbe_status.tell_in_work": _("Flexbe: заявка в работе"),
    "partners.services.channels.flexbe_status.tell_done": _("Flexbe: заявка выполнена"),
    "partners.services.dialogue.answer": _("Ответить собеседнику"),
    "partners.services.dialogue.offer_lead": _("Клиенту: карточки партнёров"),
    "partners.services.dialogue.offer_more": _("Клиенту: карточки других партнёров"),
    "partners.services.dialogue.tell_answer": _("Клиенту: что ответил партнёр"),
    "partners.services.dialogue.tell_unanswered": _("Клиенту: никто не взялся"),
    "partners.services.saying.deliver": _("Передать сообщение в чат"),
    "integrations.services.post.deliver": _("Отправить письмо"),
    "partners.services.sign_in.send_links": _("Партнёру: ссылка для входа в кабинет"),
    "payments.services.provider_subscriptions.begin": _("Передать списания платёжной системе"),
    "payments.services.provider_subscriptions.cancel_at_provider": _(
        "Отменить списания у платёжной системы"
    ),
    "payments.services.provider_subscriptions.stop_after_refund": _(
        "Выключить автопродление после возврата"
    ),
    "bot.notifications.hold_released": _("Клиенту: заморозка снята"),
    "bot.notifications.payment_held": _("Клиенту: деньги заморожены"),
    "bot.notifications.renewal_declined": _("Клиенту: автосписание не прошло"),
    "bot.notifications.renewal_off": _("Клиенту: автопродление выключено"),
    "bot.notifications.renewal_upcoming": _("Клиенту: скоро автосписание"),
    "bot.notifications.subscription_past_due": _("Клиенту: списание по подписке не прошло"),
    "bot.notifications.subscription_stopped": _("Клиенту: подписка остановлена"),
    "bot.notifications.staff_payment_held": _("Сотрудникам: деньги заморожены"),
    "payments.services.fulfilment.grant_access": _("Открыть доступ"),
    "payments.services.plan_change.close_outdated": _("Закрыть счета на смену тарифа"),
    "payments.services.fulfilment.open_access": _("Открыть доступ без оплаты"),
    "payments.services.fulfilment.sync_subscription": _("Передать срок панели"),
    "bot.notifications.reminder_by_mail": _("Клиенту: напоминание письмом"),
    "bot.notifications.reminder_due": _("Клиенту: напоминание о сроке"),
    "bot.notifications.days_ready": _("Клиенту: ссылка доступа без оплаты"),
    "bot.notifications.gift_claimed": _("Клиенту: подарок открыли"),
    "bot.notifications.gift_ready": _("Клиенту: ссылка подарка"),
    "payments.services.reconciliation.fixes.close_unpaid": _("Закрыть неоплаченный доступ"),
    "payments.services.reconciliation.runs.execute_ordered": _("Провести сверку"),
    "bot.notifications.staff_reconciliation": _("Сотрудникам: сверка нашла расхождения"),
    "bot.notifications.plan_active": _("Партнёру: тариф включён"),
    "bot.notifications.access_delayed": _("Клиенту: доступ задерживается"),
    "bot.notifications.access_granted": _("Клиенту: ссылка доступа"),
    "bot.notifications.payment_expired": _("Клиенту: счёт закрыт"),
    "bot.notifications.incident_answered": _("Клиенту: ответ сотрудника"),
    "bot.notifications.payment_failed": _("Клиенту: оплата не прошла"),
    "bot.notifications.payment_found": _("Клиенту: деньги найдены, нужна проверка"),
    "bot.notifications.payment_refunded": _("Клиенту: деньги возвращены"),
    "bot.notifications.payment_under_review": _("Клиенту: оплата на проверке"),
    "bot.notifications.payment_partly_refunded": _("О возврате части денег"),
    "bot.notifications.refund_rejected": _("Клиенту: в возврате отказано"),
    "bot.notifications.staff_refund_failed": _("Сотрудникам: возврат не прошёл"),
    "bot.notifications.staff_refund_requested": _("Сотрудникам: просят вернуть деньги"),
    "bot.notifications.staff_refund_second": _("Сотрудникам: возврат ждёт второго"),
    "bot.notifications.referral_rewarded": _("Клиенту: дни за друга"),
    "bot.notifications.staff_access_delayed": _("Сотрудникам: доступ задерживается"),
    "bot.notifications.staff_incident": _("Сотрудникам: исключение"),
    "bot.notifications.staff_payment_paid": _("Сотрудникам: счёт оплачен"),
}
