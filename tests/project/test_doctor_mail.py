"""What the doctor says about e-mail."""

from __future__ import annotations

import pytest

from integrations.clock import now
from integrations.models import MailPause
from project.doctor.findings import Level
from project.doctor.services import mail, waiting_letters
from tests.support.mail import ACCOUNT, post_office


def test_no_mail_at_all_is_a_warning_that_names_what_is_missing(settings):
    settings.CREDENTIALS = {}
    (finding,) = mail()
    assert finding.level is Level.WARNING
    assert "SMTP_HOST is not set" in finding.detail


def test_a_mailbox_that_lets_us_in_is_fine():
    with post_office() as office:
        finding, bounces = mail()
    assert (finding.level, bounces.level) == (Level.FINE, Level.FINE)
    assert ACCOUNT["SMTP_USER"] in finding.detail
    assert office.letters == []


def test_a_wrong_password_is_broken_and_not_shown():
    with post_office(SMTP_PASSWORD="another-secret"):
        (finding,) = mail()
    assert finding.level is Level.FAILED
    assert "SMTP_PASSWORD" in finding.hint
    assert "another-secret" not in f"{finding}"


def test_a_dead_server_is_broken():
    with post_office(SMTP_PORT="1"):
        (finding,) = mail()
    assert finding.level is Level.FAILED


def test_a_mailbox_for_bounces_that_cannot_be_opened_is_named():
    with post_office(IMAP_HOST=""):
        (_sending, off) = mail()
    with post_office(IMAP_FOLDER="Nowhere"):
        (_sending, wrong) = mail()
    assert (off.level, wrong.level) == (Level.WARNING, Level.FAILED)
    assert "IMAP_FOLDER" in wrong.hint


@pytest.mark.django_db
def test_letters_that_wait_are_explained():
    assert waiting_letters() == []
    MailPause.objects.create(scope="all", why="settings", said="refused with 535", until=now())
    (finding,) = waiting_letters()
    assert finding.level is Level.FAILED
    assert "535" in finding.detail
