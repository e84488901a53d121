"""A site made in Flexbe: its form, its calls of the product, and the leads its API gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import requests
from django.conf import settings

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.base import Tile, credential
from integrations.sandbox.core.delivery import Call, Courier
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.flexbe import wire
from integrations.sandbox.flexbe.state import (
    FIELDS,
    PAY_STATUSES,
    PRODUCTS,
    STATUSES,
    Delivery,
    FlexbeState,
    Lead,
)

KEPT = 60
MINUTE = 60


class Flexbe(Courier):
    """Callers of every method hold the lock."""

    slug = "flexbe"
    order = 74
    state_class = FlexbeState
    state: FlexbeState

    @property
    def callback_url(self) -> str:
        ours = f"{settings.PUBLIC_URL.rstrip('/')}/integrations/callbacks/{self.slug}"
        return self.state.options.callback_url or ours

    @property
    def key(self) -> str:
        return credential("FLEXBE_API_KEY")

    def entries(self) -> Iterable[Lead]:
        return self.state.leads

    def find(self, number: int) -> Lead:
        for lead in self.state.leads:
            if lead.id == number:
                return lead
        raise ControlError(f"no lead {number}", 404)

    # -- visitors --------------------------------------------------------------------------------

    def submit(
        self, fields: Mapping[str, str], *, product: str = "", is_test: bool = False
    ) -> Lead:
        """A visitor sends the form; with a product there is something to pay for."""
        if product not in PRODUCTS:
            raise ControlError(f"unknown product {product!r}; known: {', '.join(PRODUCTS)}")
        self.state.last_lead += 1
        number = self.state.last_lead
        lead = Lead(
            id=number,
            num=number % 1000,
            time=int(self.hub.clock.now().timestamp()),
            name=fields.get("name", "").strip(),
            phone=fields.get("phone", "").strip(),
            email=fields.get("email", "").strip(),
            answers=[
                [title, fields[name].strip()]
                for name, title in FIELDS.items()
                if fields.get(name, "").strip()
            ],
            product=product,
            pay="0" if product else "",
            is_test=is_test,
        )
        self.state.leads.append(lead)
        del self.state.leads[:-KEPT]
        self.tell(lead, "lead")
        return lead

    def pay(self, lead: Lead, status: str) -> None:
        """What became of the payment."""
        if not lead.product:
            raise ControlError("there is nothing to pay for", 409)
        if status not in PAY_STATUSES:
            raise ControlError(f"unknown status {status!r}; known: {', '.join(PAY_STATUSES)}")
        lead.pay = status
        self.tell(lead, "pay")

    def tell(self, lead: Lead, event: str) -> None:
        body = wire.call(event, lead, self.state.options)
        self._send_body(lead, event, body)

    def again(self, lead: Lead) -> None:
        """The last call once more, byte for byte."""
        self._send_body(lead, "ещё раз", lead.deliveries[-1].body)

    def _send_body(self, lead: Lead, label: str, body: str) -> None:
        with_secret = self.state.options.with_secret
        delivery = self.log(lead, Delivery, label=label, body=body, with_secret=with_secret)
        self.launch(lead, delivery)

    def call(self, entry: Lead, delivery: Delivery) -> Call:
        url = self.callback_url
        if delivery.with_secret:
            url = f"{url.rstrip('/')}/{quote(credential('FLEXBE_WEBHOOK_SECRET'), safe='')}"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return Call(url, delivery.label, str(entry.id), headers)

    def judge(self, delivery: Delivery, answer: requests.Response | None) -> tuple[bool, str]:
        if answer is None:
            return False, ""
        return answer.status_code == 200 and answer.text == "ok", answer.text[:20]

    # -- the API ---------------------------------------------------------------------------------

    def may_call(self) -> bool:
        """Count a call; False when the minute's are used up."""
        moment = int(self.hub.clock.now().timestamp())
        self.state.calls = [one for one in self.state.calls if one > moment - MINUTE]
        if len(self.state.calls) >= self.state.options.a_minute:
            return False
        self.state.calls.append(moment)
        return True

    def change(self, lead: Lead, wanted: Mapping[str, str]) -> Lead:
        """`changeLead`: only what is named."""
        lead.status = wanted["status"] if wanted.get("status") in STATUSES else lead.status
        lead.note = wanted.get("note", lead.note)
        lead.revision = self.hub.changed()
        return lead

    # -- the page --------------------------------------------------------------------------------

    def choose(self, document: Mapping[str, Any]) -> None:
        options = self.state.options
        for name in ("callback_url", "site_id", "domain"):
            setattr(options, name, str(document.get(name, getattr(options, name))))
        options.with_secret = bool(document.get("with_secret", options.with_secret))
        options.a_minute = int(document.get("a_minute", options.a_minute))
        pauses = document.get("retry_seconds", options.retry_seconds)
        options.retry_seconds = [float(pause) for pause in pauses]
        self.hub.changed()

    def overview(self) -> dict[str, Any]:
        """Leads newest first."""
        return {
            "callback_url": self.callback_url,
            "options": snapshot.dump(self.state.options),
            "leads": [snapshot.dump(one) for one in reversed(self.state.leads)],
        }

    def tile(self) -> Tile:
        return Tile(
            title="Сайт на Flexbe",
            about="Посадочная страница с формой: заявки клиентов и их оплаты.",
            link="/flexbe/",
            action="Открыть сайт",
            icon="product",
            facts=[("Заявок", str(len(self.state.leads)))],
            trouble=f"Не приняты: {waiting}." if (waiting := len(self.undelivered())) else "",
        )
