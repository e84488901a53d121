from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from payments.models import Gift, PromoCode, PromoUse
from payments.services import gifts, promotions
from tests import factories
from tests.support.office import list_of, page, shown, signed_in, staff_member

GOOD = {
    "code": "march",
    "kind": "percent",
    "value": "25",
    "currency": "RUB",
    "limit_per_customer": "1",
    "is_active": "on",
    "note": "весна",
}


def test_staff_make_a_code_and_its_letters_become_capitals(office):
    office.post(f"{list_of(PromoCode)}add/", GOOD)

    code = PromoCode.objects.get()
    assert (code.code, code.kind, code.value) == ("MARCH", "percent", Decimal(25))


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "x"},
        {"code": "A B!"},
        {"value": "0"},
        {"value": "100"},
        {"kind": "days", "value": "1.5"},
        {"kind": "days", "value": "5000"},
        {"currency": "rub"},
        {"limit_per_customer": "0"},
        {
            "starts_at_0": "2030-01-02",
            "starts_at_1": "00:00",
            "ends_at_0": "2030-01-01",
            "ends_at_1": "00:00",
        },
    ],
    ids=str,
)
def test_a_code_that_makes_no_sense_is_refused(office, wrong):
    response = office.post(f"{list_of(PromoCode)}add/", GOOD | wrong)

    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    assert not PromoCode.objects.exists()


def test_what_a_used_code_is_stays_and_it_is_never_deleted(office):
    use = factories.a_promo_use()

    office.post(page(use.code), GOOD | {"code": "OTHER", "kind": "days"})
    assert office.post(page(use.code, "delete"), {"post": "yes"}).status_code == 403

    use.code.refresh_from_db()
    assert (use.code.code, use.code.kind, use.code.note) == (use.code.code, "percent", "весна")
    assert use.code.code != "OTHER"


def test_the_list_counts_uses(office):
    code = factories.a_promo_code(limit_total=5)
    for _number in range(2):
        factories.a_promo_use(code=code)
    factories.a_promo_use(code=code, status=PromoUse.Status.USED)

    row = office.get(list_of(PromoCode)).context["cl"].result_list[0]
    assert (row.times_used, row.times_waiting) == (1, 2)


def test_a_set_of_codes_is_made_and_exported(office):
    address = f"{list_of(PromoCode)}many/"
    assert office.get(address).status_code == 200
    response = office.post(
        address,
        {
            "number": "50",
            "beginning": "fair-",
            "kind": "fixed",
            "value": "100",
            "currency": "RUB",
            "note": "ярмарка",
        },
        follow=True,
    )

    codes = list(PromoCode.objects.values_list("code", flat=True))
    assert len(set(codes)) == 50
    assert all(code.startswith("FAIR-") and len(code) == 13 for code in codes)
    assert set(PromoCode.objects.values_list("limit_total", flat=True)) == {1}
    assert "Создан набор: 50 шт." in response.content.decode()
    export = office.get(f"{list_of(PromoCode)}export/?q=ярмарка")
    text = b"".join(export.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert len(rows) == 51
    assert {row[0] for row in rows[1:]} == set(codes)


@pytest.mark.parametrize(
    "wrong",
    [{"number": "0"}, {"number": "99999"}, {"beginning": "a b!"}, {"note": ""}, {"value": "0"}],
)
def test_a_set_that_makes_no_sense_is_refused(office, wrong):
    facts = {"number": "5", "kind": "percent", "value": "10", "currency": "RUB", "note": "x"}
    office.post(f"{list_of(PromoCode)}many/", facts | wrong)

    assert not PromoCode.objects.exists()


def test_whoever_may_only_look_makes_no_codes(db):
    client = signed_in(staff_member("payments.view_promocode"))

    assert client.get(list_of(PromoCode)).status_code == 200
    assert client.get(f"{list_of(PromoCode)}many/").status_code == 403
    assert client.post(f"{list_of(PromoCode)}add/", GOOD).status_code == 403


def test_the_export_needs_the_right_to_see_codes(db):
    client = signed_in(staff_member("payments.view_payment"))

    assert client.get(f"{list_of(PromoCode)}export/").status_code == 403


def test_a_gift_is_shown_without_its_link(office):
    gift = factories.a_gift()
    receiver = factories.a_customer()
    gifts.claim(token=gift.token, customer_id=receiver.pk)

    for address in (list_of(Gift), page(gift), page(gift.payment)):
        text = office.get(address).content.decode()
        assert gift.token not in text
    assert str(receiver) in office.get(page(gift)).content.decode()
    assert shown(office, Gift, f"q={gift.payment.pk}") == {gift.pk}


def test_a_use_leads_to_its_code_its_customer_and_its_days(office):
    code = factories.a_promo_code(kind=PromoCode.Kind.DAYS, value=7)
    customer = factories.a_customer()
    promotions.enter(customer_id=customer.pk, text=code.code)
    use = PromoUse.objects.get()

    text = office.get(page(use)).content.decode()
    assert code.code in text
    assert "+7" in text
    assert shown(office, PromoUse, f"q={code.code.lower()}") == {use.pk}


def test_the_payment_page_says_what_was_bought_and_what_made_it_cheaper(office):
    first = factories.a_paid_payment()
    code = factories.a_promo_code()
    payment = factories.a_payment(
        customer=first.customer,
        purpose="change",
        replaces=first,
        discount=Decimal(50),
        promo_code=code,
    )

    text = office.get(page(payment)).content.decode()
    assert "смена тарифа" in text
    assert code.code in text
    assert page(first) in text
