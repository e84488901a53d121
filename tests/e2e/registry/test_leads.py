"""A client's wish from a program to the partner who takes it: API, letters, the answer page, the rating."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.e2e.registry.desk import issue_key

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.xdist_group("registry"),
    pytest.mark.timeout(240),
]

REGION, ITS_CODE = "Камчатский край", "41"  # nobody else in this shop works there
MONTH = (
    "SELECT coalesce(sum(used), 0) FROM partners_quotamonth q"
    " JOIN partners_partner p ON p.id = q.partner_id WHERE p.inn = %s"
)
OFFER = (
    "SELECT o.id FROM partners_leadoffer o JOIN partners_partner p ON p.id = o.partner_id"
    " WHERE p.inn = %s"
)


def test_a_lead_finds_a_partner_who_takes_it_and_is_rated(stack, desk, phone, sign_in, new_partner):
    taker = new_partner(Регионы=REGION)
    other = new_partner(Регионы=REGION, Специализации="Фундаменты")
    sign_in(desk)
    desk.open(f"{stack.web}/admin/partners/apitoken/issue/")
    key = issue_key(desk, "читать обращения", "создавать обращения и подбирать партнёров")

    def calls(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = requests.request(
            method,
            f"{stack.web}/api/v1/{path}",
            json=body,
            headers={"Authorization": f"Bearer {key}"},
            timeout=30,
        )
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    lead = calls(
        "POST",
        "leads/",
        {
            "source": "protalk",
            "external_id": f"dialog-{taker.inn}",
            "text": "Перекрыть крышу дома, 120 м²",
            "client_name": "Ольга Тестова",
            "phone": "+79000000077",
            "region": ITS_CODE,
            "specialisation": "roofing",
            "budget": 500000,
        },
    )
    offers = calls("POST", f"leads/{lead['id']}/match")["offers"]
    assert [offer["partner"]["code"] for offer in offers] == [taker.code]
    assert stack.value(MONTH, taker.inn) == 1
    assert not [m for m in other.letters() if "ищет исполнителя" in m["text"]]

    letter = taker.letter("ищет исполнителя")
    assert "+79000000077" not in letter["text"]
    phone.open(taker.link("ищет исполнителя", "/offers/"))
    phone.sees("120 м²")
    assert "0000077" not in phone.text()
    assert phone.overhang() == 0
    phone.shot("registry-offer-phone", whole=True)
    phone.page.get_by_role("button", name="Принять").click()
    phone.sees("+79000000077")
    phone.sees("Ольга Тестова")
    phone.shot("registry-offer-accepted-phone", whole=True)

    offer = calls("GET", f"leads/{lead['id']}/")["offers"][0]
    assert offer["status"] == "accepted"
    number = stack.value(OFFER, taker.inn)
    desk.open(f"{stack.web}/admin/partners/leadoffer/{number}/change/")
    desk.shot("registry-offer", whole=True)
    desk.page.get_by_role("link", name="Оценка клиента").click()
    desk.page.get_by_label("Оценка клиента").select_option("4")
    desk.page.get_by_role("button", name="Записать").click()
    desk.sees("Записано")
    phone.open(taker.page)
    phone.sees("4,0")
    phone.shot("registry-rated-phone", whole=True)
