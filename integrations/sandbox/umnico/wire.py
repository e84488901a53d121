"""Events and answers as Umnico writes them."""

from __future__ import annotations

import json
from typing import Any

from integrations.sandbox.umnico.state import ACCOUNTS, OUR_LOGINS, Said, Talk

ACCOUNT = 3001
MANAGER = {"id": 15, "login": "manager@example.test", "name": "Мария", "role": "owner"}


def message(talk: Talk, said: Said, *, text: bool = True) -> dict[str, Any]:
    """`text=False`: what is written is left out, as some accounts have seen it."""
    words: dict[str, Any] = {"text": said.text} if text else {}
    if said.picture:
        words["attachments"] = [{"type": "photo", "url": said.picture}]
    told: dict[str, Any] = {
        "messageId": str(said.number),
        "datetime": int(said.at.timestamp() * 1000),
        "incoming": said.incoming,
        "message": words,
        "sender": {
            "id": talk.sender,
            "customerId": talk.customer,
            "login": _login(talk),
            "socialId": f"user_{talk.sender}",
            "type": talk.channel,
        },
        "source": source(talk) | {"identifier": OUR_LOGINS[talk.channel]},
        "sa": {
            "id": ACCOUNTS[talk.channel],
            "type": talk.channel,
            "login": OUR_LOGINS[talk.channel],
        },
    }
    if said.custom_id:
        told["customId"] = said.custom_id
    return told


def message_event(talk: Talk, said: Said, *, text: bool = True) -> dict[str, Any]:
    first = said.incoming and talk.messages[0] is said
    return {
        "type": "message.incoming" if said.incoming else "message.outgoing",
        "accountId": ACCOUNT,
        "leadId": talk.lead,
        "isNewLead": first,
        "isNewCustomer": first,
        "message": message(talk, said, text=text),
    }


def bare_event(talk: Talk) -> dict[str, Any]:
    """Only the dialogue is named."""
    return {"type": "message.incoming", "accountId": ACCOUNT, "leadId": talk.lead}


def lead(talk: Talk) -> dict[str, Any]:
    return {
        "id": talk.lead,
        "userId": MANAGER["id"],
        "statusId": 1,
        "read": False,
        "amount": 0,
        "details": "",
        "tags": [],
        "socialAccount": {
            "id": ACCOUNTS[talk.channel],
            "login": OUR_LOGINS[talk.channel],
            "type": talk.channel,
        },
        "responseTime": None,
        "customer": customer(talk),
    }


def lead_event(talk: Talk, kind: str) -> dict[str, Any]:
    return {"type": kind, "accountId": ACCOUNT, "leadId": talk.lead, "lead": lead(talk)}


def customer(talk: Talk) -> dict[str, Any]:
    return {
        "id": talk.customer,
        "name": talk.name,
        "phone": talk.phone or None,
        "email": talk.email or None,
        "login": _login(talk),
        "avatar": None,
    }


def customer_event(talk: Talk, kind: str) -> dict[str, Any]:
    return {"type": kind, "accountId": ACCOUNT, "customer": customer(talk)}


def integration_event(talk: Talk, kind: str) -> dict[str, Any]:
    account = {"id": ACCOUNTS[talk.channel], "type": talk.channel}
    return {"type": kind, "accountId": ACCOUNT, "integration": account}


def source(talk: Talk) -> dict[str, Any]:
    return {
        "id": talk.real_id,
        "realId": talk.real_id,
        "saId": ACCOUNTS[talk.channel],
        "type": "message",
    }


def written(event: dict[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False)


def _login(talk: Talk) -> str:
    """A phone in WhatsApp; elsewhere a name of its own."""
    return talk.phone.lstrip("+") if talk.channel == "whatsapp2" else f"visitor_{talk.sender}"
