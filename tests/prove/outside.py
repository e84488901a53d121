"""The world outside a machine, played by the sandbox: the bank, the panel and Telegram stay while the shop moves."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi
import requests

from devtools import places, plan
from devtools.ports import HOST, any_free
from devtools.process import tie_to_us
from tests.prove.hands import Failed

PATIENCE = 60.0  # seconds until a thing that takes a moment must have happened
# Names and authorities as the sandbox alone sees them: it calls the shop by its name, and believes the certificate.
OF_ITS_OWN = 'mount --bind "$1" /etc/hosts && mount --bind "$2" "$3" && shift 3 && exec "$@"'
TO_REQUISITES = ("Принимаю", "Выбрать тариф", "1 месяц", "Карта")


@dataclass(frozen=True)
class Outside:
    addresses: plan.Addresses

    @property
    def settings(self) -> str:
        """Lines for the shop's settings."""
        url = self.addresses.sandbox_url
        services = {
            "TELEGRAM_API_URL": "telegram",
            "REMNAWAVE_BASE_URL": "remnawave",
            "ONEPLAT_BASE_URL": "oneplat",
        }
        lines = [f"{name}={url}/{path}" for name, path in services.items()]
        return "\n".join([*lines, f"TERMS_URL={url}/terms/", ""])

    def control(self, path: str, **body: Any) -> dict[str, Any]:
        url = f"{self.addresses.sandbox_url}/control/{path}"
        return _heard(requests.post(url, json=body, timeout=70))

    def ask(self, path: str, **params: Any) -> dict[str, Any]:
        url = f"{self.addresses.sandbox_url}/control/{path}"
        return _heard(requests.get(url, params=params, timeout=70))


def _heard(answer: requests.Response) -> dict[str, Any]:
    said: dict[str, Any] = answer.json()
    if not said.get("ok"):
        raise Failed(f"the sandbox: {said}")
    return said


@contextmanager
def outside(
    folder: Path,
    *,
    domain: str,
    authority: Path,
    keys: dict[str, str],
    here: str = HOST,
    shop: str = HOST,
) -> Iterator[Outside]:
    """`keys` are the shop's, by their names; it finds the world at the address `here`, and is found at `shop`."""
    doors = (any_free(), any_free(), any_free(), any_free())
    world = Outside(plan.Addresses(*doors, here))
    hosts, believed = folder / "hosts", folder / "authorities.pem"
    hosts.write_text(f"127.0.0.1 localhost\n{shop} {domain}\n")
    believed.write_text(Path(certifi.where()).read_text() + authority.read_text())
    sandbox = plan.sandbox(world.addresses)
    own = ["unshare", "--mount", "--propagation=private", "sh", "-ec", OF_ITS_OWN, "sandbox"]
    env = {
        **os.environ,
        **world.addresses.environment,
        **keys,
        "PUBLIC_URL": f"https://{domain}",
        "DJANGO_SETTINGS_MODULE": "project.settings.local",
        "DEV_STATE": str(folder),
    }
    with (folder / "sandbox.log").open("wb") as log:
        running = subprocess.Popen(
            [
                *tie_to_us(signal.SIGKILL),
                *own,
                str(hosts),
                str(believed),
                certifi.where(),
                *sandbox.command,
            ],
            env=env,
            cwd=places.ROOT,
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: _answers(sandbox.ready_url), what="the sandbox to answer")
        yield world
    finally:
        running.kill()
        running.wait()


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False


def until(happened: Callable[[], Any], *, what: str, within: float = PATIENCE) -> Any:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if result := happened():
            return result
        time.sleep(0.3)
    raise Failed(f"waited {within:.0f} s for {what}")


class Buyer:
    """Somebody who talks to the bot."""

    def __init__(self, world: Outside, chat: int) -> None:
        self.world, self.chat = world, chat
        world.control(
            "telegram/chats", chat_id=chat, name="Анна", username=f"u{chat}", language="ru"
        )

    def orders(self) -> None:
        """A month, by card."""
        self.world.control("telegram/start", chat_id=self.chat, payload="")
        for label in TO_REQUISITES:
            self.presses(label)
        until(lambda: self.reads("Переведите:"), what=f"the requisites; {self.messages()}")

    def presses(self, label: str) -> None:
        until(
            lambda: any(label in one for m in self.messages() for one in m["buttons"]),
            what=f"a button {label!r}; {self.messages()}",
        )
        self.world.control("telegram/press", chat_id=self.chat, text=label, wait=20)

    def pays(self, reference: str) -> None:
        """At the bank, what stands in the shop's books under `reference`."""
        self.world.control("oneplat/pay", merchant_order_id=reference, mode="pay")

    def reads(self, text: str) -> bool:
        return any(text in message["text"] for message in self.messages())

    def has_link(self) -> bool:
        return self.reads("/sub/")

    def messages(self) -> list[dict[str, Any]]:
        asked = self.world.ask("telegram/messages", chat_id=self.chat, **{"from": "bot"})
        return list(asked["messages"])
