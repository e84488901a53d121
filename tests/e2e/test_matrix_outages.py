"""Every provider down at every call it has: timeout, reset, 500, garbage, done but unheard. All at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.matrix.channels import PROVIDERS
from tests.e2e.matrix.outages import (
    down_at_asking,
    down_at_create,
    down_at_refund,
    flat,
    orders,
)
from tests.e2e.matrix.shop import everywhere

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stack"), pytest.mark.timeout(400)]


def test_a_provider_that_is_down_costs_nobody_anything(shop, staff):
    prepared = everywhere(orders, shop)
    opened = dict(zip((one.slug for one in PROVIDERS), prepared, strict=True))
    with ThreadPoolExecutor(3) as pool:
        at_create = pool.submit(everywhere, down_at_create, shop)
        others = [
            pool.submit(everywhere, down, shop, staff, opened)
            for down in (down_at_asking, down_at_refund)
        ]
        created = at_create.result()
        for one in others:
            one.result()
    checked = flat(cells for one in prepared for cells in one.checked)
    told = flat(cells for one in prepared for cells in one.told)
    paid = flat(cells for one in prepared for cells in one.paid)
    shop.ran("down at create", flat(created))
    shop.ran("down at the check button", checked)
    shop.ran("down at the list", checked)
    shop.ran("down at confirming a call", told, "hinted")
    shop.ran("down at refund", paid, "down at refund")
