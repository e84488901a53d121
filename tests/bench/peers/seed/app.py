"""The reference: a Telegram shop's webhook on Quart and asyncpg, written from a description of such a shop.

    verify both signatures, either is enough → find the payment by guid → advisory lock of the user → payment still
    pending? → mark it paid, extend the subscription, reward the inviter → unlock → "OK"

The lock is held on one connection (through a helper that borrows a pool connection per call it would be lost when the
helper returns). Everything under the lock is one transaction: the kindest reading, with one commit per callback. What
the description does besides, the panel's and Telegram's calls, is left out: that favours it too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from quart import Quart, request

from tests.bench.orders import SECRET, SHOP_ID

PAID = (1, 2)
REFERRAL = timedelta(days=7)

app = Quart(__name__)
pools: dict[str, asyncpg.Pool] = {}


@app.before_serving
async def connect() -> None:
    pools["db"] = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=5, max_size=20)


@app.after_serving
async def disconnect() -> None:
    await pools["db"].close()


def verify_callback_signature(body: dict[str, Any], signature: str, *, use_v2: bool) -> bool:
    if use_v2:
        text = f"{body.get('merchant_id')}{body.get('amount')}{SHOP_ID}{SECRET}"
        expected = hashlib.md5(text.encode()).hexdigest()
    else:
        payload = {
            key: value for key, value in body.items() if key not in ("signature", "signature_v2")
        }
        text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
        expected = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)


def verify_callback(body: dict[str, Any]) -> bool:
    v1_valid = verify_callback_signature(body, body.get("signature") or "", use_v2=False)
    v2_valid = verify_callback_signature(body, body.get("signature_v2") or "", use_v2=True)
    return v1_valid or v2_valid


@app.post("/1plat-webhook")
async def handle_oneplat_webhook() -> tuple[str, int]:
    body = await request.get_json(force=True)
    if not verify_callback(body):
        return "Invalid signature", 403
    if body.get("status") not in PAID:
        return "OK", 200
    async with pools["db"].acquire() as db:
        payment = await db.fetchrow(
            "SELECT id, tg_id, days, status FROM bench_seed.payments WHERE payment_guid = $1",
            body["guid"],
        )
        if payment is None:
            return "Unknown payment", 404
        if not await db.fetchval("SELECT pg_try_advisory_lock($1)", payment["tg_id"]):
            return "OK", 200
        try:
            async with db.transaction():
                await process_paid_invoice(db, payment["id"], payment["tg_id"], payment["days"])
        finally:
            await db.execute("SELECT pg_advisory_unlock($1)", payment["tg_id"])
    return "OK", 200


async def process_paid_invoice(
    db: asyncpg.Connection, payment_id: int, tg_id: int, days: int
) -> None:
    status = await db.fetchval("SELECT status FROM bench_seed.payments WHERE id = $1", payment_id)
    if status == "paid":
        return
    await db.execute("UPDATE bench_seed.payments SET status = 'paid' WHERE id = $1", payment_id)
    user = await db.fetchrow(
        "SELECT sub_until, referrer_id, ref_bonus_given FROM bench_seed.users WHERE tg_id = $1",
        tg_id,
    )
    start = max(datetime.now(UTC), user["sub_until"] or datetime.now(UTC))
    await db.execute(
        "UPDATE bench_seed.users SET sub_until = $2 WHERE tg_id = $1",
        tg_id,
        start + timedelta(days=days),
    )
    if user["referrer_id"] and not user["ref_bonus_given"]:
        await db.execute(
            "UPDATE bench_seed.users SET sub_until = GREATEST(sub_until, now()) + $2 WHERE tg_id = $1",
            user["referrer_id"],
            REFERRAL,
        )
        await db.execute(
            "UPDATE bench_seed.users SET ref_bonus_given = true WHERE tg_id = $1", tg_id
        )
