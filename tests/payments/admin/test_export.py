from __future__ import annotations

import csv
import io

from payments.models import Payment
from tests import factories
from tests.support.office import list_of, signed_in, staff_member


def exported(client, query: str = "") -> tuple[str, list[dict[str, str]]]:
    response = client.get(f"{list_of(Payment)}export/?{query}")
    text = b"".join(response.streaming_content).decode()
    return text, list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_a_file_opens_in_a_spreadsheet(office):
    payment = factories.a_paid_payment()

    text, rows = exported(office)

    assert text.startswith("\ufeff№;")
    assert rows[0]["№"] == str(payment.pk)
    assert rows[0]["Сумма"] == "199,00"
    assert rows[0]["Состояние"] == "оплачен"


def test_the_file_holds_what_the_list_shows(office):
    paid = factories.a_paid_payment()
    factories.a_payment()

    _text, rows = exported(office, "status__exact=paid")

    assert [row["№"] for row in rows] == [str(paid.pk)]


def test_a_name_is_not_a_formula(office):
    factories.a_payment(customer=factories.a_customer(first_name='=HYPERLINK("x")'))
    factories.a_payment(customer=factories.a_customer(username="@cmd"))

    _text, rows = exported(office)

    assert rows[1]["Имя"] == '\'=HYPERLINK("x")'
    assert rows[0]["Имя в Telegram"] == "'@cmd"


def test_the_file_needs_a_right_of_its_own(db):
    client = signed_in(staff_member("payments.view_payment"))

    assert client.get(f"{list_of(Payment)}export/").status_code == 403
    assert "export/" not in client.get(list_of(Payment)).content.decode()


def test_the_file_says_what_was_bought_and_what_was_taken_off(office):
    code = factories.a_promo_code(code="MARCH")
    factories.a_payment(purpose="gift", discount=50, promo_code=code)

    _text, rows = exported(office)

    assert (rows[0]["Что покупают"], rows[0]["Скидка"], rows[0]["Промокод"]) == (
        "подарок",
        "50,00",
        "MARCH",
    )
