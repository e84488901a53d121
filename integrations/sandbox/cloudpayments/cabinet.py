"""The settings of notifications, as the API tells them: what the sandbox really does."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.cloudpayments.site import Site

TYPES = ("Check", "Pay", "Fail", "Confirm", "Refund", "Cancel", "Recurrent")


def setting(site: Site, name: str) -> dict[str, Any]:
    """Of one type. The option `check` switches Check off, `callback_url` is another address."""
    return {
        "IsEnabled": name != "Check" or site.state.options.check,
        "Address": f"{site.callback_url}/{name.lower()}",
        "HttpMethod": "POST",
        "Encoding": "UTF8",
        "Format": "CloudPayments",
    }
