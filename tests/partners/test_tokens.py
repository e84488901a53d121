"""Keys of the API."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest
from django.contrib.auth import get_user_model

from integrations.clock import now
from partners.errors import NotPossible
from partners.models import ApiToken
from partners.services import tokens

pytestmark = pytest.mark.django_db
READ = ApiToken.Scope.PARTNERS_READ


@pytest.fixture
def olga():
    return get_user_model().objects.create_user("olga")


def test_the_text_is_shown_once_and_only_its_digest_is_kept(olga):
    token, text = tokens.issue(name="Бот", scopes=[READ], staff=olga)
    assert text.startswith("prv_")
    assert len(text) >= 4 + 43  # 256 bits
    token.refresh_from_db()
    assert token.digest == sha256(text.encode()).hexdigest()
    assert text.startswith(token.prefix)
    assert text not in str(ApiToken.objects.values().get())
    assert tokens.issue(name="Бот", scopes=[READ], staff=olga)[1] != text


def test_a_key_is_recognised_by_its_text_alone(olga):
    token, text = tokens.issue(name="Бот", scopes=[READ], staff=olga)
    assert tokens.recognise(text) == token
    for other in ("", "prv_", text[:-1], text + "x", token.digest, token.prefix, "prv_" + "я" * 40):
        assert tokens.recognise(other) is None


def test_a_revoked_key_opens_nothing(olga):
    token, text = tokens.issue(name="Бот", scopes=[READ], staff=olga)
    tokens.revoke(token)
    first = token.revoked_at
    assert first
    assert tokens.recognise(text) is None
    tokens.revoke(token)
    assert token.revoked_at == first


def test_a_key_ends(olga, move_clock):
    token, text = tokens.issue(
        name="Бот", scopes=[READ], staff=olga, expires_at=now() + timedelta(hours=1)
    )
    assert tokens.recognise(text) == token
    move_clock(timedelta(hours=2))
    assert tokens.recognise(text) is None


def test_its_use_is_noted_once_a_minute(olga, move_clock, django_assert_num_queries):
    token, text = tokens.issue(name="Бот", scopes=[READ], staff=olga)
    tokens.recognise(text)
    token.refresh_from_db()
    first = token.last_used_at
    assert first
    with django_assert_num_queries(1):
        tokens.recognise(text)
    move_clock(timedelta(seconds=61))
    tokens.recognise(text)
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert token.last_used_at > first


def test_a_key_that_may_nothing_or_is_over_is_not_made(olga):
    with pytest.raises(NotPossible):
        tokens.issue(name="Бот", scopes=[], staff=olga)
    with pytest.raises(NotPossible):
        tokens.issue(name="Бот", scopes=["everything"], staff=olga)
    with pytest.raises(NotPossible):
        tokens.issue(name="Бот", scopes=[READ], staff=olga, expires_at=now())
    assert not ApiToken.objects.exists()
