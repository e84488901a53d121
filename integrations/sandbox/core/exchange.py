"""One call of the product to a simulated service: the planned fault, the answer, the journal."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

from django.http import HttpResponse

from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import SandboxRequest

EXCERPT = 2000
GARBAGE = (
    "<html><head><title>502 Bad Gateway</title></head><body>upstream: \x00\u2026</body></html>"
)
SECRETS = re.compile(r"(?<=/bot)[^/]+(?=/)|(?<=[?&]key=)[^&]*|(?<=api_key=)[^&]*|(?<=/ask/)[^/?]+")


class DroppedConnection(HttpResponse):
    """Tells the server to cut the connection instead of answering."""


def exchange(
    request: SandboxRequest,
    *,
    service: str,
    operation: str,
    answer: Callable[[], HttpResponse],
    refuse: Callable[[Fault], HttpResponse],
    subject: str = "",
    quiet: bool = False,
) -> HttpResponse:
    """Answer a call, or do what the next fitting fault says; `refuse` makes the service's own error
    body.
    """
    sandbox = request.sandbox
    started = time.monotonic()
    at = sandbox.clock.now().isoformat(timespec="milliseconds")
    body = request.body
    with sandbox.lock:
        fault = sandbox.faults.take(service, operation, subject)
        if fault is not None:
            sandbox.changed(save=False)
    response = answer() if fault is None else _misbehave(request, fault, answer, refuse)
    if quiet and fault is None:
        return response
    with sandbox.lock:
        sandbox.journal.add(
            at=at,
            service=service,
            direction="in",
            method=str(request.method),
            path=SECRETS.sub("…", request.get_full_path()),
            operation=operation,
            subject=subject,
            status=0 if isinstance(response, DroppedConnection) else response.status_code,
            ms=round((time.monotonic() - started) * 1000),
            fault="" if fault is None else fault.kind,
            request=_excerpt(body, str(request.content_type)),
            answer=_excerpt(response.content, str(response.get("Content-Type"))),
        )
        sandbox.changed(save=False)
    return response


def _misbehave(
    request: SandboxRequest,
    fault: Fault,
    answer: Callable[[], HttpResponse],
    refuse: Callable[[Fault], HttpResponse],
) -> HttpResponse:
    pause = request.sandbox.stopping.wait
    if fault.kind == "status":
        return refuse(fault)
    if fault.kind == "slow":
        pause(fault.seconds)
        return answer()
    if fault.kind == "garbage":
        return HttpResponse(GARBAGE, status=200, content_type="text/html; charset=utf-8")
    if fault.kind == "after":
        answer()
        pause(fault.seconds)
    elif fault.kind == "hang":
        pause(fault.seconds)
    return DroppedConnection()


def _excerpt(body: bytes, content_type: str) -> str:
    """Enough to read; an upload is named, not shown."""
    if content_type.startswith(("multipart/", "image/")):
        return f"({content_type.partition(';')[0]}, {len(body)} bytes)"
    text = body.decode("utf-8", "replace")
    if len(text) <= EXCERPT and content_type.startswith("application/json") and text:
        try:
            text = json.dumps(json.loads(text), ensure_ascii=False)
        except ValueError:
            return text
    return text[:EXCERPT]
