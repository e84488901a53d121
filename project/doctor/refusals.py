"""What to do about a refused call, by the reason our door wrote down."""

from __future__ import annotations

from collections.abc import Sequence

ADVICE = {
    "signature": "Signed with another secret than {names}: copy it again. A call of another shop?",
    "address": "From no network of this provider. Behind a proxy, name it in TRUSTED_PROXIES.",
    "no credentials": "Set {names} and restart.",
    "no secret is set": "Set {names} and restart.",
    "no secret": "The address entered there has to end with /<{names}>.",
    "wrong secret": "The address entered there ends with another secret than {names}.",
    "no key": "Tell the service to send the key: docs/cabinets.md says where.",
    "wrong key": "The key entered there is not {names}.",
    "not a bot of ours": "Its number is neither PROTALK_CLIENT_BOT_ID nor PROTALK_PARTNER_BOT_ID.",
    "not a site of ours": "Add the site to FLEXBE_SITES.",
    "content_type": "Choose the format that docs/cabinets.md names.",
    "the address names no type of notification": "Each type has an address of its own: see above.",
}


def advice(reason: str, names: Sequence[str]) -> str:
    """`names`: the variables that hold the service's secret. Empty where the reason says it all."""
    return ADVICE.get(reason, "").format(names=", ".join(names))
