"""Fetching a file from an address that a stranger has given us, without being sent to where he could not go himself.

Only https on its own port. The name is resolved once, every address it stands for must be public, and the connection
goes to that very address: a second answer of the name server changes nothing. Each redirect is looked at like the first
address. One deadline covers all of it, and the body is counted while it comes.
"""

from __future__ import annotations

import io
import re
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO
from urllib.parse import SplitResult, urljoin, urlsplit

import structlog
import urllib3
from django.conf import settings

from integrations.public_addresses import is_public, resolve
from integrations.transport import pinned_pool, under_deadline

log = structlog.get_logger(__name__)

HOPS = 3  # redirects that are followed
CONNECTING = 5.0  # seconds
CHUNK = 64 * 1024
LONGEST_URL = 2000
HEADERS = {
    # Tilda's own servers answer 403 to whoever names no browser.
    "User-Agent": "Mozilla/5.0 (compatible; Provodnik)",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?")
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")  # how an address ends, as browsers read it


class Reason(StrEnum):
    """Why a file was not fetched, and never will be from there."""

    ADDRESS = "address"  # not one we open
    REDIRECTS = "redirects"
    TOO_LARGE = "too_large"
    ENCODED = "encoded"  # packed although nobody asked: its size is unknown
    ANSWER = "answer"  # 4xx: not there, or not for us


class NotFetched(Exception):
    """For good. The message is for logs and holds no address."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason


class TryLater(Exception):
    """The name server, the network or the other side failed; the same may work in a while."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where one request goes: an address that was checked, and the name it was checked under."""

    scheme: str
    host: str
    port: int
    address: str
    path: str

    @property
    def host_header(self) -> str:
        return self.host if self.port in (80, 443) else f"{self.host}:{self.port}"


def download(url: str, *, max_bytes: int, seconds: float) -> BinaryIO:
    """The body, at its start. Raises NotFetched or TryLater."""
    until = time.monotonic() + seconds
    for _hop in range(HOPS + 1):
        body, redirect = _request(target_of(url), until, max_bytes)
        if body is not None:
            return body
        url = urljoin(url, redirect)
    raise NotFetched(Reason.REDIRECTS)


def target_of(url: str) -> Target:
    """Look at an address and its name's addresses. Raises NotFetched, or TryLater where nothing resolves."""
    parts, host = _parts(url)
    path = parts.path or "/"
    path = f"{path}?{parts.query}" if parts.query else path
    if _is_sandbox(parts):
        return Target(parts.scheme, host, parts.port or 80, host, path)
    if parts.scheme != "https" or parts.port not in (None, 443):
        raise NotFetched(Reason.ADDRESS, "https on its own port only")
    try:
        addresses = resolve(host, 443)
    except (OSError, UnicodeError) as error:
        raise TryLater(f"the name does not resolve: {type(error).__name__}") from None
    if not addresses or not all(is_public(address) for address in addresses):
        raise NotFetched(Reason.ADDRESS, "not a public address")
    return Target("https", host, 443, addresses[0], path)


def _parts(url: str) -> tuple[SplitResult, str]:
    """The parts of an address that every reader reads alike."""
    odd = NotFetched(Reason.ADDRESS, "not an address")
    if len(url) > LONGEST_URL or re.search(r"[\x00-\x20\x7f\\]", url):
        raise odd
    try:
        parts = urlsplit(url)
        port, name = parts.port, parts.hostname or ""
        host = name.encode("idna").decode("ascii").lower().rstrip(".")
    except (ValueError, UnicodeError):
        raise odd from None
    if port == 0 or "@" in parts.netloc or not _NAME.fullmatch(host) or ".." in host:
        raise odd
    if _NUMBER.fullmatch(host.rpartition(".")[2]) and not _is_sandbox(parts):
        raise NotFetched(Reason.ADDRESS, "a number is no name")
    return parts, host


def _is_sandbox(parts: SplitResult) -> bool:
    """The simulators' files, and only where there are simulators."""
    if not settings.SANDBOX or not settings.SANDBOX_URL:
        return False
    own = urlsplit(settings.SANDBOX_URL)
    return (parts.scheme, parts.netloc) == (own.scheme, own.netloc)


def _request(target: Target, until: float, max_bytes: int) -> tuple[BinaryIO | None, str]:
    """One request: its body, or where it sends us."""
    left = until - time.monotonic()
    if left <= 0:
        raise TryLater("no time left")
    with (
        under_deadline(until),
        pinned_pool(target.scheme, target.address, target.port, name=target.host) as pool,
    ):
        try:
            answer = pool.request(
                "GET",
                _ascii(target.path),
                headers={**HEADERS, "Host": target.host_header},
                timeout=urllib3.Timeout(connect=min(CONNECTING, left), read=left),
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
            return _read(answer, max_bytes)
        except (urllib3.exceptions.HTTPError, OSError, UnicodeError, ValueError) as error:
            log.info("download.failed", host=target.host, failure=type(error).__name__)
            raise TryLater(type(error).__name__) from None


def _read(answer: urllib3.BaseHTTPResponse, max_bytes: int) -> tuple[BinaryIO | None, str]:
    if answer.status in (301, 302, 303, 307, 308) and answer.headers.get("Location"):
        return None, str(answer.headers["Location"])
    if answer.status in (408, 425, 429) or answer.status >= 500:
        raise TryLater(f"answered {answer.status}")
    if answer.status != 200:
        raise NotFetched(Reason.ANSWER, str(answer.status))
    if answer.headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
        raise NotFetched(Reason.ENCODED)
    announced = answer.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise NotFetched(Reason.TOO_LARGE)
    body = io.BytesIO()
    for chunk in answer.stream(CHUNK, decode_content=False):
        body.write(chunk)
        if body.tell() > max_bytes:
            raise NotFetched(Reason.TOO_LARGE)
    body.seek(0)
    return body, ""


def _ascii(path: str) -> str:
    """A path as it travels: what is not ASCII becomes %xx, what is encoded already stays."""
    return "".join(
        sign if sign.isascii() else "".join(f"%{byte:02X}" for byte in sign.encode())
        for sign in path
    )
