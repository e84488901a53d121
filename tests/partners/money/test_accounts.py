"""A partner's account: a payer like any other, without a chat, without the panel, with plans of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.models import MailMessage, OutboxMessage
from partners.services.accounts import ensure_account
from payments import selectors
from payments.errors import NotForSale
from payments.models import Customer, Payment, Plan, Reminder, Subscription
from payments.models.customer import PARTNER_PAYERS
from payments.provider import EventKind, Method
from payments.services import fulfilment
from payments.services.audit import audit_ledgers
from payments.services.checkout import start_checkout
from payments.services.customers import meet_customer
from payments.services.effects import changes_offered
from payments.services.grace import end_lapsed
from payments.services.reminders import plan_reminders
from payments.services.trials import trial_days
from project.reactions import REACTIONS
from tests.partners.factories import a_partner
from tests.partners.money.support import buy, invoice, plan, react
from tests.payments.events import send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_staff_chat(settings) -> None:
    settings.STAFF_CHAT_ID = ""


def letter(what: str) -> MailMessage:
    return MailMessage.objects.get(context__what=what)


def test_an_account_is_made_once_and_follows_the_partner():
    partner = a_partner(name="Ромашка", email="one@example.test")
    account = ensure_account(partner)
    partner.name, partner.email = "Ромашка и сыновья", "two@example.test"
    partner.save()
    assert ensure_account(partner).pk == account.pk
    account.refresh_from_db()
    assert (account.kind, account.telegram_id) == (Customer.Kind.PARTNER, None)
    assert (account.first_name, account.email) == ("Ромашка и сыновья", "two@example.test")


def test_a_payer_id_is_never_somebodys_telegram_id(partner):
    telegrams_last = 2**52 - 1
    exact_in_json = 2**53
    assert telegrams_last < PARTNER_PAYERS < partner.account.payer_id < exact_in_json


def test_the_bot_shows_none_of_the_partners_plans(partner, plan):
    assert [offer.plan_id for offer in selectors.plans_on_sale("ru")] == [plan.pk]


@pytest.mark.parametrize("side", ["customer", "partner"])
def test_nobody_is_sold_the_others_plan(partner, customer, request, side, settings):
    settings.PARTNER_PAYMENT_PROVIDERS = ["oneplat"]
    own = request.getfixturevalue("plan")
    buyer, other = (customer, plan("basic")) if side == "customer" else (partner.account, own)
    with pytest.raises(NotForSale):
        start_checkout(
            customer_id=buyer.pk,
            plan_id=other.pk,
            provider="oneplat",
            method=Method.CARD,
            shown_amount=other.amount,
        )
    assert not Payment.objects.exists()


def test_a_partner_pays_only_by_the_providers_named_for_partners(partner, settings):
    bought = plan("basic")
    assert selectors.ways_to_pay("RUB", Plan.Audience.PARTNERS) == []
    with pytest.raises(NotForSale):
        start_checkout(
            customer_id=partner.account.pk,
            plan_id=bought.pk,
            provider="oneplat",
            method=Method.CARD,
            shown_amount=bought.amount,
        )
    settings.PARTNER_PAYMENT_PROVIDERS = ["oneplat"]
    assert {way.provider for way in selectors.ways_to_pay("RUB", Plan.Audience.PARTNERS)} == {
        "oneplat"
    }


def test_a_company_gives_no_presents(partner, settings):
    settings.PARTNER_PAYMENT_PROVIDERS = ["oneplat"]
    with pytest.raises(NotForSale):
        start_checkout(
            customer_id=partner.account.pk,
            plan_id=plan("basic").pk,
            provider="oneplat",
            method=Method.CARD,
            shown_amount=plan("basic").amount,
            purpose=Payment.Purpose.GIFT,
        )


def test_a_partner_has_no_trial_and_invites_nobody(partner, settings):
    settings.TRIAL_DAYS = 3
    assert trial_days(partner.account.pk) == 0
    friend = meet_customer(telegram_id=700, invite_code=partner.account.invite_code)
    assert not hasattr(friend, "referral")


def test_changes_are_offered_among_the_same_audiences_plans(partner, plan):
    buy(partner, "basic")
    offered = changes_offered(customer_id=partner.account.pk, language="ru")
    assert plan.pk not in {effect.offer.plan_id for effect in offered}
    assert {effect.offer.code for effect in offered} >= {"p-premium-month", "p-business-month"}


def test_money_in_starts_the_plan_at_once_and_says_so_in_a_letter(partner, monkeypatch):
    monkeypatch.setattr(fulfilment, "get_panel", lambda: pytest.fail("nothing is on the panel"))
    payment = buy(partner)
    react()
    payment.refresh_from_db()
    assert payment.access == Payment.Access.GRANTED
    assert payment.link_sent_at is not None
    written = letter("active")
    assert written.to == partner.email
    assert "Базовый, месяц" in written.subject
    assert "оплачено до" in written.text
    assert audit_ledgers().differences == []


def test_the_panel_never_hears_of_a_partner(partner, monkeypatch):
    monkeypatch.setattr(fulfilment, "get_panel", lambda: pytest.fail("nothing is on the panel"))
    buy(partner)
    fulfilment.sync_subscription(subscription_id=partner.account.subscription.pk)
    OutboxMessage.objects.all().delete()
    assert fulfilment.republish_unsynced() == 0


@pytest.mark.parametrize(
    ("kind", "what", "words"),
    [
        (EventKind.FAILED, "failed", "не оплачен"),
        (EventKind.PAID, "review", "отличается"),
    ],
)
def test_news_about_money_come_by_letter(partner, kind, what, words):
    payment = invoice(partner)
    send(payment, kind, amount="1.00")
    react()
    written = letter(what)
    assert words in written.text
    assert written.case == payment.case


def test_a_letter_keeps_the_secret_address_to_itself(partner):
    payment = invoice(partner)
    send(payment, EventKind.FAILED)
    react()
    written = letter("failed")
    assert payment.pay_link is not None
    assert payment.pay_link.token not in written.text + written.html + str(written.context)
    from bot.by_post import doors

    assert payment.pay_link.token in doors(written)["pay_url"]


def test_a_refund_takes_the_term_back_and_says_so(partner):
    payment = buy(partner)
    send(payment, EventKind.REFUNDED, amount="5000.00", operation="r1")
    react()
    assert "возвращены" in letter("refunded").text
    assert not partner.account.subscription.is_active
    assert audit_ledgers().differences == []


def test_reminders_are_letters_and_the_end_has_no_grace(partner, move_clock, settings):
    settings.GRACE_DAYS, settings.QUIET_HOURS = 3, (0, 0)
    buy(partner, "basic", "year")
    react()
    end = Subscription.objects.get().expires_at
    from integrations.clock import now

    move_clock(end - now() - timedelta(days=3) + timedelta(minutes=1))
    plan_reminders()
    react()
    reminder = Reminder.objects.get(kind=Reminder.Kind.THREE_DAYS)
    assert (reminder.status, reminder.channel) == ("sent", "email")
    written = letter("reminder")
    assert "До конца тарифа 3 дня" in written.subject
    assert "Продлить: Базовый, год" in written.text
    written.delete()

    move_clock(timedelta(days=3))
    assert not Subscription.objects.get().in_grace
    assert end_lapsed() == 1
    plan_reminders()
    react()
    assert "закончился" in letter("reminder").text


def test_every_customer_news_has_words_for_a_partner():
    """A new kind of news must be thought of for those who have no chat."""
    said = {
        path.rpartition(".")[2]
        for paths in REACTIONS.values()
        for path in paths
        if path.startswith("bot.notifications.") and ".staff_" not in path
    }
    never = {
        "access_granted": "the panel's link: partners have none, `plan_active` is theirs",
        "access_delayed": "the panel's delay",
        "gift_ready": "no gifts are sold to companies",
        "gift_claimed": "no gifts are sold to companies",
        "days_ready": "days with a link: trial, code, channel, gift",
        "referral_rewarded": "a company invites nobody",
        "offer_in_telegram": "a partner's own chat; the letter is `leads.tell_partner`'s",
        "reminder_by_mail": "for a closed chat; `reminder_due` writes to partners",
    }
    by_letter = {
        "plan_active",
        "payment_found",
        "payment_failed",
        "payment_held",
        "hold_released",
        "payment_under_review",
        "payment_refunded",
        "payment_partly_refunded",
        "refund_rejected",
        "payment_expired",
        "incident_answered",
        "reminder_due",
        "renewal_upcoming",
        "renewal_declined",
        "renewal_off",
        "subscription_past_due",
        "subscription_stopped",
    }
    assert said == never.keys() | by_letter
