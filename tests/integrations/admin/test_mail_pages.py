"""Pages about letters: templates, the look, addresses nothing is sent to, what came back."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from integrations.clock import wall_clock
from integrations.mail import brand as looks
from integrations.mail.samples import samples
from integrations.models import Bounce, Brand, MailPause, OutboxMessage, Suppression
from integrations.services import suppression
from tests.support.mail import post_office
from tests.support.office import list_of, page, signed_in, staff_member

pytestmark = pytest.mark.django_db
TO = "anna@example.com"


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss", email="boss@example.com")


@pytest.fixture
def office(boss) -> Client:
    return signed_in(boss)


def template_page(slug: str) -> str:
    return reverse("admin:integrations_mailmessage_template", args=[slug])


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 80)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return out.getvalue()


def test_every_template_is_listed_and_opens(office):
    listed = office.get(reverse("admin:integrations_mailmessage_templates")).content.decode()
    for sample in samples():
        assert template_page(sample.slug) in listed
    for language, word in (("ru", "Продлить"), ("en", "Renew")):
        shown = office.get(template_page("reminder-running"), {"language": language})
        assert word in shown.content.decode()
        assert shown.content.decode().count('sandbox=""') == 2
    assert office.get(template_page("nothing")).status_code == 404


def test_a_test_letter_goes_to_whoever_asks_and_to_nobody_else(office, boss):
    with post_office() as post:
        office.post(template_page("sign_in"), {"language": "en", "to": "other@example.com"})
        (letter,) = post.letters
    assert letter.to == boss.email
    assert "partner" in letter.subject
    boss.email = ""
    boss.save()
    with post_office() as post:
        said = office.post(template_page("sign_in"), {}, follow=True).content.decode()
        assert post.letters == []
    assert "нет e-mail" in said


def test_a_test_letter_that_fails_says_why(office):
    with post_office() as post:
        post.answers("535")
        said = office.post(template_page("sign_in"), {}, follow=True).content.decode()
    assert "535" in said


def test_who_may_not_see_letters_sees_no_templates():
    client = signed_in(staff_member())
    assert client.get(template_page("sign_in")).status_code == 403


def test_the_look_is_checked_and_worn(office, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    facts = {
        "name": "Мастер",
        "colour": "#ffee88",
        "reply_to": "help@дома-цены.рф",
        "footer_ru": "Ф",
    }
    add = reverse("admin:integrations_brand_add")
    empty = office.get(list_of(Brand)).content.decode()  # the form, not a list
    assert 'name="colour"' in empty
    assert "Убрать логотип" not in empty
    refused = office.post(add, facts).content.decode()
    assert "контраст 1.2" in refused
    assert not Brand.objects.exists()
    logo = SimpleUploadedFile("logo.png", picture())
    office.post(add, {**facts, "colour": "#7A1FA2", "logo_file": logo})
    row = Brand.objects.get()
    assert (row.colour, row.reply_to) == ("#7a1fa2", "help@xn----7sblg6ajc1e4b.xn--p1ai")
    look = looks.look("ru")
    assert (look.logo_width, look.logo_height) == (150, 40)
    served = Client().get(look.logo_url.removeprefix(settings.PUBLIC_URL))
    assert served.headers["Content-Type"] == "image/png"
    form = office.get(page(row)).content.decode()
    assert look.logo_url.removeprefix(settings.PUBLIC_URL) in form
    assert "Убрать логотип" in form
    assert "_addanother" not in form
    assert "Выберите файл" in form  # the theme's own field: its script fails over any other
    assert "immutable" in served.headers["Cache-Control"]
    letter = samples()[0].compose("ru")
    assert f'src="{look.logo_url}"' in letter.html
    assert 'alt="Мастер"' in letter.html
    office.post(list_of(Brand), {**facts, "colour": "#7a1fa2", "drops_logo": "on"})
    assert looks.look("ru").logo_url == ""
    assert office.get(add).status_code == 403
    looking = signed_in(staff_member("integrations.view_brand"))
    assert "Мастер" in looking.get(page(row)).content.decode()
    assert "Мастер" in looking.get(list_of(Brand)).content.decode()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        (picture("GIF"), "kind"),
        (picture()[:60], "broken"),
        (b"\x00" * (looks.LOGO_BYTES + 1), "large"),
        (picture(size=(2001, 2000)), "large"),
    ],
)
def test_what_is_no_logo_is_refused(content, code, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    with pytest.raises(looks.BadLogo) as bad:
        looks.keep_logo(content)
    assert bad.value.code == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["..", "0" * 24 + ".svg", "0" * 24 + ".png", "%2e%2e%2fsecret"])
def test_nothing_but_a_logo_is_served(name):
    assert Client().get(f"/brand/{name}").status_code == 404


def test_a_colour_for_the_dark_can_be_read_there():
    for colour in ("#0a6ebd", "#000000", "#7a1fa2", "#00509e"):
        assert looks.contrast(looks.lightened(colour), looks.DARK_GROUND) >= looks.READABLE
    assert looks.contrast("#ffffff", "#000000") == 21


def test_an_address_is_suppressed_and_forgiven_with_a_reason(office, boss):
    add = reverse("admin:integrations_suppression_add")
    assert "Это не адрес" in office.post(add, {"address": "a", "detail": "x"}).content.decode()
    office.post(add, {"address": "Anna@Example.com", "detail": "попросила"})
    row = Suppression.objects.get()
    assert (row.address, row.reason, row.detail) == (TO, "staff", "попросила")
    assert "попросила" in office.get(page(row)).content.decode()
    listed = office.get(list_of(Suppression), {"q": "example.com"}).content.decode()
    assert TO in listed
    assert TO not in office.get(list_of(Suppression), {"q": "b@example.com"}).content.decode()
    forgive = reverse("admin:integrations_suppression_forgive", args=[row.pk])
    assert suppression.is_suppressed(TO)
    office.post(forgive, {"why": ""})
    assert suppression.is_suppressed(TO)
    office.post(forgive, {"why": "снова работает"})
    assert not suppression.is_suppressed(TO)
    assert LogEntry.objects.filter(change_message__contains="снова работает").exists()


def test_what_came_back_is_listed_and_a_pause_is_on_the_first_page(office):
    Bounce.objects.create(report_id="r", address=TO, action="failed", status="5.1.1", is_hard=True)
    Bounce.objects.create(report_id="s", address="", action="unreadable", status="")
    listed = office.get(list_of(Bounce)).content.decode()
    assert "не доставлено" in listed
    assert "отчёт не разобран" in listed
    assert "Письма ждут" not in office.get("/admin/").content.decode()
    MailPause.objects.create(
        scope="all", why="settings", said="refused with 535", until=wall_clock()
    )
    assert "Письма ждут" in office.get("/admin/").content.decode()
    shown = office.get(page(MailPause.objects.get())).content.decode()
    assert "refused with 535" in shown
    assert "manage.py doctor" in shown


def test_whoever_has_seen_to_it_lets_letters_try_at_once(office):
    later = wall_clock() + timedelta(minutes=9)
    pause = MailPause.objects.create(scope="all", why="settings", said="535", until=later)
    waits = OutboxMessage.objects.create(
        topic="letter.written", reaction="r", key="k", payload={}, not_before=later
    )
    other = OutboxMessage.objects.create(
        topic="payment.paid", reaction="r", key="k2", payload={}, not_before=later
    )
    action = reverse("admin:integrations_mailpause_go_on", args=[pause.pk])

    assert "Попробовать сейчас" in office.get(page(pause)).content.decode()
    office.post(action)

    for row in (pause, waits, other):
        row.refresh_from_db()
    assert pause.until <= wall_clock()
    assert waits.not_before <= wall_clock()
    assert other.not_before == later
    assert LogEntry.objects.filter(object_id=str(pause.pk)).exists()
    reader = signed_in(staff_member("integrations.view_mailpause"))
    assert reader.post(action).status_code == 403
