"""What `./dev run` runs, and how each process says that it is ready."""

from __future__ import annotations

from dataclasses import dataclass
from signal import SIGQUIT, SIGTERM, Signals
from typing import TYPE_CHECKING

from devtools import places
from devtools.ports import HOST

if TYPE_CHECKING:
    from pathlib import Path

QUEUES = "money,access,messages,celery"
MAILINGS = "bulk"
SENDERS = "4"  # threads that each wait for Telegram or a mail server: what is on its way comes on top of the pace


@dataclass(frozen=True)
class Process:
    """Ready when `ready_url` answers 200, or prints `ready_word`; with neither, when it runs."""

    name: str
    command: tuple[str, ...]
    ready_url: str = ""
    ready_word: str = ""
    orphan_signal: Signals = SIGTERM


@dataclass(frozen=True)
class Addresses:
    """The doors: the product, the world outside that the sandbox plays, and that world's mail servers."""

    web_port: int
    sandbox_port: int
    mail_port: int
    imap_port: int
    sandbox_host: str = HOST

    @property
    def public_url(self) -> str:
        return f"http://{HOST}:{self.web_port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://{self.sandbox_host}:{self.sandbox_port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PORT": str(self.web_port),
            "PUBLIC_URL": self.public_url,
            "SANDBOX_URL": self.sandbox_url,
            "SMTP_PORT": str(self.mail_port),
            "IMAP_PORT": str(self.imap_port),
        }


def product(addresses: Addresses, state: Path) -> list[Process]:
    return [_web(addresses), _worker(), _mailer(), _beat(state), _bot()]


def sandbox(addresses: Addresses) -> Process:
    door = ("--host", addresses.sandbox_host, "--port", str(addresses.sandbox_port))
    return Process(
        "sandbox",
        _python("manage.py", "sandbox", *door),
        ready_url=f"{addresses.sandbox_url}/health",
    )


def _web(addresses: Addresses) -> Process:
    server = ("-m", "granian", "--interface", "wsgi", "project.wsgi:application")
    door = ("--host", HOST, "--port", str(addresses.web_port))
    size = ("--workers", "2", "--blocking-threads", "8")
    # A worker told to stop while it starts does not hear it, and granian waits for it for ever.
    patience = ("--workers-kill-timeout", "5")
    ready = f"{addresses.public_url}/health/live"
    return Process("web", _python(*server, *door, *size, *patience), ready_url=ready)


def _worker() -> Process:
    work = ("-m", "celery", "--quiet", "-A", "project", "worker", "-Q", QUEUES, "-c", "2")
    # There is no other worker to greet; looking for one takes a second.
    alone = ("--without-mingle", "--without-gossip")
    return Process(
        "worker",
        _python(*work, *alone, "-l", "info"),
        ready_word=" ready.",
        orphan_signal=SIGQUIT,  # SIGTERM would let it finish its tasks, on a database that is gone
    )


def _mailer() -> Process:
    """Mailings alone, in threads of one process: they do nothing but wait for others."""
    work = ("-m", "celery", "--quiet", "-A", "project", "worker", "-Q", MAILINGS)
    size = ("-P", "threads", "-c", SENDERS, "-n", "mailer@%h")
    alone = ("--without-mingle", "--without-gossip")
    return Process(
        "mailer",
        _python(*work, *size, *alone, "-l", "info"),
        ready_word=" ready.",
        orphan_signal=SIGQUIT,
    )


def _beat(state: Path) -> Process:
    command = ("-m", "celery", "--quiet", "-A", "project", "beat", "-l", "warning")
    return Process("beat", _python(*command, "-s", str(state / "beat"), "--pidfile="))


def _bot() -> Process:
    return Process("bot", _python("manage.py", "runbot"))


def _python(*arguments: str) -> tuple[str, ...]:
    return (str(places.PYTHON), *arguments)
