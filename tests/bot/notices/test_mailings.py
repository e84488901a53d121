"""Staff hear once that a mailing has ended, and each time that one waits for them."""

from __future__ import annotations

import pytest

from bot.mailings import sending
from bot.models import Mailing, Notice, Recipient
from tests.bot.mailings.rows import a_mailing

pytestmark = pytest.mark.django_db


def test_a_mailing_that_ended_is_told_once():
    mailing = a_mailing(name="Осень", status=Mailing.Status.RUNNING, total=1)
    Recipient.objects.create(mailing=mailing, address="1", state=Recipient.State.SENT)
    assert sending.finish_done() == 1
    assert sending.finish_done() == 0
    notice = Notice.objects.get()
    assert notice.title == "📣 Рассылка закончена: Осень"
    assert notice.url == f"/admin/bot/mailing/{mailing.pk}/change/"


def test_a_mailing_that_cannot_go_on_is_told_with_the_reason():
    mailing = a_mailing(name="Осень", status=Mailing.Status.RUNNING)
    sending._pause(mailing, "почтовый сервер не пускает")
    sending._pause(mailing, "почтовый сервер не пускает")  # it rests already
    notice = Notice.objects.get()
    assert "почтовый сервер не пускает" in notice.text
    assert notice.count == 1
