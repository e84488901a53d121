"""What can go wrong in the registry, by name. Messages are for logs; wording for people is in templates."""

from __future__ import annotations


class RegistryError(Exception):
    """Base of them all."""


class NotPossible(RegistryError):
    """What was asked for does not fit the present state. Says why in a translated message."""
