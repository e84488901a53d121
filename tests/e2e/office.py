"""A member of staff at the back office without a browser: signs in, reads pages, sends their forms."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import requests

from tests.support.stack import Stack

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Office:
    def __init__(self, stack: Stack, name: str, password: str) -> None:
        self.base = f"{stack.web}/admin"
        self.http = requests.Session()
        text = self.send("login/", username=name, password=password, next="/admin/")
        assert "Процессы" in text, text[:2000]

    def read(self, path: str) -> str:
        answer = self.http.get(f"{self.base}/{path}", timeout=60)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text

    def send(self, path: str, **fields: Any) -> str:
        """A form with these fields; the page that follows."""
        found = TOKEN.search(self.read(path))
        assert found, path
        answer = self.http.post(
            f"{self.base}/{path}",
            data={**fields, "csrfmiddlewaretoken": found[1]},
            headers={"Referer": f"{self.base}/{path}"},
            timeout=60,
        )
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text

    def gives_back(self, payment_id: int, amount: str, *, days: int = 0) -> str:
        return self.send(
            f"payments/payment/{payment_id}/refund/",
            amount=amount,
            days=days,
            reason="перерыв связи",
            key=uuid4(),
        )

    def decides(self, refund_id: int, action: str, **fields: Any) -> str:
        return self.send(f"payments/refund/{refund_id}/{action}/", **fields)
