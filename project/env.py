"""The only reader of the environment.

Every value can come from `NAME` or, for secrets, from a file named by `NAME_FILE`. Values are stripped: a trailing
line break in a merchant secret has cost people days. A wrong type is refused loudly, with the variable's name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()


def text(name: str, default: str | None = None) -> str:
    """A string. Without a default, a missing or empty variable is an error that names it."""
    try:
        # Not env.str(): it takes a value that begins with "$" for the name of another variable.
        value = str(env.ENVIRON.get(name, "")).strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names a file that cannot be read: {error.strerror}."
        ) from None
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"Set the environment variable {name} (or {name}_FILE).")
    return default


def flag(name: str, *, default: bool) -> bool:
    value = text(name, "").lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")


def number(name: str, default: int) -> int:
    value = text(name, "")
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def given_by_file() -> list[str]:
    """Names whose value stands in a readable file, ours and other programs'. No file is read."""
    files = {name: path for name, path in env.ENVIRON.env.items() if name.endswith("_FILE")}
    return [name.removesuffix("_FILE") for name, path in files.items() if os.access(path, os.R_OK)]


class Credentials(Mapping[str, str]):
    """Credentials and addresses of outside services, read by name when an adapter asks for them.

    A new adapter brings its own names; nothing has to be listed here. `defaults` stand in where the environment
    is silent (the sandbox's own invented credentials).
    """

    def __init__(self, defaults: Mapping[str, str] | None = None) -> None:
        self._defaults = dict(defaults or {})

    def __getitem__(self, name: str) -> str:
        value = text(name, "") or self._defaults.get(name, "")
        if not value:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        """What has a value here and now. Of secrets in files only those with a default: `SSL_CERT_FILE` and its like
        are other programs' files, and nothing tells them from ours before they are asked for by name."""
        variables = env.ENVIRON.env
        plain = {name for name in variables if not variables.get(f"{name}_FILE")}
        names = sorted(plain | set(self._defaults))
        return (name for name in names if text(name, "") or self._defaults.get(name))

    def __len__(self) -> int:
        return len(set(self))

    def __repr__(self) -> str:
        return "<Credentials>"
