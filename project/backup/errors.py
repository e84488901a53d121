from __future__ import annotations


class BackupRefused(Exception):
    """A backup cannot be made, found or restored. The message says why and what to do."""
