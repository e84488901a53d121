"""Where backups lie: a folder, or a bucket of a store that speaks S3. Names are paths with slashes."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from minio import Minio
from minio.error import MinioException

from project.backup.errors import BackupRefused
from project.backup.sealing import Readable

PART = 16 * 1024 * 1024  # bytes of a multipart upload
S3 = "s3://"


class Store(Protocol):
    def put(self, name: str, source: Readable) -> None:
        """Keep everything `source` gives under a name; half of a file is never seen. Raises BackupRefused."""

    def get(self, name: str) -> Any:
        """A context manager of a stream. Raises BackupRefused."""

    def names(self) -> Iterable[str]:
        """Raises BackupRefused."""

    def delete(self, name: str) -> None:
        """Raises BackupRefused."""


class Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, source: Readable) -> None:
        target = self._root / name
        half = target.with_name(f"{target.name}.partial")
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with half.open("wb") as file:
                half.chmod(0o600)
                shutil.copyfileobj(source, file, PART)
            half.replace(target)
        except OSError as error:
            raise BackupRefused(f"{target} cannot be written: {error.strerror}.") from None

    @contextmanager
    def get(self, name: str) -> Iterator[BinaryIO]:
        try:
            file = (self._root / name).open("rb")
        except OSError as error:
            raise BackupRefused(f"{name} cannot be read: {error.strerror}.") from None
        with file:
            yield file

    def names(self) -> Iterable[str]:
        return [
            path.relative_to(self._root).as_posix()
            for path in sorted(self._root.glob("*/*"))
            if path.is_file() and path.suffix != ".partial"
        ]

    def delete(self, name: str) -> None:
        target = self._root / name
        try:
            target.unlink(missing_ok=True)
            if not any(target.parent.iterdir()):
                target.parent.rmdir()
        except OSError as error:
            raise BackupRefused(f"{target} cannot be removed: {error.strerror}.") from None


class Bucket:
    """Any store that speaks S3: Yandex Object Storage, Selectel, VK Cloud, Amazon, MinIO."""

    def __init__(self, client: Minio, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def put(self, name: str, source: Readable) -> None:
        with _told():
            # Nobody knows the length beforehand: it is sent in parts, and stands only once the last has come.
            self._client.put_object(
                self._bucket,
                self._prefix + name,
                cast(BinaryIO, source),
                length=-1,
                part_size=PART,
            )

    @contextmanager
    def get(self, name: str) -> Iterator[BinaryIO]:
        with _told():
            answer = self._client.get_object(self._bucket, self._prefix + name)
            try:
                yield cast(BinaryIO, answer)  # it reads like a file
            finally:
                answer.close()
                answer.release_conn()

    def names(self) -> Iterable[str]:
        with _told():
            found = self._client.list_objects(self._bucket, prefix=self._prefix, recursive=True)
            return [str(one.object_name).removeprefix(self._prefix) for one in found]

    def delete(self, name: str) -> None:
        with _told():
            self._client.remove_object(self._bucket, self._prefix + name)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except MinioException as error:
        raise BackupRefused(f"The store refused: {getattr(error, 'code', error)}.") from None
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise BackupRefused(f"The store does not answer: {type(error).__name__}.") from None


def store_of(place: str, credentials: Mapping[str, str]) -> Store:
    """The store that BACKUP_TO names: a folder's path or `s3://bucket/prefix`. Raises BackupRefused."""
    if not place:
        raise BackupRefused("BACKUP_TO is not set: name a folder, or s3://bucket/prefix.")
    if not place.startswith(S3):
        return Folder(Path(place))
    parts = urlsplit(place)
    endpoint = urlsplit(settings.BACKUP_S3_URL)
    key, secret = credentials.get("BACKUP_S3_KEY"), credentials.get("BACKUP_S3_SECRET")
    if not (parts.netloc and endpoint.netloc and key and secret):
        raise BackupRefused(
            "A bucket needs BACKUP_S3_URL, BACKUP_S3_KEY and BACKUP_S3_SECRET"
            " (the store's address, https://…, and its two keys)."
        )
    client = Minio(
        endpoint=endpoint.netloc,
        access_key=key,
        secret_key=secret,
        secure=endpoint.scheme == "https",
        region=settings.BACKUP_S3_REGION or None,
    )
    return Bucket(client, parts.netloc, parts.path)
