"""The sandbox's own signatures, against vectors computed elsewhere."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from integrations.sandbox.oneplat.wire import hmac_of, md5_of, request_sign, signed_body

SHOP, SECRET = "4242", "plat-demo-secret-01"
PAYLOAD = {
    "payment_id": "271097",
    "guid": "3f8e2c1a-add6-4b69-9222-725f7099a32f",
    "merchant_id": "ord-1001",
    "user_id": "555000111",
    "status": 1,
    "amount": Decimal("199"),
    "amount_to_pay": Decimal("199.00"),
    "amount_to_shop": Decimal("169.15"),
    "expired": "2026-03-01T12:30:00.000Z",
}
BODY = (
    '{"signature":"de851eab3dbc1e3b0a2ef2e932a9351d74d657dd337e725eb2dc2085d1f8021b",'
    '"signature_v2":"779818f1904af7859fac47fbeacc3d8a","payment_id":"271097",'
    '"guid":"3f8e2c1a-add6-4b69-9222-725f7099a32f","merchant_id":"ord-1001","user_id":"555000111",'
    '"status":1,"amount":199,"amount_to_pay":199,"amount_to_shop":169.15,'
    '"expired":"2026-03-01T12:30:00.000Z"}'
)


def test_a_callback_has_the_documented_bytes():
    assert signed_body(PAYLOAD, shop_id=SHOP, secret=SECRET) == BODY.encode()


def test_variant_b_signs_sorted_keys():
    wanted = "51c59d5279c2ed3d95387aa3252eed6776939b82908243efd7ac653374897151"
    assert hmac_of(PAYLOAD, SECRET, variant="B") == wanted


def test_cyrillic_is_signed_unescaped():
    changes = {
        "payment_id": "271098",
        "guid": "3f8e2c1a-add6-4b69-9222-725f7099a330",
        "merchant_id": "заказ-7",
    }
    sums = {
        "amount": Decimal(1500),
        "amount_to_pay": Decimal(1500),
        "amount_to_shop": Decimal(1275),
    }
    wanted = "d32230541583e004e1ede851b8af29c79acfd18f50cdb1d7039e12aa98a7f674"
    assert hmac_of(PAYLOAD | changes | sums, SECRET) == wanted


@pytest.mark.parametrize(
    ("merchant_id", "amount", "digest"),
    [
        ("ord-1001", "199", "779818f1904af7859fac47fbeacc3d8a"),
        ("ord-1001", "199.0", "fc98e2d1d4973f7b1daebf7ca85596d1"),
        ("4242", "199", "70c8843565cabdda7bddde1f01c159f1"),
    ],
)
def test_md5_covers_the_very_digits_of_the_amount(merchant_id, amount, digest):
    assert md5_of(merchant_id, amount, SHOP, SECRET) == digest


def test_the_redirect_flow_signs_with_colons():
    assert request_sign(SHOP, SECRET, "199", "ord-1001") == "d46eb391bed88c13da76d9afbb4a68d8"


def test_variant_c_wraps_the_payload_and_float_style_prints_a_point():
    body = json.loads(signed_body(PAYLOAD, shop_id=SHOP, secret=SECRET, variant="C", style="float"))
    assert body["payload"]["amount"] == body["amount"] == 199.0
    assert body["signature_v2"] == "fc98e2d1d4973f7b1daebf7ca85596d1"
