"""A company pays by a bank transfer: from the page and its PDF to the line of the statement that staff confirm."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from integrations.clock import now
from integrations.models import MailMessage
from partners.models import Partner
from partners.services import billing, plans, quotas
from payments import selectors
from payments.abilities import StatementLine
from payments.checks import check_seller
from payments.errors import NotPossible
from payments.models import Incident, PayLink, Payment, PaymentEvent, Plan, ReconciliationLine
from payments.money import Money
from payments.registry import forget_providers
from payments.services import statements
from payments.services.audit import audit_ledgers
from payments.services.bank_lines import confirm_transfer
from payments.services.expiry import expire_payments
from payments.services.polling import poll_payments
from payments.services.reconciliation.runs import execute
from tests.partners.money.support import plan, react
from tests.payments.providers.banktransfer.test_banktransfer import TestBanktransfer as Bank
from tests.support.office import owner, signed_in, staff_member
from tests.support.office import page as office_page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def switched_on(settings) -> None:
    settings.PAYMENT_PROVIDERS = ["oneplat", "banktransfer"]
    settings.PARTNER_PAYMENT_PROVIDERS = ["banktransfer"]
    settings.CREDENTIALS = {**settings.CREDENTIALS, **Bank.credentials}
    settings.STAFF_CHAT_ID = ""


@pytest.fixture
def staff(db):
    return get_user_model().objects.create_user("olga")


@pytest.fixture
def page(partner) -> PayLink:
    url = plans.pay_page(partner, plan("basic"))
    return PayLink.objects.get(token=url.rstrip("/").rpartition("/")[2])


@pytest.fixture
def invoice(client, page) -> Payment:
    form = {"provider": "banktransfer", "method": "", "shown": "5000.00"}
    assert client.post(f"/pay/{page.token}/choose", form).status_code == 302
    return Payment.objects.get(pay_link=page)


def shown(client: Client, page: PayLink) -> str:
    return re.sub(r"\s+", " ", client.get(f"/pay/{page.token}/").content.decode())


def confirm(payment: Payment, staff, *, amount: str = "5000.00", number: str = "17"):
    line = StatementLine(number=number, on=date(2026, 11, 20), money=Money(Decimal(amount), "RUB"))
    outcome = confirm_transfer(payment_id=payment.pk, line=line, reason="выписка", staff=staff)
    payment.refresh_from_db()
    return outcome


def test_it_is_off_unless_the_owner_names_it(settings):
    settings.PARTNER_PAYMENT_PROVIDERS = ["yookassa", "cloudpayments"]
    assert selectors.ways_to_pay("RUB", Plan.Audience.PARTNERS) == []


def test_people_in_the_bot_are_never_offered_it():
    assert "banktransfer" not in {way.provider for way in selectors.ways_to_pay("RUB")}


def test_the_page_gives_an_invoice_to_download(client, page, invoice):
    assert invoice.external_id == str(invoice.number)
    assert invoice.invoice_expires_at is not None
    assert invoice.invoice_expires_at - now() > timedelta(days=4, hours=23)
    text = shown(client, page)
    assert "Скачать счёт (PDF)" in text
    assert "Проверить оплату" not in text
    answer = client.get(f"/pay/{page.token}/invoice.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="invoice-{invoice.pk}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert answer.content.startswith(b"%PDF-")
    assert answer.content.count(b"/Type /Page\n") == 1
    assert len(answer.content) < 100_000  # of the fonts only the letters used


def test_nobody_takes_an_invoice_by_trying(client, page):
    assert client.get("/pay/nothing/invoice.pdf").status_code == 404
    assert client.get(f"/pay/{page.token}/invoice.pdf").status_code == 404  # nothing chosen yet


def test_the_sheet_says_what_a_bank_needs(partner, invoice):
    sheet = billing.sheet_of(invoice)
    assert sheet.title.startswith(f"Счёт на оплату № {invoice.number} от ")
    assert sheet.total == "5\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}₽"
    assert sheet.in_words == "Пять тысяч рублей, 00 копеек"
    assert sheet.vat == "Без НДС"
    assert f"ИНН {partner.inn}" in sheet.bought_by
    assert f"№ {invoice.number}" in sheet.purpose
    assert "тариф «Базовый, месяц»" in sheet.purpose


@pytest.mark.parametrize(
    ("rate", "said"),
    [("20", "В том числе НДС 20%: 833,33 ₽"), ("5", "В том числе НДС 5%: 238,10 ₽")],
)
def test_vat_is_a_part_of_the_price(settings, invoice, rate, said):
    settings.CREDENTIALS = {**settings.CREDENTIALS, "SELLER_VAT": rate}
    forget_providers()
    assert billing.sheet_of(invoice).vat.replace("\N{NO-BREAK SPACE}", " ") == said


def test_the_sheet_of_another_way_is_none(make_payment):
    with pytest.raises(NotPossible):
        billing.invoice_pdf(make_payment())


def test_a_line_with_the_very_sum_starts_the_plan(partner, invoice, staff):
    assert confirm(invoice, staff) == PaymentEvent.Outcome.MOVED
    react()
    invoice.refresh_from_db()
    assert (invoice.status, invoice.access) == ("paid", "granted")
    assert quotas.left(partner) == 100
    event = invoice.events.get(origin=PaymentEvent.Origin.STAFF)
    assert (event.operation, event.raw["staff"], event.note) == ("17", "olga", "выписка")
    assert MailMessage.objects.filter(context__what="active").count() == 1
    assert audit_ledgers().differences == []


@pytest.mark.parametrize(("amount", "kind"), [("4999.99", "underpaid"), ("5000.01", "overpaid")])
def test_another_sum_waits_for_a_decision(partner, invoice, staff, amount, kind):
    assert confirm(invoice, staff, amount=amount) == PaymentEvent.Outcome.REVIEW
    react()
    assert invoice.status == "review"
    assert Incident.objects.get().kind == kind
    assert plans.tier_of(partner).code == "start"
    assert MailMessage.objects.get(context__what="review").to == partner.email
    assert audit_ledgers().differences == []


def test_one_line_pays_one_invoice_of_a_payer(client, partner, invoice, staff):
    confirm(invoice, staff)
    url = plans.pay_page(partner, plan("basic", "year"))
    page = PayLink.objects.get(token=url.rstrip("/").rpartition("/")[2])
    form = {"provider": "banktransfer", "method": "", "shown": "50000.00"}
    client.post(f"/pay/{page.token}/choose", form)
    with pytest.raises(NotPossible, match=str(invoice.number)):
        confirm(page.payments.get(), staff, amount="50000.00")
    assert page.payments.get().status == "pending"


def test_a_payment_of_a_payment_system_needs_no_statement(make_payment, staff):
    with pytest.raises(NotPossible):
        confirm(make_payment(), staff)


def test_nobody_is_asked_and_the_invoice_lapses_after_days(
    client, page, invoice, move_clock, staff
):
    assert invoice.poll_at is None
    assert poll_payments() == 0
    move_clock(timedelta(days=4))
    assert expire_payments() == 0
    move_clock(timedelta(days=1, minutes=1))
    assert expire_payments() == 1
    assert "Проверить оплату</button>" not in shown(client, page)
    confirm(invoice, staff)  # late money is still money
    assert invoice.status == "paid"
    assert Incident.objects.get().kind == "late"


def test_its_address_believes_nobody(client, invoice):
    body = (Bank.fixtures / "paid__invented_call.json").read_bytes()
    answer = client.post(
        "/payments/callbacks/banktransfer", data=body, content_type="application/json"
    )
    assert answer.status_code == 403
    invoice.refresh_from_db()
    assert invoice.status == "pending"


def test_an_uploaded_statement_agrees_with_what_was_confirmed(invoice, staff):
    confirm(invoice, staff)
    day = f"{now():%d.%m.%Y}"
    content = f"Номер платежа;Дата;Сумма\n{invoice.number};{day};5000,00\n".encode()
    kept = statements.upload(
        provider="banktransfer", name="bank.csv", content=content, currency="RUB", staff=staff
    )
    run = statements.keep(
        statement_id=kept.pk,
        since=now() - timedelta(days=2),
        until=now() + timedelta(days=1),
        staff=staff,
    )
    execute(run_id=run.pk)
    run.refresh_from_db()
    assert run.status == "done"
    assert not ReconciliationLine.objects.filter(run=run).exists()


def press(office: Client, payment: Payment, **fields):
    url = office_page(payment, "confirm_transfer")
    form = {"number": "17", "on": "20.11.2026", "amount": "5000.00", "reason": "видно в выписке"}
    return office.post(url, form | fields, follow=True)


def test_staff_confirm_on_the_payments_page(invoice):
    office = signed_in(owner())
    card = office.get(office_page(invoice)).content.decode()
    assert "Подтвердить по выписке" in card
    answer = press(office, invoice)
    assert "Оплата подтверждена" in answer.content.decode()
    invoice.refresh_from_db()
    assert invoice.status == "paid"
    card = office.get(office_page(invoice)).content.decode()
    assert "Подтвердить по выписке" not in card


def test_a_reason_and_the_line_are_asked_for(invoice):
    office = signed_in(owner())
    for wrong in ({"reason": ""}, {"number": ""}, {"on": ""}, {"amount": ""}, {"on": "01.01.2099"}):
        press(office, invoice, **wrong)
        invoice.refresh_from_db()
        assert invoice.status == "pending", wrong


def test_only_who_may_confirms(invoice):
    office = signed_in(staff_member("payments.view_payment"))
    assert "Подтвердить по выписке" not in office.get(office_page(invoice)).content.decode()
    assert press(office, invoice).status_code == 403
    invoice.refresh_from_db()
    assert invoice.status == "pending"


def test_misspelt_requisites_are_named_at_start_up(settings):
    assert check_seller() == []
    settings.CREDENTIALS = {**settings.CREDENTIALS, "SELLER_BIK": "04990100", "SELLER_KPP": "1"}
    assert [error.msg.split()[0] for error in check_seller()] == ["SELLER_KPP", "SELLER_BIK"]


def test_a_name_with_markup_stays_a_name(client, invoice):
    partner = Partner.objects.get()
    partner.legal_name = "ООО «<b>Ромашка</b>» & сыновья **жирно**"
    partner.save()
    assert "<b>Ромашка</b>" in billing.sheet_of(invoice).bought_by
    assert billing.invoice_pdf(invoice).startswith(b"%PDF-")
