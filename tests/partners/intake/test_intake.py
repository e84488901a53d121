"""From Tilda's call to an application: through the door, the inbox and the worker."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch
from urllib.parse import urlencode

import pytest
from django.db import connection

from integrations.callbacks import RawCallback
from integrations.clock import wall_clock
from integrations.models import InboundCallback
from integrations.services import inbox
from partners.models import Application, ApplicationEvent, Document
from partners.services.draining import apply_calls
from partners.services.vocabulary import load_defaults
from partners.tasks import apply_calls as task
from tests.integrations.tilda.bodies import body

pytestmark = pytest.mark.django_db
Status = InboundCallback.Status
KEYED = "/integrations/callbacks/tilda/form-key-of-the-tests"


@pytest.fixture(autouse=True)
def _ready(settings, db):
    load_defaults()
    settings.CREDENTIALS = {
        **settings.CREDENTIALS,
        "TILDA_WEBHOOK_SECRET": KEYED.rpartition("/")[2],
    }


def store(content: bytes) -> InboundCallback:
    raw = RawCallback(body=content, headers={})
    return InboundCallback.objects.get(pk=inbox.store_callback(source="tilda", raw=raw))


def test_a_form_becomes_an_application(client):
    answer = client.post(
        KEYED, body("registration.txt"), content_type="application/x-www-form-urlencoded"
    )
    assert answer.content == b"ok"
    with patch("integrations.wakeups.wake"):
        assert task() == 1
    application = Application.objects.get()
    assert (application.form, application.source) == ("partner_registration", "tilda")
    assert application.tranid == "1234567:9000000001"
    assert application.data["specialisations"] == ["roofing", "foundations"]
    assert application.raw["utm_source"] == "vk"
    row = InboundCallback.objects.get()
    assert (row.status, row.case) == (Status.APPLIED, application.case)
    assert application.callback == row
    assert apply_calls() == 0


def test_a_form_with_files_waits_for_them():
    store(body("documents.txt"))
    apply_calls()
    application = Application.objects.get()
    assert application.form == "document_upload"
    assert set(Document.objects.values_list("name", "status")) == {
        ("licence.pdf", "waiting"),
        ("sro.png", "waiting"),
    }


def test_a_repeated_number_with_other_words_keeps_the_first():
    store(body("registration.txt"))
    store(body("registration.txt").replace(b"9001", b"9001") + b"&extra=1")
    assert apply_calls() == 2
    application = Application.objects.get()
    assert list(application.events.values_list("kind", "note")) == [
        ("received", ""),
        ("repeated", "extra"),
    ]
    outcomes = InboundCallback.objects.order_by("id").values_list("status", "outcome", "case")
    assert list(outcomes) == [
        ("applied", "application", application.case),
        ("applied", "repeat", application.case),
    ]


@pytest.mark.parametrize("name", ["cart.txt", "cart_json_field.txt", "whole.json", "sample.txt"])
def test_every_shape_of_a_call_is_kept(name):
    store(body(name))
    apply_calls()
    application = Application.objects.get()
    assert application.data["contact_name"] == "Иван"
    assert application.form == "partner_registration"


def test_a_call_without_a_number_is_an_application_of_its_own():
    first, second = store(b"Name=A"), store(b"Name=B")
    assert apply_calls() == 2
    numbers = {f"call:{first.pk}", f"call:{second.pk}"}
    assert set(Application.objects.values_list("tranid", flat=True)) == numbers


@pytest.mark.parametrize("content", [b"", b"{broken", b"[1]"])
def test_what_cannot_be_read_is_a_persons_case(content):
    row = store(content)
    assert apply_calls() == 1
    row.refresh_from_db()
    assert row.status == Status.DEAD
    assert row.outcome.startswith("CallbackMalformed")
    assert not Application.objects.exists()


def test_one_that_breaks_waits_alone():
    broken, fine = store(b"Name=A&tranid=1"), store(b"Name=B&tranid=2")
    real = Application.save

    def save(self: Application, **options: object) -> None:
        if self.tranid == "1":
            raise RuntimeError("a day like this")
        real(self, **options)  # type: ignore[arg-type]

    with patch.object(Application, "save", save):
        apply_calls()
    broken.refresh_from_db()
    fine.refresh_from_db()
    assert (broken.status, fine.status) == (Status.WAITING, Status.APPLIED)
    assert "a day like this" in broken.error
    InboundCallback.objects.update(not_before=wall_clock())
    assert apply_calls() == 1
    assert Application.objects.count() == 2


def test_the_language_may_be_said_by_the_form():
    store(urlencode({"lang": "EN", "inn": "?", "tranid": "9:9"}).encode())
    apply_calls()
    assert Application.objects.get().language == "en"


def test_calls_of_others_are_left_alone():
    raw = RawCallback(body=b"a=1", headers={})
    inbox.store_callback(source="oneplat", raw=raw)
    assert apply_calls() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_rows_and_apply_none_twice():
    for number in range(12):
        store(f"Name=A&tranid={number}".encode())

    def work(_number: int) -> int:
        try:
            return apply_calls(seconds=30)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(work, range(4))) == 12
    assert Application.objects.count() == 12
    assert ApplicationEvent.objects.count() == 12
