from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integrations.callbacks import RawCallback
from integrations.errors import CallbackRejected
from integrations.models import InboundCallback
from payments.models import Payment
from payments.provider import EventKind, Trust
from payments.registry import get_provider
from payments.services.callbacks import drain_callbacks
from tests.support.http_server import HttpServer, answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    with HttpServer() as server:
        server.otherwise = answer(200, raw=b"OK")
        yield server


@pytest.fixture(autouse=True)
def _public_url(settings, site):
    settings.PUBLIC_URL = site.url


def send(*options: Any) -> str:
    out = StringIO()
    call_command("send_test_callback", "oneplat", *map(str, options), stdout=out)
    return out.getvalue()


def sent(site: HttpServer) -> RawCallback:
    return RawCallback(body=site.received[-1].body, headers=site.received[-1].headers)


def test_the_newest_open_payment_is_called_paid(site, make_payment):
    make_payment()
    newest = make_payment(external_id="guid-2")
    make_payment(status=Payment.Status.EXPIRED)
    printed = send()
    get_provider("oneplat").verify(sent(site))
    [event] = get_provider("oneplat").parse(sent(site))
    assert (event.kind, event.reference, event.external_id) == (
        EventKind.PAID,
        newest.reference,
        "guid-2",
    )
    assert event.money == newest.money
    assert site.paths() == ["POST /payments/callbacks/oneplat"]
    assert f"Payment {newest.number}: 199.00 RUB" in printed
    assert "200 in " in printed


@pytest.mark.parametrize(
    ("status", "kind"),
    [(-2, EventKind.FAILED), (0, EventKind.PENDING), (2, EventKind.PAID)],
)
def test_any_status_can_be_sent(site, make_payment, status, kind):
    make_payment()
    send("--status", status)
    assert get_provider("oneplat").parse(sent(site))[0].kind is kind


@pytest.mark.parametrize(("sign", "trust"), [("hmac", Trust.SIGNED), ("md5", Trust.HINT)])
def test_either_signature_alone(site, make_payment, sign, trust):
    make_payment()
    send("--sign", sign)
    get_provider("oneplat").verify(sent(site))
    assert get_provider("oneplat").parse(sent(site))[0].trust is trust


def test_a_bad_signature_is_really_bad(site, make_payment):
    make_payment()
    send("--sign", "bad")
    with pytest.raises(CallbackRejected):
        get_provider("oneplat").verify(sent(site))


def test_a_payment_may_be_named_whatever_its_state(site, make_payment):
    payment = make_payment(status=Payment.Status.EXPIRED)
    send("--payment", payment.number)
    assert get_provider("oneplat").parse(sent(site))[0].reference == payment.reference


def test_another_address_may_be_named(site, make_payment):
    make_payment()
    send("--url", f"{site.url}/1plat-webhook")
    assert site.paths() == ["POST /1plat-webhook"]


@pytest.mark.parametrize("status", [301, 403, 500])
def test_an_answer_that_is_not_2xx_fails_the_command(site, make_payment, status):
    make_payment()
    site.otherwise = answer(status)
    with pytest.raises(CommandError, match="not 2xx"):
        send()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "No open payment"),
        (["--payment", "0"], "No payment 0"),
        (["--status", "9"], "one of -2, -1, 0, 1, 2"),
        (["--sign", "none"], "one of both, hmac, md5, bad"),
    ],
)
def test_what_cannot_be_sent_is_explained(site, options, words):
    with pytest.raises(CommandError, match=words):
        send(*options)


def test_a_site_that_is_down_is_named_so(settings, make_payment):
    make_payment()
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match="No answer: ConnectionError"):
        send()


def test_a_provider_that_is_off_or_unready_is_named(settings, make_payment):
    with pytest.raises(CommandError, match="PAYMENT_PROVIDERS: oneplat"):
        call_command("send_test_callback", "nobody")
    settings.CREDENTIALS = {}
    with pytest.raises(CommandError, match="ONEPLAT_SHOP_SECRET"):
        send()


@pytest.mark.django_db(transaction=True)
def test_the_whole_way_through_our_own_door(live_server, settings, make_payment):
    settings.PUBLIC_URL = live_server.url
    payment = make_payment()
    send("--sign", "hmac")
    assert InboundCallback.objects.get().remote_addr == "127.0.0.1"
    assert drain_callbacks() == 1
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PAID
