from __future__ import annotations

import re

from django.conf import settings
from django.urls import resolve

from tests.support.office import owner, signed_in, staff_member


def menu(client) -> list[str]:
    groups = client.get("/admin/").context["sidebar_navigation"]
    return [
        str(item["link"]) for group in groups for item in group["items"] if item["has_permission"]
    ]


def test_every_line_of_the_menu_leads_somewhere(db):
    client = signed_in(owner())

    addresses = menu(client)

    lines = [item for group in settings.UNFOLD["SIDEBAR"]["navigation"] for item in group["items"]]
    assert len(addresses) == len(lines) > 15
    assert {client.get(address).status_code for address in addresses} == {200}
    assert all(resolve(address) for address in addresses)


def test_the_menu_shows_what_one_may_see(db):
    client = signed_in(staff_member("payments.view_payment"))

    assert menu(client) == ["/admin/", "/admin/payments/payment/"]


def test_our_pages_hold_no_script_and_no_style_of_their_own(db):
    text = signed_in(owner()).get("/admin/").content.decode()
    body = text[text.index('class="office-card"') :]
    ours = body[: body.index('id="modal') if 'id="modal' in body else len(body)]

    assert not re.search(r"\son[a-z]+=", ours)
    assert "javascript:" not in ours
