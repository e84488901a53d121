"""The panel: users, their rules, and what they look like on the wire."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from integrations.sandbox.core.base import Simulator, Tile, credential
from integrations.sandbox.remnawave.fields import USERNAME, PanelError, invalid, written
from integrations.sandbox.remnawave.state import (
    ACTIVE,
    DISABLED,
    EXPIRED,
    LIMITED,
    VERSIONS,
    PanelState,
    User,
)

ALPHABET = string.ascii_letters + string.digits
NOT_FOUND = "User with specified params not found"


def moment(value: datetime | None) -> str | None:
    if value is None:
        return None
    return (
        value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    )


def random_text(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


class Panel(Simulator):
    """Users of one panel; the caller of every method holds the lock."""

    slug = "remnawave"
    state_class = PanelState
    order = 30
    state: PanelState

    def replace_state(self, state: PanelState) -> None:
        self.state = state
        squad = credential("DEFAULT_SQUAD_UUID")
        if squad:
            state.squads.setdefault(squad, "Из настроек")

    def fresh_state(self) -> PanelState:
        return PanelState(last_id=self.state.last_id, version=self.state.version)

    @property
    def token(self) -> str:
        return credential("REMNAWAVE_API_TOKEN", "sandbox-panel-token")

    @property
    def is_v3(self) -> bool:
        return self.state.version == "3"

    def now(self) -> datetime:
        return self.hub.clock.now()

    def expire_due(self) -> None:
        """The panel's own job: whoever is past the date is EXPIRED."""
        moment = self.now()
        for user in self.state.users.values():
            if user.status == ACTIVE and user.expire_at <= moment:
                self._move(user, EXPIRED, "срок вышел")

    def _move(self, user: User, status: str, why: str) -> None:
        user.status = status
        self._touch(user, f"{why} → {status}")

    def _touch(self, user: User, what: str) -> None:
        user.updated_at = self.now()
        user.history.append(f"{self.now().isoformat(timespec='seconds')} {what}")
        del user.history[:-50]
        self.hub.changed()

    # -- reading -------------------------------------------------------------------------------

    def every(self, fits: Callable[[User], bool] = lambda user: True) -> list[User]:
        self.expire_due()
        return [user for user in self.state.users.values() if fits(user)]

    def one(self, fits: Callable[[User], bool]) -> User:
        found = self.every(fits)
        if not found:
            raise PanelError(404, "A063", NOT_FOUND)
        return found[0]

    def by_key(self, key: str) -> User:
        """By what the version addresses users with: `id` in 3.x, `uuid` in 2.x."""
        if not self.is_v3:
            found = self.every(lambda user: user.uuid == key)
        elif key.isdigit():
            found = self.every(lambda user: user.id == int(key))
        else:
            raise invalid("userId", "Expected number, received nan")
        if not found:
            raise PanelError(404, "A025", "User not found")
        return found[0]

    # -- writing -------------------------------------------------------------------------------

    def create(self, document: dict[str, Any]) -> User:
        username = document.get("username")
        if not isinstance(username, str) or not USERNAME.fullmatch(username):
            raise invalid("username", "Must match ^[a-zA-Z0-9_-]{3,36}$")
        if "expireAt" not in document:
            raise invalid("expireAt", "Required")
        values = self._known_squads(written(document))
        if self.every(lambda user: user.username == username):
            raise PanelError(400, "A019", "User username already exists")
        short = str(document.get("shortUuid") or "")
        if short and self.every(lambda user: user.short_uuid == short):
            raise PanelError(400, "A020", "User short UUID already exists")
        self.state.last_id += 1
        user = User(
            id=self.state.last_id,
            uuid=str(uuid4()),
            short_uuid=short or random_text(16),
            username=username,
            created_at=self.now(),
            updated_at=self.now(),
            vless_uuid=str(document.get("vlessUuid") or uuid4()),
            trojan_password=str(document.get("trojanPassword") or random_text(24)),
            ss_password=str(document.get("ssPassword") or random_text(24)),
            status=str(document.get("status") or ACTIVE),
            **values,
        )
        self.state.users[user.id] = user
        self._touch(user, f"создан, до {moment(user.expire_at)}")
        self.expire_due()
        return user

    def update(self, document: dict[str, Any]) -> User:
        """PATCH: the id of the version wins over `username`."""
        key = document.get("id" if self.is_v3 else "uuid")
        if key is None and "username" not in document:
            raise invalid("username", "Either an id or a username is required")
        user = (
            self.one(lambda one: one.username == document["username"])
            if key is None
            else self.by_key(str(key))
        )
        values = self._known_squads(written(document))
        status = document.get("status")
        if status not in (None, ACTIVE, DISABLED):
            raise PanelError(400, "A089", "Status LIMITED or EXPIRED cannot be set by hand")
        if "expire_at" in values and values["expire_at"] <= self.now():
            raise invalid("expireAt", "Expiration date must be in the future")
        larger = (
            values.get("traffic_limit_bytes", user.traffic_limit_bytes) > user.traffic_limit_bytes
        )
        for name, value in values.items():
            setattr(user, name, value)
        self._touch(
            user, f"изменён: {', '.join(sorted(values)) or 'статус'}; до {moment(user.expire_at)}"
        )
        if status is not None:
            self._move(user, status, "статус задан")
        elif (user.status == EXPIRED and "expire_at" in values) or (
            user.status == LIMITED and larger
        ):
            self._move(user, ACTIVE, "снова действует")
        return user

    def _known_squads(self, values: dict[str, Any]) -> dict[str, Any]:
        if any(uuid not in self.state.squads for uuid in values.get("squads", [])):
            raise PanelError(400, "A118", "Internal squad not found")
        return values

    def delete(self, user: User) -> None:
        del self.state.users[user.id]
        self.hub.changed()

    def enable(self, user: User, document: dict[str, Any]) -> None:
        if user.status == ACTIVE:
            raise PanelError(400, "A030", "User already enabled")
        self._move(user, ACTIVE, "включён")
        self.expire_due()

    def disable(self, user: User, document: dict[str, Any]) -> None:
        if user.status == DISABLED:
            raise PanelError(400, "A029", "User already disabled")
        self._move(user, DISABLED, "выключен")

    def reset_traffic(self, user: User, document: dict[str, Any]) -> None:
        user.traffic_reset_at = self.now()
        if user.status == LIMITED:
            user.status = ACTIVE
        self._touch(user, "трафик сброшен")

    def revoke(self, user: User, document: dict[str, Any]) -> None:
        """New credentials and, unless only passwords are wanted, a new link."""
        user.trojan_password, user.ss_password = random_text(24), random_text(24)
        user.vless_uuid, user.revoked_at = str(uuid4()), self.now()
        if not document.get("revokeOnlyPasswords"):
            user.short_uuid = str(document.get("shortUuid") or random_text(16))
        self._touch(user, "ссылка перевыпущена")

    def extend(self, user: User, document: dict[str, Any]) -> None:
        """EXPIRED counts from now and comes back; the others add to their date and keep their
        status.
        """
        days = document.get("days")
        if isinstance(days, bool) or not isinstance(days, int) or days < 1:
            raise invalid("days", "Must be 1 or more")
        base = self.now() if user.status == EXPIRED else user.expire_at
        user.expire_at = base + timedelta(days=days)
        if user.status == EXPIRED:
            user.status = ACTIVE
        self._touch(user, f"продлён на {days} дн., до {moment(user.expire_at)}")

    # -- home page -----------------------------------------------------------------------------

    def tile(self) -> Tile:
        users = self.every()
        faults = self.hub.faults.of(self.slug)
        return Tile(
            title="Remnawave · панель",
            about="Кому открыт доступ и до какого дня; отказы панели по желанию.",
            link="/panel/",
            action="Открыть панель",
            icon="panel",
            facts=[
                ("Версия", VERSIONS[self.state.version]),
                ("Пользователей", str(len(users))),
                ("Действуют", str(sum(1 for one in users if one.status == ACTIVE))),
            ],
            trouble="Включён отказ панели" if faults else "",
        )
