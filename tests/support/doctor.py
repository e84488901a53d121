"""The whole report of the doctor: in a world where everything answers, and in shops where little is right."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from django.conf import settings
from django.test import override_settings

from integrations.callbacks import RawCallback
from integrations.certificate import Certificate
from integrations.clock import wall_clock
from integrations.http import Received
from integrations.mail.domain import lookup
from integrations.models import InboundCallback
from integrations.sandbox.core.server import SandboxServer
from integrations.sandbox.mailbox.mailbox import Mailbox
from integrations.services import heartbeats, inbox
from integrations.umnico import keeping
from payments.money import Money
from payments.provider import SignsTestCallbacks
from payments.registry import forget_providers, get_provider
from project.backup.making import PULSE
from project.backup.sealing import new_identity
from project.doctor import Section, examine, outside, providers
from project.doctor.mail_records import mail_domain
from project.doctor.sources import sources
from project.health import proof_of
from tests.support.dns_server import NameServer, name_server

PROVIDERS = ["oneplat", "cryptobot", "yookassa", "cloudpayments", "tgstars"]
SOURCES = ["tilda", "umnico", "protalk", "flexbe"]
KEYS = {
    "ONEPLAT_SHOP_ID": "4242",
    "ONEPLAT_SHOP_SECRET": "secret-of-the-shop",
    "CRYPTOBOT_TOKEN": "4242:AAtokenOfTheApp",
    "YUKASSA_SHOP_ID": "100500",
    "YUKASSA_SECRET_KEY": "live_secretKey",
    "CLOUDPAYMENTS_PUBLIC_ID": "pk_site",
    "CLOUDPAYMENTS_API_SECRET": "secret-of-the-site",
    "FNS_API_KEY": "f0" * 20,
    "REMNAWAVE_API_TOKEN": "token-of-the-panel",
    "BOT_TOKEN": "4242:token-of-the-bot",
    "BOT_WEBHOOK_SECRET": "secret-of-the-webhook",
    "TILDA_WEBHOOK_SECRET": "a-key-for-the-forms-of-a-site",
    "TILDA_PUBLIC_KEY": "public-key",
    "TILDA_SECRET_KEY": "secret-key",
    "UMNICO_API_KEY": "token-of-the-account",
    "UMNICO_WEBHOOK_SECRET": "an-end-of-an-address-1",
    "PROTALK_CLIENT_BOT_ID": "7001",
    "PROTALK_CLIENT_BOT_TOKEN": "token-of-one",
    "PROTALK_PARTNER_BOT_ID": "7002",
    "PROTALK_PARTNER_BOT_TOKEN": "token-of-the-other",
    "PROTALK_WEBHOOK_SECRET": "an-end-of-an-address-2",
    "FLEXBE_SITES": "promo.example.com",
    "FLEXBE_API_KEY": "key-of-the-site",
    "FLEXBE_WEBHOOK_SECRET": "an-end-of-an-address-3",
    "SMTP_HOST": "127.0.0.1",
    "SMTP_PORT": "0",
    "SMTP_USER": "shop@example.com",
    "SMTP_PASSWORD": "password-of-the-mailbox",
    "IMAP_HOST": "127.0.0.1",
    "IMAP_PORT": "0",
}
SHOP: dict[str, Any] = {
    "PUBLIC_URL": "https://shop.example.com",
    "PAYMENT_PROVIDERS": PROVIDERS,
    "TILDA_PROJECT_ID": "4242",
    "EMAIL_FROM": "Shop <shop@example.com>",
    "MAIL_DKIM_SELECTOR": "mail",
}
# One thing after another that owners get wrong.
MISTAKES: list[dict[str, str]] = [
    {},
    {
        "YUKASSA_SECRET_KEY": "test_secretKey",
        "UMNICO_WEBHOOK_SECRET": "short",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": "1",
        "SMTP_USER": "a",
        "SMTP_PASSWORD": "b",
    },
]
# Of 2048 bits by its length; nobody has the other half.
KEY_OF_DKIM = b64encode(b"0\x82\x01\x22" + bytes(290)).decode()
# What the domain of EMAIL_FROM says: all that docs/cabinets.md has its owner enter, and what owners get wrong.
RECORDS = {
    "example.com": ("TXT v=spf1 redirect=_spf.yandex.net", "MX 10 mx.yandex.net."),
    "_spf.yandex.net": ("TXT v=spf1 ip4:192.0.2.0/24 ~all",),
    "mx.yandex.net": ("A 192.0.2.1",),
    "mail._domainkey.example.com": (f"TXT v=DKIM1; k=rsa; t=s; p={KEY_OF_DKIM}",),
    "_dmarc.example.com": ("TXT v=DMARC1; p=none; rua=mailto:postmaster@example.com",),
}
WRONG_RECORDS = {"example.com": ("TXT v=spf1 -all", "TXT v=spf1 include:_spf.yandex.net ~all")}
# What calls are refused for, service by service; the last stands in the report.
REASONS: dict[str, list[str]] = {
    "oneplat": ["signature"],
    "yookassa": ["address"],
    "tilda": ["no key", "wrong key"],
    "flexbe": ["not a site of ours"],
}


class OwnWeb:
    """Stands for a call to PUBLIC_URL that came home."""

    def __init__(self, **_: Any) -> None:
        """Whatever address it is."""

    def fetch(self, _path: str, *, params: dict[str, str]) -> Received:
        body = f'{{"proof":"{proof_of(params["proof"])}"}}'
        return Received(200, {}, body.encode())


def nowhere(*_: Any) -> list[str]:
    raise OSError("Name or service not known")


def lines_of(sections: Iterable[Section]) -> set[str]:
    """What the command prints, each with the section it stands under."""
    found = set()
    for section in sections:
        for one in section.findings:
            found.add(f"{section.name}: {one.level.sign} {one.title}: {one.detail}")
            if one.hint:
                found.add(f"{section.name}: → {one.hint}")
    return found


def everything_said(patch: pytest.MonkeyPatch, folder: Path) -> set[str]:
    """Every line of every world. Needs a database."""
    patch.setattr(outside, "resolve", lambda *_: ["8.8.8.8"])
    until = wall_clock() + timedelta(days=62, hours=1)
    patch.setattr(outside, "certificate_of", lambda *_, **__: Certificate(until, "Let's Encrypt"))
    patch.setattr(outside, "Client", OwnWeb)
    with name_server() as names:
        patch.setattr(lookup, "resolver_of_this_machine", names.resolver)
        for name, records in RECORDS.items():
            names.has(name, *records)
        return _said_in_every_world(patch, folder) | _said_of_wrong_records(names)


def _said_of_wrong_records(names: NameServer) -> set[str]:
    for name, records in WRONG_RECORDS.items():
        names.has(name, *records)
    names.broken = {"_dmarc.example.com"}
    with override_settings(**{**SHOP, "MAIL_DKIM_SELECTOR": ""}, CREDENTIALS=KEYS):
        return lines_of([Section("E-mail", mail_domain())])


def _said_in_every_world(patch: pytest.MonkeyPatch, folder: Path) -> set[str]:
    with answering_world(folder):
        said = lines_of(examine())  # nobody has called yet
        called()
        said |= lines_of(examine())
        said |= _said_of_a_wrong_cabinet()
    patch.setattr(outside, "resolve", nowhere)
    for mistake in MISTAKES:
        with override_settings(**SHOP, CREDENTIALS=mistake):
            forget_providers()
            said |= lines_of(examine())
            for slug, reasons in REASONS.items():
                for reason in reasons:
                    refused(slug, reason)
                    said |= lines_of([*providers(calls=True), *sources(calls=True)])
    forget_providers()
    return said


def _said_of_a_wrong_cabinet() -> set[str]:
    sandbox = settings.CREDENTIALS["CLOUDPAYMENTS_BASE_URL"].removesuffix("/cloudpayments")
    wrong = {"check": False, "callback_url": "https://old.example.com/calls"}
    requests.post(
        f"{sandbox}/control/cloudpayments/options", json=wrong, timeout=10
    ).raise_for_status()
    return lines_of(providers(calls=True))


@contextmanager
def answering_world(folder: Path) -> Iterator[None]:
    """The sandbox behind every service, every process seen, a backup made."""
    with override_settings(SANDBOX=True, CREDENTIALS=KEYS, **SHOP), SandboxServer() as server:
        mailbox = server.sandbox.get(Mailbox)
        while not mailbox.imap_port:
            server.sandbox.stopping.wait(0.01)
        world = {
            **KEYS,
            "SMTP_PORT": str(mailbox.port),
            "IMAP_PORT": str(mailbox.imap_port),
            "ONEPLAT_BASE_URL": f"{server.url}/oneplat",
            "CRYPTOBOT_API_URL": f"{server.url}/cryptobot",
            "YUKASSA_BASE_URL": f"{server.url}/yookassa",
            "CLOUDPAYMENTS_BASE_URL": f"{server.url}/cloudpayments",
            "FNS_BASE_URL": f"{server.url}/fns",
            "REMNAWAVE_BASE_URL": f"{server.url}/remnawave",
            "TELEGRAM_API_URL": f"{server.url}/telegram",
            "TILDA_BASE_URL": f"{server.url}/tilda_api",
            "UMNICO_BASE_URL": f"{server.url}/umnico/v1.3",
            "PROTALK_BASE_URL": f"{server.url}/protalk",
            "FLEXBE_BASE_URL": f"{server.url}/flexbe",
        }
        requests.get(f"{server.url}/health", timeout=10)
        backups = {
            "BACKUP_TO": str(folder),
            "BACKUP_RECIPIENT": new_identity(folder / "identity.txt"),
        }
        with override_settings(CREDENTIALS=world, **backups):
            forget_providers()
            keeping.keep()
            for name in heartbeats.PROCESSES:
                heartbeats.beat(name)
            heartbeats.beat(PULSE, backup="20261122T010000Z", bytes=3 * 1024 * 1024)
            yield


def called() -> None:
    """Everybody has called once; CloudPayments says that its site is in test mode."""
    for slug in (*PROVIDERS, *SOURCES):
        raw = RawCallback(body=b"TestMode=1", headers={}, kind="pay")
        if slug == "oneplat":
            raw = _signed(slug)
        inbox.store_callback(source=slug, raw=replace(raw, remote_addr="192.0.2.7"))


def _signed(slug: str) -> RawCallback:
    provider = get_provider(slug)
    assert isinstance(provider, SignsTestCallbacks)
    return provider.build_test_callback(
        reference=uuid4().hex,
        external_id="",
        money=Money(Decimal(100), "RUB"),
        status=next(iter(provider.test_statuses)),
        signature=provider.test_signatures[0],
    )


def refused(slug: str, reason: str) -> None:
    raw = RawCallback(body=reason.encode(), headers={}, remote_addr="192.0.2.7")
    verdict = InboundCallback.Verdict.REJECTED
    inbox.store_refused(source=slug, raw=raw, verdict=verdict, reason=reason)
