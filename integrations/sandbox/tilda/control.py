"""Control API of the site, `/control/tilda/…`; described in the sandbox's README.md."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.http import SandboxRequest, control
from integrations.sandbox.tilda.site import Tilda
from integrations.sandbox.tilda.state import Submission


@control("GET")
def submissions(request: SandboxRequest) -> dict[str, Any]:
    site = request.sandbox.get(Tilda)
    with site.hub.lock:
        return site.overview()


@control("POST")
def submit(request: SandboxRequest) -> dict[str, Any]:
    """`{"form": …, "fields": {…}, "files": {field: {name: base64}}, "tranid": …, "wait": seconds}`."""
    site, document = request.sandbox.get(Tilda), request.body_object()
    with site.hub.lock:
        pairs = [
            (str(name), str(value)) for name, value in dict(document.get("fields", {})).items()
        ]
        for field, files in dict(document.get("files", {})).items():
            pairs += [(field, site.keep_file(name, _bytes(text))) for name, text in files.items()]
        sent = site.submit(
            str(document.get("form", "registration")), pairs, tranid=str(document.get("tranid", ""))
        )
        return _waited(site, sent, document)


@control("POST")
def again(request: SandboxRequest) -> dict[str, Any]:
    """`{"number": …, "changes": {…}, "wait": seconds}`: the same number, with the same words or others."""
    site, document = request.sandbox.get(Tilda), request.body_object()
    with site.hub.lock:
        found = site.find(int(document.get("number", 0)))
        site.send(found, changes=document.get("changes"))
        return _waited(site, found, document)


@control("POST")
def test(request: SandboxRequest) -> dict[str, Any]:
    """`{"wait": seconds}`: what connecting sends."""
    site, document = request.sandbox.get(Tilda), request.body_object()
    with site.hub.lock:
        return _waited(site, site.test(), document)


@control("POST")
def options(request: SandboxRequest) -> dict[str, Any]:
    """`{"place": …, "callback_url": …, "retry_seconds": […]}`."""
    site = request.sandbox.get(Tilda)
    with site.hub.lock:
        site.choose(request.body_object())
        return site.overview()


def _waited(site: Tilda, sent: Submission, document: dict[str, Any]) -> dict[str, Any]:
    """The submission, once its last call was tried (the caller holds the lock)."""
    site.wait_tried(sent, document)
    return {"submission": snapshot.dump(sent)}


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ControlError("a file is not base64") from None
