"""Who a mailing is for, and why others are left out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.mailings.audience import EXCLUSIONS, Audience, BadAudience, count
from bot.models import Mailing, Recipient
from integrations.clock import now
from integrations.models import Suppression
from integrations.services import consents
from partners.models import Partner, Region
from partners.services.plans import free_tier
from payments.models import Referral
from tests.bot.mailings.rows import a_mailing, agreed
from tests.factories import a_customer, a_paid_payment
from tests.partners.factories import a_partner

pytestmark = pytest.mark.django_db

TELEGRAM, MAIL = Mailing.Channel.TELEGRAM, Mailing.Channel.MAIL


def test_every_reason_to_leave_a_customer_out_is_counted_once():
    reached, blocked, silent, gone, recent = (a_customer() for _ in range(5))
    agreed(*(one.telegram_id for one in (reached, blocked, gone, recent)))
    blocked.blocked_bot_at = now()
    blocked.save()
    consents.withdraw(
        channel=consents.Channel.TELEGRAM,
        address=str(gone.telegram_id),
        by=consents.Withdrawal.BOT,
    )
    Recipient.objects.create(
        mailing=a_mailing(), address=str(recent.telegram_id), sent_at=now() - timedelta(hours=2)
    )
    assert silent.pk
    counted = count(Audience(quiet_hours_since_last=24), TELEGRAM)
    assert counted.total == 1
    assert counted.excluded == {"blocked": 1, "no_consent": 1, "unsubscribed": 1, "recent": 1}
    assert set(counted.excluded) <= set(EXCLUSIONS)
    service = count(Audience(), TELEGRAM, is_service=True)
    assert (service.total, service.excluded) == (4, {"blocked": 1})


def test_partners_of_one_mailbox_get_one_letter_and_closed_or_returned_ones_none():
    a_partner(email="Office@example.test")
    a_partner(email="office@example.test")
    a_partner(email="closed@example.test", status=Partner.Status.CLOSED)
    a_partner(email="back@example.test")
    Suppression.objects.create(address="back@example.test", reason="bounced")
    agreed(
        "office@example.test",
        "closed@example.test",
        "back@example.test",
        channel=consents.Channel.MAIL,
    )
    counted = count(Audience(), MAIL)
    assert counted.total == 1
    assert counted.excluded == {"duplicate": 1, "closed": 1, "suppressed": 1}


def test_conditions_about_customers_all_hold():
    paid = a_paid_payment().customer
    over = a_paid_payment().customer
    over.subscription.expires_at = now() - timedelta(days=5)
    over.subscription.save()
    never = a_customer(language="en")
    Referral.objects.create(inviter=paid, friend=never)
    expected = {
        Audience(access=("active",)): {paid.pk},
        Audience(access=("expired",)): {over.pk},
        Audience(access=("never_paid",)): {never.pk},
        Audience(access=("active", "never_paid")): {paid.pk, never.pk},
        Audience(expired_for_days=3): {over.pk},
        Audience(expired_for_days=6): set(),
        Audience(ends_within_days=40): {paid.pk},
        Audience(ends_within_days=10): set(),
        Audience(language="en"): {never.pk},
        Audience(providers=("oneplat",)): {paid.pk, over.pk},
        Audience(brought_friends=True): {paid.pk},
        Audience(was_invited=False): {paid.pk, over.pk},
        Audience(joined_from=(now() + timedelta(days=2)).date()): set(),
    }
    for audience, people in expected.items():
        assert count(audience, TELEGRAM, is_service=True).total == len(people), audience


def test_conditions_about_partners_all_hold():
    good = a_partner(rating=Decimal("4.8"), regions=["77"])
    a_partner(rating=Decimal("3.1"), status=Partner.Status.PAUSED, specialisations=["plumbing"])
    region = Region.objects.get(code="77").pk
    expected = {
        Audience(): 2,
        Audience(regions=(region,)): 1,
        Audience(rating_below=Decimal(4)): 1,
        Audience(rating_from=Decimal(4)): 1,
        Audience(partner_status=("paused",)): 1,
        Audience(categories=(good.category_id,)): 2,
        Audience(specialisations=tuple(good.specialisations.values_list("pk", flat=True))): 1,
        Audience(tiers=(free_tier().pk,)): 2,
        Audience(quota_used=True): 0,
        Audience(quota_used=False): 2,
    }
    for audience, number in expected.items():
        assert count(audience, MAIL, is_service=True).total == number, audience


def test_what_is_chosen_survives_the_way_through_json():
    chosen = Audience(
        language="ru",
        plans=(1, 2),
        rating_below=Decimal("4.5"),
        joined_from=now().date(),
        was_invited=False,
    )
    assert Audience.from_json(chosen.to_json()) == chosen
    assert Audience.from_json({}) == Audience()


@pytest.mark.parametrize(
    "data",
    [
        {"unknown": 1},
        {"language": "de"},
        {"access": ["rich"]},
        {"plans": "1"},
        {"plans": ["x"]},
        {"joined_from": "yesterday"},
        {"rating_below": 7},
        {"was_invited": "yes"},
        {"expired_for_days": -1},
        {"partner_status": ["closed"]},
    ],
)
def test_what_cannot_be_read_is_refused(data):
    with pytest.raises(BadAudience):
        Audience.from_json(data)


def test_the_count_is_one_query(django_assert_num_queries):
    a_customer()
    with django_assert_num_queries(1):
        count(Audience(access=("active",), quiet_hours_since_last=24), TELEGRAM)
