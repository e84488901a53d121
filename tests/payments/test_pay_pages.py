"""The payment page: what it shows in each state, what its buttons do, and what it never gives away."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from integrations.clock import now
from integrations.errors import ServiceUnreachable
from payments.errors import InvoiceRefused, Refusal
from payments.models import PayLink, Payment, Subscription
from payments.provider import EventKind
from payments.registry import get_provider
from payments.services.pay_pages import new_page, page_url
from payments.services.transitions import close_open
from tests.payments.conftest import order
from tests.payments.events import send
from tests.support.http_server import answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(customer, plan) -> PayLink:
    return new_page(customer_id=customer.pk, plan_id=plan.pk)


@pytest.fixture
def paying(page, make_payment) -> Payment:
    payment: Payment = make_payment(
        customer=page.customer, plan=page.plan, pay_link=page, external_id="guid-a"
    )
    return payment


def url(page: PayLink, rest: str = "") -> str:
    return f"/pay/{page.token}/{rest}"


def shown(client: Client, page: PayLink, rest: str = "") -> str:
    answer = client.get(url(page, rest))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def choose(client: Client, page: PayLink, **fields: str):
    form = {"provider": "oneplat", "method": "card", "shown": f"{page.plan.amount:f}"} | fields
    return client.post(url(page, "choose"), form)


def test_a_page_offers_every_way_to_pay(client, page):
    text = shown(client, page)
    assert page.plan.title("ru") in text
    assert "Как заплатить" in text
    for label in ("Карта", "СБП"):
        assert f">{label}</button>" in text


def test_nobody_finds_a_page_by_trying(client, page):
    assert client.get(f"/pay/{page.token[:-1]}/").status_code == 404
    assert client.get("/pay/1/").status_code == 404
    assert len(page.token) >= 32


def test_the_secret_address_is_kept_from_caches_referrers_and_search(client, page):
    headers = client.get(url(page)).headers
    assert "no-store" in headers["Cache-Control"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["X-Frame-Options"] == "DENY"


def test_choosing_a_way_opens_one_invoice_on_this_page(client, page, oneplat):
    oneplat.plan(answer(200, order("guid-a")))
    assert choose(client, page)["Location"] == url(page)
    payment = page.payments.get()
    assert (payment.status, payment.external_id) == ("pending", "guid-a")
    text = shown(client, page)
    assert "Ждём оплату" in text
    assert 'data-copy="2200 0000 1111 2222"' in text
    assert choose(client, page)["Location"] == url(page)  # the open one again
    assert page.payments.count() == 1


def test_the_payer_comes_back_to_the_page(client, page, monkeypatch):
    asked = []

    def refuse(request):
        asked.append(request)
        raise InvoiceRefused(Refusal.OTHER)

    monkeypatch.setattr(get_provider("oneplat"), "create_invoice", refuse)
    choose(client, page)
    assert asked[0].return_url == page_url(page)


@pytest.mark.parametrize(
    "fields",
    [{"shown": "1.00"}, {"shown": "NaN"}, {"shown": ""}, {"provider": "nobody"}, {"method": "odd"}],
)
def test_a_choice_that_does_not_fit_opens_nothing(client, page, fields):
    answered = choose(client, page, **fields)
    assert answered.status_code == 409
    assert "Цена или тариф изменились" in answered.content.decode()
    assert not Payment.objects.exists()


def test_a_refused_way_leaves_the_others(client, page, oneplat):
    oneplat.plan(answer(500, {"error": "no requisites"}))
    answered = choose(client, page)
    assert answered.status_code == 409
    assert "Этим способом сейчас оплатить нельзя" in answered.content.decode()
    assert "Как заплатить" in answered.content.decode()


def test_without_the_forms_own_token_nothing_happens(page):
    strict = Client(enforce_csrf_checks=True)
    assert choose(strict, page).status_code == 403
    assert not Payment.objects.exists()


def test_an_open_page_hears_of_the_money(client, page, paying):
    before = client.get(url(page, "state"))
    mark = before["X-State"]
    assert client.get(url(page, "state"), headers={"X-Known-State": mark}).status_code == 204
    send(paying, EventKind.PAID)
    after = client.get(url(page, "state"), headers={"X-Known-State": mark})
    assert after.status_code == 200
    assert "Оплата получена" in after.content.decode()


def test_the_link_appears_with_the_access(client, page, paying):
    send(paying, EventKind.PAID)
    assert "https://sub.example/abc" not in shown(client, page)
    Subscription.objects.update(access_url="https://sub.example/abc")
    Payment.objects.update(access="granted", access_at=now())
    text = shown(client, page)
    assert "Доступ открыт" in text
    assert 'href="https://sub.example/abc"' in text
    code = client.get(url(page, "qr.svg"))
    assert code["Content-Type"] == "image/svg+xml"
    assert b"<svg" in code.content


def test_a_wrong_sum_is_told_without_a_button_to_pay_again(client, page, paying):
    send(paying, EventKind.PAID, amount="1.00")
    text = shown(client, page)
    assert "сумма не совпала" in text
    assert "<form" not in text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Payment.Status.EXPIRED, "Прошлый счёт истёк"),
        (Payment.Status.CANCELED, "Прошлый счёт отменён"),
        (Payment.Status.FAILED, "Прошлая попытка не прошла"),
    ],
)
def test_a_closed_invoice_leaves_the_choice(client, page, paying, status, words):
    close_open(payment_id=paying.pk, to=status)
    text = shown(client, page)
    assert words in text
    assert "Как заплатить" in text
    assert ("Проверить оплату</button>" in text) is (status != Payment.Status.FAILED)


def test_a_check_that_finds_the_money_shows_it(client, page, paying, oneplat):
    oneplat.plan(answer(200, order(status=1, reference=paying.reference)))
    assert client.post(url(page, "check"))["Location"] == url(page)
    assert "Оплата получена" in shown(client, page)


def test_a_second_check_waits(client, page, paying, oneplat):
    oneplat.plan(answer(200, order(reference=paying.reference)))
    assert "Денег пока не видно" in client.post(url(page, "check")).content.decode()
    assert "Проверить можно через" in client.post(url(page, "check")).content.decode()
    assert len(oneplat.received) == 1


def test_a_silent_provider_is_no_error_page(client, page, paying, monkeypatch):
    def silent(**_fields):
        raise ServiceUnreachable("no answer", service="1Plat")

    monkeypatch.setattr("payments.views.pages.check_payment", silent)
    answered = client.post(url(page, "check"))
    assert answered.status_code == 200
    assert "деньги не потеряются" in answered.content.decode()


def test_an_invoice_can_be_given_up(client, page, paying):
    assert client.post(url(page, "cancel"))["Location"] == url(page)
    paying.refresh_from_db()
    assert paying.status == "canceled"


def test_paid_money_outranks_a_newer_invoice(client, page, paying, make_payment):
    make_payment(customer=page.customer, plan=page.plan, pay_link=page)
    send(paying, EventKind.PAID)
    assert "Оплата получена" in shown(client, page)


def test_a_page_past_its_term_sells_nothing_but_keeps_what_was_bought(client, page, make_payment):
    PayLink.objects.update(expires_at=now() - timedelta(seconds=1))
    assert "Здесь больше нельзя заплатить" in shown(client, page)
    send(make_payment(customer=page.customer, plan=page.plan, pay_link=page), EventKind.PAID)
    assert "Оплата получена" in shown(client, page)


def test_a_plan_off_sale_is_said(client, page):
    page.plan.is_active = False
    page.plan.save()
    assert "Здесь больше нельзя заплатить" in shown(client, page)


def test_the_page_speaks_the_customers_language(client, page):
    page.customer.language = "en"
    page.customer.save()
    text = shown(client, page)
    assert '<html lang="en">' in text
    assert not re.search("[а-яё]", text.replace("₽", ""))


def test_what_comes_from_outside_is_escaped(client, page, paying):
    Payment.objects.update(requisites={"card_number": "1", "bank": "<script>alert(1)</script>"})
    text = shown(client, page)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_the_first_opening_is_noted_once(client, page):
    shown(client, page)
    page.refresh_from_db()
    first = page.opened_at
    assert first is not None
    shown(client, page)
    page.refresh_from_db()
    assert page.opened_at == first


def test_a_look_costs_a_fixed_number_of_queries(
    client, page, paying, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        client.get(url(page, "state"))
