"""Where a process can be killed: between any two steps of what a callback starts.

Loaded by a process under test only (`celery -I tests.faults.kills`, `granian tests.faults.web:application`): it wraps
the product's own functions, so the product has no code for it and production cannot have it switched on. A point is
armed by a file of its name in FAULTS_DIR; the first process that passes it removes the file and kills itself.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.module_loading import import_string

# Whether this call is the one to die at: what it was given, and what it returned (None before the call).
Fits = Callable[[tuple[Any, ...], Any], bool]


def always(_given: tuple[Any, ...], _returned: Any) -> bool:
    return True


def given_something(given: tuple[Any, ...], _returned: Any) -> bool:
    return bool(given[0])


def took_rows(_given: tuple[Any, ...], returned: Any) -> bool:
    return bool(returned[0])


def the_link(given: tuple[Any, ...], _returned: Any) -> bool:
    return bool(given[0].kind == "access")


def granting(given: tuple[Any, ...], _returned: Any) -> bool:
    return bool(given[0].reaction.endswith("grant_access"))


@dataclass(frozen=True)
class Point:
    """Kill before or after a call of `target`, a dotted name as the calling module looks it up."""

    target: str
    after: bool
    fits: Fits = always


def before(target: str, fits: Fits = always) -> Point:
    return Point(target, after=False, fits=fits)


def after(target: str, fits: Fits = always) -> Point:
    return Point(target, after=True, fits=fits)


WEB = {
    "before-the-insert": before("integrations.services.inbox._insert"),
    "after-the-insert": after("integrations.services.inbox._insert"),
}
SETTLEMENT = {
    "rows-claimed": before("payments.services.callbacks._settle_locked", given_something),
    "customers-locked": after("payments.services.inbound.lock_customers_of", given_something),
    "status-written": after("payments.services.transitions.set_status"),
    "money-booked": before("payments.services.days.grant_purchase"),
    "days-given": after("payments.services.days.grant_purchase"),
    "inviter-rewarded": after("payments.services.delivery.reward_inviter"),
    "reactions-written": after("payments.services.transitions.settle_paid"),
    "row-finished": after("payments.services.inbound.apply_call"),
    "committed": after("payments.services.callbacks._settle", took_rows),
}
REACTIONS = {
    "reaction-claimed": before("integrations.services.outbox.deliver", granting),
    "panel-called": after("integrations.remnawave.client.Panel.ensure_user"),
    "panel-recorded": after("payments.services.fulfilment.sync_subscription"),
    "access-recorded": after("payments.services.fulfilment._set_access"),
    "reaction-done": after("payments.services.fulfilment.grant_access"),
    "reaction-recorded": after("integrations.services.outbox.deliver", granting),
}
LETTERS = {
    "letter-claimed": before("bot.messenger._say", the_link),
    "letter-sent": after("bot.messenger._say", the_link),
    "letter-recorded": after("bot.messenger.send_once", the_link),
}
POINTS = WEB | SETTLEMENT | REACTIONS | LETTERS


def install(folder: Path) -> None:
    """Put every point in place; they do nothing until they are armed."""
    for name, point in POINTS.items():
        path, _dot, attribute = point.target.rpartition(".")
        owner = import_string(path) if path.rpartition(".")[2][0].isupper() else _module(path)
        setattr(owner, attribute, _wrapped(getattr(owner, attribute), point, folder / name))


def _module(path: str) -> Any:
    return __import__(path, fromlist=["_"])


def _wrapped(function: Callable[..., Any], point: Point, armed: Path) -> Callable[..., Any]:
    @functools.wraps(function)
    def killable(*args: Any, **kwargs: Any) -> Any:
        if point.after:
            result = function(*args, **kwargs)
            _die_if(armed, point, args, result)
            return result
        _die_if(armed, point, args, None)
        return function(*args, **kwargs)

    return killable


def _die_if(armed: Path, point: Point, given: tuple[Any, ...], returned: Any) -> None:
    if not armed.exists() or not point.fits(given, returned):
        return
    try:
        armed.unlink()
    except FileNotFoundError:
        return  # another process took it
    os.kill(os.getpid(), signal.SIGKILL)


if "FAULTS_DIR" in os.environ:
    install(Path(os.environ["FAULTS_DIR"]))
