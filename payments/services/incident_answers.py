"""What customers are told about an exception: ready words in their language, which staff may change before sending."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from integrations.services import outbox
from payments.formats import money
from payments.models import Incident

LONGEST = 1500

# decision -> the words; what they are about is filled in
WORDS = {
    "accept": gettext_lazy(
        "✅ Мы засчитали вашу оплату %(came)s. Доступ действует, ссылка придёт отдельным сообщением."
    ),
    "accept_part": gettext_lazy(
        "✅ Мы засчитали оплату %(price)s. Доступ действует, лишнее вернём тем же способом, которым вы платили."
    ),
    "again": gettext_lazy(
        "✅ Счёт оплачен дважды. За вторую оплату мы продлили вам доступ ещё на один срок."
    ),
    "return": gettext_lazy(
        "↩️ Мы возвращаем вам %(waits)s тем же способом, которым вы платили. "
        "Обычно деньги приходят за 1–10 дней."
    ),
    "refund": gettext_lazy(
        "↩️ Оплата пришла, когда счёт уже был закрыт. Мы возвращаем вам деньги, доступ по ней закончится."
    ),
    "keep": gettext_lazy("✅ Оплата пришла с опозданием, но дошла. Доступ действует."),
    "link": gettext_lazy(
        "✅ Мы нашли ваш платёж. Доступ откроется через минуту, ссылка придёт сама."
    ),
    "ask": gettext_lazy(
        "⏳ Мы ищем вашу оплату. Откройте счёт в боте и нажмите «Проверить оплату»: доступ откроется сразу. "
        "Платить ещё раз не нужно."
    ),
    "wait": gettext_lazy(
        "⏳ Деньги пришли, доступ задерживается из-за сбоя у нас. Мы уже чиним: ссылка придёт сама. "
        "Платить ещё раз не нужно."
    ),
    "underpaid": gettext_lazy(
        "⚠️ Пришло %(came)s, а счёт был на %(price)s. Напишите, вернуть вам деньги или выставить счёт заново."
    ),
    "tell": gettext_lazy(
        "⏳ Мы разбираемся с вашей оплатой %(came)s и напишем, как только решим. Платить ещё раз не нужно."
    ),
    "chargeback": gettext_lazy(
        "⚠️ Банк отозвал вашу оплату по вашему заявлению, поэтому доступ по ней закрыт. "
        "Если это ошибка, ответьте на это сообщение."
    ),
}


def ready_answer(incident: Incident, name: str, *, waits: str = "") -> str:
    """The words of a decision in the customer's language, "" where there are none.

    As long as the customer is not known they are in the installation's own.
    """
    words = WORDS.get(name)
    if words is None:
        return ""
    with override(incident.customer.language if incident.customer else settings.LANGUAGE_CODE):
        payment = incident.payment
        price = money(payment.amount, payment.currency) if payment else ""
        came = money(incident.amount, incident.currency) if incident.amount is not None else price
        text = str(words) % {"came": came, "price": price, "waits": waits or came}
        if payment is not None:
            text += "\n\n" + _("Обращение № %(number)s.") % {"number": payment.number}
        return text


def send_answer(incident: Incident, text: str, *, key: UUID) -> None:
    """Have the bot say this to the customer, inside the transaction of the decision. The same form says it once."""
    text = text.strip()[:LONGEST]
    if not text or incident.customer_id is None:
        return
    incident.answer = text
    incident.save(update_fields=["answer"])
    outbox.publish(
        "incident.answered",
        {"incident_id": incident.pk, "text": text, "number": key.hex},
        key=f"answer:{incident.pk}:{key.hex}",
        case=incident.payment.case if incident.payment else "",
    )
