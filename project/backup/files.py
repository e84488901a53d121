"""The files people sent, as one tar: streamed in both directions."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from django.conf import settings

from project.backup.errors import BackupRefused


class Packed:
    """A tar being written into a pipe; `count` is how many files went in, known after the block."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.count = 0

    def read(self, size: int = -1, /) -> bytes:
        return self.stream.read(size)


@contextmanager
def packed() -> Iterator[Packed]:
    """Everything below MEDIA_ROOT. A file that is taken away meanwhile is left out; other errors are raised."""
    reading, writing = os.pipe()

    def run() -> int:
        # A broken pipe: the reader has left, and says why itself.
        with (
            suppress(BrokenPipeError),
            os.fdopen(writing, "wb") as out,
            tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            return _pack(tar, Path(settings.MEDIA_ROOT))
        return 0

    with ThreadPoolExecutor(1, thread_name_prefix="tar") as pool:
        done = pool.submit(run)
        with os.fdopen(reading, "rb") as stream:
            package = Packed(stream)
            yield package
            package.count = done.result()


def _pack(tar: tarfile.TarFile, root: Path) -> int:
    count = 0
    for path in sorted(root.rglob("*")) if root.is_dir() else []:
        if path.is_symlink() or not path.is_file():
            continue
        try:
            tar.add(path, arcname=path.relative_to(root).as_posix(), recursive=False)
        except FileNotFoundError:
            continue
        count += 1
    return count


def unpack(stream: Any) -> int:
    """Put the files beside MEDIA_ROOT; returns how many. Raises BackupRefused; nothing is left of them then."""
    _root, fresh, _old = _places()
    forget()
    fresh.mkdir(parents=True, mode=0o750)
    count = 0
    try:
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            for member in tar:
                if not member.isfile():
                    raise BackupRefused(
                        f"The archive holds something that is no file: {member.name}."
                    )
                _take_out(tar, member, fresh)
                count += 1
    except tarfile.TarError as error:
        forget()
        raise BackupRefused(f"The archive of files is broken: {error}.") from None
    except BaseException:
        forget()
        raise
    return count


def put_in_place() -> None:
    """What was unpacked becomes MEDIA_ROOT; what stood there stays under another name."""
    root, fresh, old = _places()
    if root.exists():
        shutil.rmtree(old, ignore_errors=True)
        root.replace(old)
    fresh.replace(root)


def forget() -> None:
    """What was unpacked and is not wanted."""
    shutil.rmtree(_places()[1], ignore_errors=True)


def _places() -> tuple[Path, Path, Path]:
    """Where the files are, where they are unpacked, and where those of before are kept."""
    root = Path(settings.MEDIA_ROOT)
    return root, root.with_name(f"{root.name}.restoring"), root.with_name(f"{root.name}.before")


def _take_out(tar: tarfile.TarFile, member: tarfile.TarInfo, root: Path) -> None:
    """By hand: the Python of Debian 12 knows no filters of tarfile, which would keep a file from leading outside."""
    path = PurePosixPath(member.name)
    source = tar.extractfile(member)
    if source is None or path.is_absolute() or ".." in path.parts:
        raise BackupRefused(f"The archive holds a file that leads outside: {member.name}.")
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
    target.chmod(member.mode & 0o755 | 0o600)
    os.utime(target, (member.mtime, member.mtime))
