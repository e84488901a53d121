"""Who may ask what, and how often: a key of the API, its scopes, and a fair share of every minute."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from integrations.addresses import client_address
from partners.models import ApiToken
from partners.services import allowances, tokens


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer prv_…`. There is no user behind a key: `request.auth` is the key."""

    scheme = "Bearer"

    def authenticate(self, request: Request) -> tuple[None, ApiToken] | None:
        scheme, _space, text = get_authorization_header(request).partition(b" ")
        if scheme.lower() != self.scheme.lower().encode():
            return None
        token = tokens.recognise(text.strip().decode("latin-1"))
        if token is None:
            raise AuthenticationFailed(
                _("Ключ API не подходит: в нём ошибка, его срок вышел или его отозвали.")
            )
        return None, token

    def authenticate_header(self, request: Request) -> str:
        return f'{self.scheme} realm="api"'


class HasScope(BasePermission):
    """One of the scopes that the view names for the method is enough."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, ApiToken):
            return False
        method = "GET" if request.method == "HEAD" else request.method
        wanted = view.scopes.get(method)  # type: ignore[attr-defined]
        # A method that the view does not have is answered with 405.
        if wanted is None or set(wanted) & set(request.auth.scopes):
            return True
        self.message = _("Ключу API нужно право: %(scopes)s.") % {"scopes": " / ".join(wanted)}
        return False


def may(request: Request, scope: str) -> bool:
    """Whether the key of a request has this right."""
    return isinstance(request.auth, ApiToken) and scope in request.auth.scopes


class FairUse(BaseThrottle):
    """A share per key; whoever has none shares with his address (IPv6: with his /64)."""

    seconds = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        if isinstance(request.auth, ApiToken):
            who, limit = f"key:{request.auth.pk}", settings.API_REQUESTS
        else:
            who, limit = f"address:{neighbourhood(request)}", settings.API_ANONYMOUS_REQUESTS
        self.seconds = allowances.spend(who, limit=limit)
        return self.seconds == 0

    def wait(self) -> Any:
        return self.seconds


def neighbourhood(request: Request) -> str:
    """The caller's address; of IPv6 the /64, which is one subscriber."""
    address = client_address(request.META, settings.TRUSTED_PROXIES)
    if address and isinstance(ip_address(address), IPv6Address):
        return str(ip_network(f"{address}/64", strict=False))
    return address
