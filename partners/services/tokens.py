"""Keys of the API: made by staff, shown once, kept as a digest, dead at once when revoked."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils.translation import gettext as _

from integrations.clock import now
from partners.errors import NotPossible
from partners.models import ApiToken

MARK = "prv_"  # by which people and secret scanners know it
RANDOM_BYTES = 32
PREFIX_LENGTH = 10  # of the text; enough to tell keys apart, far too little to guess one
LONGEST = 100
USED_EVERY = timedelta(minutes=1)  # how exact `last_used_at` is


def issue(
    *,
    name: str,
    scopes: Iterable[str],
    staff: AbstractBaseUser,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """A new key and its text, which nobody can read again. Raises NotPossible for no rights or an end that is past."""
    wanted = [scope.value for scope in ApiToken.Scope if scope.value in set(scopes)]
    if not wanted:
        raise NotPossible(_("Отметьте, что ключу разрешено."))
    if expires_at is not None and expires_at <= now():
        raise NotPossible(_("Срок ключа уже прошёл. Укажите время в будущем."))
    text = MARK + secrets.token_urlsafe(RANDOM_BYTES)
    token = ApiToken.objects.create(
        name=name,
        prefix=text[:PREFIX_LENGTH],
        digest=digest_of(text),
        scopes=wanted,
        created_by_id=staff.pk,
        expires_at=expires_at,
    )
    return token, text


def revoke(token: ApiToken) -> None:
    """From the next request on the key opens nothing. Twice is once."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now())
    token.refresh_from_db(fields=["revoked_at"])


def recognise(text: str) -> ApiToken | None:
    """The living key with this text; notes that it was used, at most once a minute.

    Found by the digest of 256 random bits: the time of a look-up tells nothing about another key.
    """
    if not text.startswith(MARK) or len(text) > LONGEST:
        return None
    moment = now()
    living = Q(expires_at=None) | Q(expires_at__gt=moment)
    token = ApiToken.objects.filter(living, digest=digest_of(text), revoked_at=None).first()
    if token is not None and (
        token.last_used_at is None or token.last_used_at <= moment - USED_EVERY
    ):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=moment)
    return token


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()
