"""What can go wrong in the registry, by name. Messages are for logs; wording for people is in templates."""

from __future__ import annotations


class RegistryError(Exception):
    """Base of them all."""


class NotPossible(RegistryError):
    """What was asked for does not fit the present state. Says why in a translated message."""


class LinkUseless(RegistryError):
    """A sign-in link that is used, late, or was never ours; which of them is nobody's business."""


class TooMany(RegistryError):
    """Asked for too often: by this address, or from this network."""


class PartnerExists(NotPossible):
    """Another partner has this INN already; nothing of it is changed unasked."""

    def __init__(self, message: str, *, partner_id: int) -> None:
        super().__init__(message)
        self.partner_id = partner_id


class AlreadyDecided(RegistryError):
    """Somebody was faster, or the application is no longer the one to decide."""


class TakenByAnother(RegistryError):
    """A colleague is looking at it."""


class FileRefused(RegistryError):
    """A file that is not taken. Says why in a translated message."""
