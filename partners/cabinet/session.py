"""The cabinet's own session: a cookie of its own, sent to /cabinet/ only, so staff's session and it never meet."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponseBase

from integrations.addresses import client_address
from partners.models import Partner
from partners.services.sign_in import mailbox_mark

COOKIE = "cabinet"
PATH = "/cabinet/"
LASTS = 14 * 24 * 3600  # seconds
PARTNER, EPOCH, MAILBOX, SAID = "partner", "epoch", "mailbox", "said"


@dataclass(slots=True)
class Visit:
    """A partner at the cabinet."""

    partner: Partner
    session: SessionBase
    remote_addr: str | None

    @property
    def is_read_only(self) -> bool:
        """A company that no longer exists may look, and change nothing."""
        return self.partner.status == Partner.Status.CLOSED

    def say(self, text: str, *, kind: str = "ok") -> None:
        """Tell the partner on the next page he sees; `kind` is ok, warn or bad."""
        self.session[SAID] = [kind, str(text)]
        self.session.save()

    def heard(self) -> tuple[str, str]:
        """What is to be told now, once."""
        said = self.session.get(SAID)
        if not said:
            return "", ""
        del self.session[SAID]
        self.session.save()
        return str(said[0]), str(said[1])


def address_of(request: HttpRequest) -> str:
    return client_address(request.META, settings.TRUSTED_PROXIES)


def visit_of(request: HttpRequest) -> Visit | None:
    """Who is signed in; None where nobody is, was signed out everywhere, or has another mailbox meanwhile."""
    key = request.COOKIES.get(COOKIE, "")
    if not key:
        return None
    session = _store(key)
    # An unknown key loads as an empty session.
    number, epoch = session.get(PARTNER), session.get(EPOCH)
    if number is None:
        return None
    partner = (
        Partner.objects.select_related("category", "account")
        .filter(pk=number, session_epoch=epoch)
        .first()
    )
    if partner is None or session.get(MAILBOX) != mailbox_mark(partner):
        session.flush()
        return None
    return Visit(partner=partner, session=session, remote_addr=address_of(request) or None)


def begin(request: HttpRequest, response: HttpResponseBase, partner: Partner) -> None:
    """Open a session under a key nobody has seen; the one the browser came with is over."""
    end(request, response)
    session = _store(None)
    session.set_expiry(LASTS)
    session[PARTNER], session[EPOCH] = partner.pk, partner.session_epoch
    session[MAILBOX] = mailbox_mark(partner)
    session.save(must_create=True)
    response.set_cookie(
        COOKIE,
        session.session_key or "",
        max_age=LASTS,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def end(request: HttpRequest, response: HttpResponseBase) -> None:
    """Close this browser's session."""
    key = request.COOKIES.get(COOKIE, "")
    if key:
        _store(key).flush()
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")


def _store(key: str | None) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(key)
