"""Keeping the exported pages fresh: a hint from Tilda, a lease, one call, the assets beside it."""

from __future__ import annotations

import hashlib
import posixpath
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from integrations.clock import wall_clock
from integrations.download import NotFetched, TryLater, download
from integrations.errors import IntegrationError
from integrations.tilda.client import Asset, ExportedPage, TildaOff, get_tilda
from partners.errors import RegistryError
from partners.models import TildaAsset, TildaPage
from partners.services import allowances
from partners.services.look.dressing import localised

log = structlog.get_logger(__name__)

REFRESH = "partners.refresh_look"  # the task's name: services never import tasks
CALLS_AN_HOUR = 140  # Tilda allows 150
HOUR = timedelta(hours=1)
LEASE = timedelta(minutes=30)  # a page of many files over a slow line
QUIET = timedelta(seconds=20)  # a person who publishes five times in a minute costs one call
LONGEST_WAIT = timedelta(hours=1)
MOST_ASSETS = 300
LARGEST = 10 * 1024 * 1024  # bytes of one file
SECONDS = 20.0  # for one file
# What a page may load, by the end of its name; whatever else an export names stays behind.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
HOSTS = ("tildacdn.com", "tildacdn.info", "tildacdn.one", "tildacdn.pro", "tildacdn.net")


class LookPutOff(RegistryError):
    """The page cannot be had now, or one of its files cannot be ours: it keeps its old look."""


@dataclass(frozen=True, slots=True)
class _File:
    asset: Asset
    content_type: str
    data: bytes


def noticed(*, project_id: str, page_id: str, public_key: str) -> bool:
    """Tilda says a page was published. Only a hint, since its key is no secret; False where it is not about us."""
    ours = settings.CREDENTIALS.get("TILDA_PUBLIC_KEY") or ""
    known = ours and compare_digest(ours.encode(), public_key.encode())
    if not known or project_id != settings.TILDA_PROJECT_ID or not page_id.isdecimal():
        return False
    want(page_id=page_id[:20], project_id=project_id)
    return True


def want(*, page_id: str, project_id: str) -> TildaPage:
    """Have a page fetched soon; several wishes in a row are one."""
    page, _fresh = TildaPage.objects.get_or_create(
        page_id=page_id, defaults={"project_id": project_id}
    )
    TildaPage.objects.filter(pk=page.pk).update(wanted_at=wall_clock() + QUIET, attempts=0)
    return page


def refresh_due(*, seconds: float = 50.0) -> int:
    """Fetch the pages whose time has come; returns how many are fresh now."""
    done = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until and (page := _claim()) is not None:
        done += _refresh(page)
    return done


def _claim() -> TildaPage | None:
    """The next page due, reserved for the lease: a killed worker's page is due again when it ends."""
    with transaction.atomic():
        page = (
            TildaPage.objects.select_for_update(skip_locked=True)
            .filter(wanted_at__lte=wall_clock())
            .order_by("wanted_at")
            .first()
        )
        if page is not None:
            page.wanted_at = wall_clock() + LEASE
            page.attempts += 1
            page.save(update_fields=["wanted_at", "attempts"])
    return page


def _refresh(page: TildaPage) -> bool:
    claimed = page.wanted_at
    try:
        tilda = get_tilda()
        if allowances.spend("tilda", limit=CALLS_AN_HOUR, window=HOUR):
            raise LookPutOff(_("Лимит вызовов Tilda на этот час исчерпан"))
        exported = tilda.export_page(page.page_id)
        files = list(_files_of(exported))
    except TildaOff as error:
        TildaPage.objects.filter(pk=page.pk).update(wanted_at=None, error=str(error)[:300])
        return False
    except (IntegrationError, LookPutOff, NotFetched, TryLater) as error:
        _put_off(page, error)
        return False
    with transaction.atomic():
        _store(page, exported, files)
        # A publication that came meanwhile has moved the wish on, and is kept.
        TildaPage.objects.filter(pk=page.pk, wanted_at=claimed).update(wanted_at=None)
    log.info("look.refreshed", page=page.page_id, assets=len(files))
    return True


def _put_off(page: TildaPage, error: Exception) -> None:
    wait = min(timedelta(seconds=30 * 2 ** min(page.attempts, 10)), LONGEST_WAIT)
    TildaPage.objects.filter(pk=page.pk).update(
        wanted_at=wall_clock() + wait, error=str(error)[:300]
    )
    log.warning("look.put_off", page=page.page_id, error=str(error))


def _files_of(exported: ExportedPage) -> Iterator[_File]:
    """What the page needs, downloaded. Raises what a download raises: half a look is worse than the old one."""
    if len(exported.assets) > MOST_ASSETS:
        raise LookPutOff(
            _("Странице нужно слишком много файлов: %(count)s") % {"count": len(exported.assets)}
        )
    for asset in dict.fromkeys(exported.assets):
        content_type = TYPES.get(posixpath.splitext(asset.name.lower())[1])
        if content_type is None:
            continue
        if not _is_tildas(asset.source_url):
            raise LookPutOff(
                _("Файл не с адреса Tilda: %(host)s")
                % {"host": urlsplit(asset.source_url).hostname}
            )
        with download(asset.source_url, max_bytes=LARGEST, seconds=SECONDS) as body:
            yield _File(asset, content_type, body.read())


def _is_tildas(url: str) -> bool:
    """Whether Tilda itself keeps the file; in the sandbox its simulator does."""
    host = urlsplit(url).hostname or ""
    if settings.SANDBOX and host == urlsplit(settings.SANDBOX_URL).hostname:
        return True
    return any(host == known or host.endswith(f".{known}") for known in HOSTS)


def _store(page: TildaPage, exported: ExportedPage, files: list[_File]) -> None:
    addresses: dict[str, str] = {}
    kept = []
    # Styles last: they name pictures, whose addresses are known by then.
    for file in sorted(files, key=lambda one: one.content_type.startswith("text/css")):
        data = file.data
        if file.content_type.startswith("text/css"):
            data = localised(data.decode(errors="replace"), addresses).encode()
        version = hashlib.sha256(data).hexdigest()
        name = posixpath.basename(file.asset.name)[:200]
        row = TildaAsset.objects.filter(page=page, name=name).first()
        if row is None or row.sha256 != version:
            row = row or TildaAsset(page=page, name=name)
            row.source_url = file.asset.source_url
            row.content_type = file.content_type
            row.sha256, row.size = version, len(data)
            row.file.save(f"{version}{posixpath.splitext(name)[1]}", ContentFile(data), save=False)
            row.save()
        kept.append(row.pk)
        address = reverse("partners:look-asset", args=[page.page_id, name])
        addresses[file.asset.name] = f"{address}?v={version[:12]}"
    TildaAsset.objects.filter(page=page).exclude(pk__in=kept).delete()
    TildaPage.objects.filter(pk=page.pk).update(
        project_id=exported.project_id or page.project_id,
        title=exported.title[:300],
        html=localised(exported.html, addresses),
        published=exported.published[:20],
        fetched_at=wall_clock(),
        attempts=0,
        error="",
    )
