"""A mailing is written, counted and tried before anything leaves; what has begun is read only."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry

from bot.mailings.audience import Audience, audience_of
from bot.models import Mailing
from integrations.clock import now
from partners.models import Region
from tests.bot.mailings.rows import a_mailing, agreed
from tests.factories import a_customer
from tests.partners.factories import a_partner
from tests.support.office import list_of, messages_of, owner, page, signed_in, staff_member

pytestmark = pytest.mark.django_db

ADD = "/admin/bot/mailing/add/"
SIDE = "/admin/bot/mailing/side/"
WORDS = {
    "name": "Осень",
    "channel": "telegram",
    "body_ru": "Здравствуйте, **{name}**!",
    "body_en": "Hello, {name}!",
    "counts_clicks": "on",
}


@pytest.fixture
def client():
    return signed_in(owner())


def test_a_draft_keeps_what_was_written_and_whom_it_is_for(client):
    region = Region.objects.create(code="77", title_ru="Москва", title_en="Moscow")
    sent = WORDS | {
        "channel": "mail",
        "subject_ru": "Новости",
        "language": "ru",
        "quiet_hours_since_last": "24",
        "regions": [str(region.pk)],
        "rating_from": "4.5",
        "quota_used": "no",
        "access": ["active"],  # the other channel's: not kept
    }
    client.post(ADD, sent)
    mailing = Mailing.objects.get()
    assert mailing.status == Mailing.Status.DRAFT
    assert audience_of(mailing) == Audience.from_json(
        {
            "language": "ru",
            "quiet_hours_since_last": 24,
            "regions": [region.pk],
            "rating_from": "4.5",
            "quota_used": False,
        }
    )
    assert LogEntry.objects.filter(object_id=mailing.pk).count() == 1


def test_every_condition_comes_back_into_the_form(client):
    customers = {
        "access": ["expired"],
        "expired_for_days": "7",
        "ends_within_days": "3",
        "joined_from": "2026-01-02",
        "joined_to": "2026-02-03",
        "brought_friends": "yes",
        "was_invited": "no",
    }
    client.post(ADD, WORDS | customers)
    mailing = Mailing.objects.get()
    client.post(page(mailing, "edit"), WORDS | customers)  # the very same again
    mailing.refresh_from_db()
    audience = audience_of(mailing)
    assert (audience.joined_from, audience.was_invited) == (date(2026, 1, 2), False)
    words = client.get(page(mailing, "edit")).content.decode()
    assert 'value="2026-01-02"' in words
    assert 'value="expired"' in words


def test_the_side_counts_and_says_why_others_are_left_out(client):
    anna, _silent = a_customer(), a_customer()
    agreed(anna.telegram_id)
    words = client.post(SIDE, WORDS).content.decode()
    assert 'office-count">1<' in words
    assert "не давал согласия: 1" in words
    assert "<b>Анна</b>" in words or "<strong>Анна</strong>" in words
    assert Mailing.objects.count() == 0


def test_a_letter_is_shown_in_a_frame_where_nothing_can_act(client):
    a_partner(email="one@partner.example")
    sent = WORDS | {"channel": "mail", "subject_ru": "Новости", "body_ru": "Для {company}"}
    words = client.post(SIDE, sent).content.decode()
    assert words.count('sandbox=""') == 4
    assert "Новости" in words


def test_problems_are_told_before_anybody_gets_anything(client):
    words = client.post(SIDE, WORDS | {"body_ru": "Здравствуйте, {nobody}"}).content.decode()
    assert "Никто не получит" in words


def test_without_scripts_a_button_counts_and_saves_nothing(client):
    words = client.post(ADD, WORDS | {"look": "1"}).content.decode()
    assert "Кто получит" in words
    assert not Mailing.objects.exists()


def test_what_is_wrong_is_said_at_its_field(client):
    words = client.post(ADD, WORDS | {"name": "", "rating_from": "9"}).content.decode()
    assert "черновик не сохранён" in words
    assert not Mailing.objects.exists()


@pytest.mark.parametrize("status", [one for one in Mailing.Status if one != "draft"])
def test_what_is_no_draft_is_not_changed(client, status):
    mailing = a_mailing(status=status)
    said = client.post(page(mailing, "edit"), WORDS, follow=True)
    assert "её не меняют" in messages_of(said)
    mailing.refresh_from_db()
    assert mailing.name == "Новости"


def test_a_copy_is_a_new_draft_with_the_same_words(client):
    mailing = a_mailing(
        status=Mailing.Status.DONE, total=7, started_at=now(), audience={"language": "ru"}
    )
    client.post(page(mailing, "copy"))
    copy = Mailing.objects.latest("pk")
    assert (copy.status, copy.total, copy.started_at) == (Mailing.Status.DRAFT, 0, None)
    assert (copy.body_ru, copy.audience) == (mailing.body_ru, {"language": "ru"})


def test_whoever_may_only_look_writes_nothing():
    client = signed_in(staff_member("bot.view_mailing"))
    mailing = a_mailing()
    assert client.get(list_of(Mailing)).status_code == 200
    assert client.get(ADD).status_code == 403
    assert client.post(page(mailing, "edit"), WORDS).status_code == 403
    assert "Изменить" not in client.get(page(mailing)).content.decode()
