"""Encryption by age (https://age-encryption.org/v1): the server knows the public key only.

Whoever takes the server cannot read its backups; whoever loses the identity file cannot either. The `age` program
opens the same files by hand.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeAlias

import pyrage

from project.backup.errors import BackupRefused

Key: TypeAlias = Any  # pyrage.x25519.Recipient: the library has no types
Identity: TypeAlias = Any  # pyrage.x25519.Identity


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Measured:
    """A reader that counts and hashes what passes."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._hash = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1, /) -> bytes:
        block = self._source.read(size)
        self._hash.update(block)
        self.size += len(block)
        return block

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Faithful:
    """A reader whose error is told as it was: the library makes its own of it."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self.error: BaseException | None = None

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._source.read(size)
        except BaseException as error:
            self.error = error
            raise


def recipient(text: str) -> Key:
    """The public key, `age1…`. Raises BackupRefused."""
    if not text:
        raise BackupRefused("BACKUP_RECIPIENT is not set: a backup is never written unencrypted.")
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise BackupRefused("BACKUP_RECIPIENT is no public key of age (age1…).") from None


def identity(path: Path) -> Identity:
    """The secret key of an identity file. Raises BackupRefused."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BackupRefused(f"{path} cannot be read: {type(error).__name__}.") from None
    for line in lines:
        if line.startswith("AGE-SECRET-KEY-"):
            try:
                return pyrage.x25519.Identity.from_str(line.strip())
            except pyrage.IdentityError:
                break
    raise BackupRefused(f"{path} holds no identity of age (AGE-SECRET-KEY-…).")


def new_identity(path: Path) -> str:
    """Write a new identity file only its owner may read; returns the public key. Raises BackupRefused."""
    made = pyrage.x25519.Identity.generate()
    public = str(made.to_public())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BackupRefused(f"{path} cannot be written: {error.strerror}.") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"# public key: {public}\n{made}\n")
    return public


@contextmanager
def sealed(source: Readable, key: Key) -> Iterator[BinaryIO]:
    """What `source` gives, encrypted, as a stream to read; nothing of it is kept in memory or on the disk.

    An error of the source is raised where the block ends.
    """
    faithful = Faithful(source)
    try:
        with _piped(lambda out: pyrage.encrypt_io(faithful, out, [key])) as stream:
            yield stream
    except pyrage.EncryptError as error:
        raise faithful.error or BackupRefused(f"It cannot be encrypted: {error}.") from None


@contextmanager
def opened(source: Readable, key: Identity) -> Iterator[BinaryIO]:
    """What was sealed. Raises BackupRefused at the end where it was tampered with or is not for this key."""
    faithful = Faithful(source)
    try:
        with _piped(lambda out: pyrage.decrypt_io(faithful, out, [key])) as stream:
            yield stream
    except (pyrage.DecryptError, OSError) as error:  # OSError: a block that was changed
        refused = BackupRefused(f"It does not open with this identity: {error}.")
        raise faithful.error or refused from None


@contextmanager
def _piped(work: Callable[[BinaryIO], None]) -> Iterator[BinaryIO]:
    """Run `work` in a thread that writes into a pipe; its error is raised here."""
    reading, writing = os.pipe()

    def run() -> None:
        # A broken pipe: the reader has left, and says why itself.
        with suppress(BrokenPipeError), os.fdopen(writing, "wb") as out:
            work(out)

    with ThreadPoolExecutor(1, thread_name_prefix="age") as pool:
        done = pool.submit(run)
        with os.fdopen(reading, "rb") as stream:
            yield stream
        done.result()
