"""The panel's JSON."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.remnawave.panel import Panel, moment
from integrations.sandbox.remnawave.state import ACTIVE, User


def subscription_url(panel: Panel, user: User) -> str:
    return f"{panel.hub.base_url}/sub/{user.short_uuid}"


def user_view(panel: Panel, user: User) -> dict[str, Any]:
    """A user as the API returns it; 2.x shows the `uuid` that 3.x no longer has."""
    view: dict[str, Any] = {
        "id": user.id,
        "shortUuid": user.short_uuid,
        "username": user.username,
        "status": user.status,
        "trafficLimitBytes": user.traffic_limit_bytes,
        "trafficLimitStrategy": user.traffic_limit_strategy,
        "expireAt": moment(user.expire_at),
        "telegramId": user.telegram_id,
        "email": user.email,
        "description": user.description,
        "tag": user.tag,
        "hwidDeviceLimit": user.hwid_device_limit,
        "externalSquadUuid": user.external_squad_uuid,
        "trojanPassword": user.trojan_password,
        "vlessUuid": user.vless_uuid,
        "ssPassword": user.ss_password,
        "lastTriggeredThreshold": 0,
        "subRevokedAt": moment(user.revoked_at),
        "lastTrafficResetAt": moment(user.traffic_reset_at),
        "createdAt": moment(user.created_at),
        "updatedAt": moment(user.updated_at),
        "subscriptionUrl": subscription_url(panel, user),
        "activeInternalSquads": [
            {"uuid": one, "name": panel.state.squads.get(one, "?")} for one in user.squads
        ],
        "userTraffic": {
            "usedTrafficBytes": 0,
            "lifetimeUsedTrafficBytes": 0,
            "onlineAt": None,
            "firstConnectedAt": None,
            "lastConnectedNodeUuid": None,
        },
    }
    return view if panel.is_v3 else {"uuid": user.uuid} | view


def squads_view(panel: Panel) -> dict[str, Any]:
    squads = [
        {
            "uuid": uuid,
            "viewPosition": position,
            "name": name,
            "info": {
                "membersCount": len(panel.every(lambda user, uuid=uuid: uuid in user.squads)),  # type: ignore[misc]
                "inboundsCount": 1,
            },
            "inbounds": [],
        }
        for position, (uuid, name) in enumerate(panel.state.squads.items(), start=1)
    ]
    return {"total": len(squads), "internalSquads": squads}


def subscription_view(panel: Panel, user: User) -> dict[str, Any]:
    """`/api/sub/<shortUuid>/info`: what the customer's application sees."""
    left = user.expire_at - panel.now()
    return {
        "isFound": True,
        "user": {
            "shortUuid": user.short_uuid,
            "username": user.username,
            "daysLeft": max(left.days, 0),
            "expiresAt": moment(user.expire_at),
            "isActive": user.status == ACTIVE,
            "userStatus": user.status,
            "trafficUsed": "0 B",
            "trafficUsedBytes": "0",
            "trafficLimitBytes": str(user.traffic_limit_bytes),
        },
        "links": [f"vless://{user.vless_uuid}@vpn.example.test:443#sandbox"]
        if user.status == ACTIVE
        else [],
        "subscriptionUrl": subscription_url(panel, user),
    }
