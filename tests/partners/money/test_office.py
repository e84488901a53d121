"""Partners in the back office of payments."""

from __future__ import annotations

import pytest

from payments.admin import search
from payments.models import Customer, PayLink
from tests.partners.money.support import buy, plan
from tests.support.office import owner, page, shown, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db):
    return signed_in(owner())


def read(office, row, name: str = "change") -> str:
    answer = office.get(page(row, name))
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_an_account_leads_to_its_partner(office, partner):
    payment = buy(partner)
    card = read(office, partner.account)
    assert str(partner) in card
    assert f"/admin/partners/partner/{partner.pk}/" in card
    assert str(partner.account.payer_id) in card
    assert "партнёр: пишем письма" in card
    assert f"/admin/payments/payment/{payment.pk}/" in card
    assert partner.name in read(office, payment)


def test_the_list_tells_partners_from_customers(office, partner, customer):
    assert shown(office, Customer, "kind__exact=partner") == {partner.account.pk}
    assert shown(office, Customer, "kind__exact=telegram") == {customer.pk}


def test_a_partner_is_found_by_name_address_and_payers_number(partner, customer):
    account = partner.account
    assert account.pk in search.customer_ids(partner.name)
    assert search.customer_ids(str(account.payer_id)) == [account.pk]
    assert search.customers_called(str(account.payer_id)) == [account.pk]
    assert search.customers_called(account.email.upper()) == [account.pk]
    assert search.customers_called(f"@{customer.username}") == [customer.pk]


def test_a_page_is_made_for_plans_of_the_payers_own(office, partner, customer, plan):
    for account, own in ((partner.account, "Базовый, месяц"), (customer, plan.title_ru)):
        form = office.get(page(account, "pay_page")).content.decode()
        assert own in form
        assert ("Базовый" in form) == account.is_partner
    office.post(page(customer, "pay_page"), {"plan": partner_plan()})
    assert not PayLink.objects.filter(customer=customer).exists()


def partner_plan() -> int:
    return plan("basic").pk


def test_a_subscription_of_a_partner_asks_nothing_of_the_panel(office, partner):
    buy(partner)
    card = read(office, partner.account.subscription)
    assert "Сверить с панелью" not in card
    assert "не нужна" in card


def test_giving_a_plan_by_hand_tells_what_it_does(office, partner):
    payment = buy(partner)
    asked = read(office, payment, "give_access")
    assert "партнёр получит письмо" in asked
    assert "Панель" not in asked.split("Деньги не проводятся")[-1].split("Ваше имя")[0]
