"""docs/cabinets.md, in both languages: complete, alike, and what it has the doctor say is said."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from integrations.sources import SOURCES
from payments.registry import get_provider, known_slugs
from project.callback_addresses import callback_addresses, older_addresses, source_address
from tests.architecture.source import read
from tests.architecture.test_environment import explained
from tests.support.doctor import PROVIDERS, everything_said

GUIDES = ("docs/cabinets.md", "docs/ru/cabinets.md")
ANCHORS = ["1Plat", "CryptoBot", "YooKassa", "CloudPayments", "Telegram Stars", "BotFather"]
ANCHORS += ["Remnawave", "FNS", "Tilda", "Umnico", "ProTalk", "Flexbe", "Mail", "Sentry"]
# A section of the guide -> those of the doctor, where they are called otherwise.
CALLED = {
    "YooKassa": ("ЮKassa",),
    "BotFather": ("Telegram",),
    "Umnico": ("Umnico", "Umnico API"),
    "Mail": ("E-mail",),
    "Sentry": ("Configuration",),
    "Before you begin": ("Public address",),
    "Прежде чем начать": ("Public address",),
    "Backup store": ("Backups",),
    "Хранилище копий": ("Backups",),
}
SECRET = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|DSN|RECIPIENT|_USER|_ID|_HOST)$|^SELLER_(INN|BIK)")
NOT_OF_A_SERVICE = {
    "SECRET_KEY",  # of the installation itself
    "METRICS_TOKEN",  # of one's own monitoring
}


@pytest.fixture(autouse=True)
def _all_providers(settings):
    settings.PAYMENT_PROVIDERS = known_slugs()
    settings.PUBLIC_URL = "https://shop.example.com"


def sections(name: str) -> dict[str, str]:
    _head, *parts = re.split(r"^## (.+)\n", read(name), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def blocks(text: str) -> list[tuple[str, str]]:
    """Language and content of every fenced block."""
    return re.findall(r"^```([a-z]+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", GUIDES)
def test_every_service_has_its_section(name):
    assert [title for title in sections(name) if title in ANCHORS] == ANCHORS
    labels = {source.label for source in SOURCES.values()}
    labels |= {get_provider(slug).label for slug in known_slugs() if slug in PROVIDERS}
    called = {one for title in sections(name) for one in CALLED.get(title, (title,))}
    assert labels - called == set()
    others = set(known_slugs()) - set(PROVIDERS)
    assert {slug for slug in others if f"`{slug}`" not in read(name)} == set()


@pytest.mark.parametrize("name", GUIDES)
def test_every_address_of_ours_stands_in_it(name):
    text = read(name)
    for slug in PROVIDERS:
        provider = get_provider(slug)
        addresses = [*callback_addresses(provider), *older_addresses(provider)]
        shown = [address for address in addresses if f"`{address}`" in text]
        assert shown == addresses if provider.callback_kinds else shown or not addresses
    assert [slug for slug in SOURCES if source_address(slug) not in text] == []


@pytest.mark.parametrize("name", GUIDES)
def test_every_key_of_a_service_stands_in_it(name):
    keys = {key for key in explained() if SECRET.search(key)} - NOT_OF_A_SERVICE
    assert len(keys) > 30
    assert keys - set(re.findall(r"`([A-Z][A-Z0-9_]+)`", read(name))) == set()


def test_the_languages_are_twins():
    english, russian = (sections(name) for name in GUIDES)
    assert len(english) == len(russian)
    finders: list[Callable[[str], list[object]]] = [
        lambda text: list(blocks(text)),
        lambda text: re.findall(r"`([A-Z][A-Z0-9_]+)`", text),
        lambda text: re.findall(r"^( *)(?:\||\d\.|\*) ?", text, re.MULTILINE),
        lambda text: re.findall(r"https?://[a-z0-9./_-]+[a-z0-9]", text),
    ]
    for ours, theirs in zip(english.values(), russian.values(), strict=True):
        for find in finders:
            assert sorted(map(str, find(ours))) == sorted(map(str, find(theirs)))


@pytest.mark.django_db
def test_the_doctor_really_says_what_is_quoted(monkeypatch, tmp_path):
    said = everything_said(monkeypatch, tmp_path)
    unsaid = []
    for name in GUIDES:
        for title, body in sections(name).items():
            ours = CALLED.get(title, (title,))
            theirs = [line for line in said if line.startswith(tuple(f"{one}: " for one in ours))]
            quoted = [
                line for kind, text in blocks(body) if kind == "text" for line in text.split("\n")
            ]
            quoted += re.findall(r"`((?:✅|⚠️|❌) [^`]+)`", body)
            unsaid += [f"{title}: {line}" for line in quoted if line and not is_said(line, theirs)]
    assert unsaid == []


def is_said(quoted: str, lines: list[str]) -> bool:
    wanted = re.compile(".*?".join(map(re.escape, quoted.split("…"))))
    return any(wanted.fullmatch(line.partition(": ")[2]) for line in lines)
