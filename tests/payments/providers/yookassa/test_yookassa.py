"""YooKassa under the provider contract, and what only YooKassa has to say about notifications."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.errors import CallbackMalformed, CallbackRejected
from payments.provider import SignsTestCallbacks, Trust
from tests.payments.providers.contract import ProviderContract
from tests.payments.providers.yookassa.case import PAYMENT_ID, YookassaCase
from tests.support.http_server import answer


class TestYookassa(YookassaCase, ProviderContract):
    # --- who may call

    @pytest.mark.parametrize("address", ["", "203.0.113.7", "185.71.76.32", "localhost"])
    def test_another_address_is_refused(self, provider, address):
        with pytest.raises(CallbackRejected):
            provider.verify(replace(self.raw("paid__card.json"), remote_addr=address))

    def test_a_made_up_forwarding_header_is_not_believed(self, client, payment, settings):
        settings.TRUSTED_PROXIES = []
        assert self.post(client, self.raw("paid__card.json")) == 403

    @pytest.mark.parametrize("word", ["false", "0", "off", "NO"])
    def test_the_address_check_can_be_switched_off(self, provider, word):
        anywhere = type(provider).from_credentials(
            self.credentials | {"YUKASSA_CHECK_ADDRESS": word}
        )
        anywhere.verify(replace(self.raw("paid__card.json"), remote_addr=""))

    @pytest.mark.parametrize("word", ["", "true", "1", "flase"])
    def test_anything_unclear_leaves_the_check_on(self, provider, word):
        strict = type(provider).from_credentials(self.credentials | {"YUKASSA_CHECK_ADDRESS": word})
        with pytest.raises(CallbackRejected):
            strict.verify(replace(self.raw("paid__card.json"), remote_addr="203.0.113.7"))

    @pytest.mark.parametrize("name", ["YUKASSA_SHOP_ID", "YUKASSA_SECRET_KEY"])
    def test_half_of_the_credentials_is_none(self, provider, name):
        half = type(provider).from_credentials(self.credentials | {name: " \r\n"})
        with pytest.raises(CallbackRejected):
            half.verify(self.raw("paid__card.json"))

    def test_nobody_can_sign_a_test_callback(self, provider):
        assert not isinstance(provider, SignsTestCallbacks)

    # --- reading

    @pytest.mark.parametrize(
        "changes",
        [
            {"id": "../me"},
            {"id": None},
            {"id": "x" * 65},
            {"status": None},
            {"status": "paid\x00"},
            {"status": "s" * 65},
            {"amount": {"value": 199.0, "currency": "RUB"}},
            {"amount": {"value": "1e3", "currency": "RUB"}},
            {"amount": {"value": "-199.00", "currency": "RUB"}},
            {"amount": {"value": "199.00", "currency": "руб"}},
            {"amount": None},
            {"metadata": {"order_id": 7}},
            {"metadata": {"order_id": "\x00"}},
            {"metadata": {"order_id": "x" * 129}},
        ],
        ids=str,
    )
    def test_a_field_that_decides_must_be_readable(self, provider, changes):
        with pytest.raises(CallbackMalformed):
            provider.verify(self.edited("paid__card.json", **changes))

    def test_a_card_and_a_payer_are_not_kept_for_people(self, provider):
        [event] = provider.parse(self.raw("paid__card.json"))
        assert event.raw["method"] == "bank_card"
        assert not [value for value in event.raw.values() if "4444" in value]

    def test_an_event_is_one_whoever_tells_it(self, provider, api):
        api.otherwise = answer(200, self.payment_object())
        [hint] = provider.parse(self.raw("paid__card.json"))
        told = provider.confirm(hint, stored_id=PAYMENT_ID)
        assert hint.event_id == told.event_id == f"{PAYMENT_ID}:succeeded"
        assert told.trust is Trust.SIGNED

    def test_every_status_has_a_meaning_in_both_languages(self, provider):
        words = {name: set(meaning) for name, meaning in provider.status_meanings.items()}
        statuses = ("pending", "waiting_for_capture", "succeeded", "canceled")
        assert words == {status: {"ru", "en"} for status in statuses}
