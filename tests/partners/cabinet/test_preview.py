"""The partner sees his card as a client will."""

from __future__ import annotations

from datetime import timedelta

from integrations.clock import now


def test_the_card_in_every_channel(cabinet, partner):
    seen = cabinet.get("/cabinet/profile/card/")
    body = seen.content.decode()
    for title in ("Umnico", "ProTalk", "Telegram", "E-mail"):
        assert f"<h2>{title}</h2>" in body
    assert f"1. {partner.name}" in body
    assert "больше 30 дней" not in body
    assert "/cabinet/profile/card/" in cabinet.get("/cabinet/profile/").content.decode()


def test_the_letter_stands_in_a_frame_where_nothing_may_act(cabinet, partner):
    seen = cabinet.get("/cabinet/profile/card/letter/?lang=en")
    assert partner.name in seen.content.decode()
    assert "What they do" in seen.content.decode()
    assert seen["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in seen["Content-Security-Policy"]
    assert "script" not in seen["Content-Security-Policy"]


def test_old_data_is_told(cabinet, partner):
    partner.verified_at = now() - timedelta(days=40)
    partner.save()
    assert "больше 30 дней" in cabinet.get("/cabinet/profile/card/").content.decode()
