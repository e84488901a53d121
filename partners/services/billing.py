"""Invoices of a partner: what was paid and what is open, and the sheet that a company takes to its bank."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override
from num2words import num2words

from partners.models import Partner
from partners.services.invoice_sheet import Sheet, draw
from payments import formats
from payments.errors import NotPossible
from payments.models import Payment
from payments.services.bank_lines import statement_provider

RUSSIAN = "ru"  # the language of the sheet: it is for a Russian bank and its accountant
CENT = Decimal("0.01")


def payments_of(partner: Partner) -> QuerySet[Payment]:
    """Everything this partner was asked to pay, the newest first."""
    mine = Payment.objects.filter(customer_id=partner.account_id or 0)
    return mine.select_related("plan", "pay_link")


def has_sheet(payment: Payment) -> bool:
    """Whether there is an invoice to be downloaded: where a company pays by a bank transfer."""
    return statement_provider(payment) is not None


def invoice_pdf(payment: Payment) -> bytes:
    """The invoice as a PDF of one page. Raises NotPossible where this payment is not made by a bank transfer."""
    sheet = sheet_of(payment)
    with override(RUSSIAN):
        return draw(sheet)


def sheet_of(payment: Payment) -> Sheet:
    """What the invoice of a payment says. Raises NotPossible."""
    provider = statement_provider(payment)
    buyer = Partner.objects.filter(account=payment.customer_id).first()
    if provider is None or buyer is None:
        raise NotPossible("no invoice for a bank")
    seller, number = provider.seller, payment.number
    with override(RUSSIAN):
        plan = payment.plan.title(RUSSIAN)
        item = _("Размещение в реестре партнёров, тариф «%(plan)s»") % {"plan": plan}
        vat = vat_words(payment, seller.vat)
        day = f"{localtime(payment.created_at):%d.%m.%Y}"
        facts = {"number": number, "date": day, "item": item, "vat": vat}
        title = {"number": number, "day": _day(payment.created_at)}
        end = payment.invoice_expires_at
        return Sheet(
            seller=seller,
            title=_("Счёт на оплату № %(number)s от %(day)s") % title,
            sold_by=_named(seller.name, seller.inn, seller.kpp, seller.address),
            bought_by=_named(
                buyer.legal_name or buyer.name, buyer.inn, buyer.kpp, buyer.legal_address
            ),
            item=item,
            total=formats.money(payment.amount, payment.currency),
            vat=vat,
            in_words=sum_in_words(payment.amount),
            purpose=_("Оплата по счёту № %(number)s от %(date)s. %(item)s. %(vat)s.") % facts,
            pay_until=_day(end) if end else "",
        )


def vat_words(payment: Payment, rate: str) -> str:
    """What the price includes: the rate is in per cent, and none means that no VAT is charged."""
    if not rate.isdecimal() or not int(rate):
        return _("Без НДС")
    share = (payment.amount * int(rate) / (100 + int(rate))).quantize(CENT, ROUND_HALF_UP)
    said = {"rate": rate, "sum": formats.money(share, payment.currency)}
    return _("В том числе НДС %(rate)s%%: %(sum)s") % said


def sum_in_words(amount: Decimal) -> str:
    """«Пять тысяч рублей, 00 копеек»: roubles in words, kopecks in figures, as banks write it."""
    words: str = num2words(amount, lang=RUSSIAN, to="currency", currency="RUB", cents=False)
    return words[:1].upper() + words[1:]


def _named(name: str, inn: str, kpp: str, address: str) -> str:
    parts = [name, _("ИНН %(inn)s") % {"inn": inn}]
    if kpp:
        parts.append(_("КПП %(kpp)s") % {"kpp": kpp})
    return ", ".join([*parts, address] if address else parts)


def _day(moment: datetime) -> str:
    return _("%(day)s г.") % {"day": date_format(localtime(moment), "j E Y")}
