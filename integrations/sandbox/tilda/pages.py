"""The site as its visitor sees it, the settings of its receiver, and the files its forms took."""

from __future__ import annotations

import base64
import mimetypes

from django.http import Http404, HttpResponse, HttpResponseRedirect

from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.exchange import exchange
from integrations.sandbox.core.http import SandboxRequest, page
from integrations.sandbox.tilda.forms import FORMS
from integrations.sandbox.tilda.site import Tilda
from integrations.sandbox.tilda.state import PLACES


def site(request: SandboxRequest) -> HttpResponse:
    """Everything on one page; works without scripts."""
    tilda = request.sandbox.get(Tilda)
    if request.method == "POST":
        return _act(request, tilda)
    with tilda.hub.lock:
        context = tilda.overview()
    return page(
        request,
        "sandbox/tilda/site.html",
        {**context, "forms": FORMS.values(), "places": PLACES, "key_name": tilda.key[0]},
    )


def _act(request: SandboxRequest, tilda: Tilda) -> HttpResponse:
    act = request.POST.get("act", "")
    try:
        with tilda.hub.lock:
            if act == "submit":
                _submit(request, tilda)
            elif act == "again":
                changes = {"Комментарий": "Другие слова"} if "changed" in request.POST else None
                tilda.send(tilda.find(int(request.POST.get("number", 0))), changes=changes)
            elif act == "test":
                tilda.test()
            elif act == "place":
                tilda.choose({"place": request.POST.get("place", "")})
    except (ControlError, ValueError) as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    return HttpResponseRedirect("/site/#sent")


def _submit(request: SandboxRequest, tilda: Tilda) -> None:
    code = request.POST.get("code", "")
    if code not in FORMS:
        raise ControlError("no such form")
    pairs: list[tuple[str, str]] = []
    for one in FORMS[code].inputs:
        if one.kind == "file":
            for file in request.FILES.getlist(one.name):
                pairs.append((one.name, tilda.keep_file(str(file.name), file.read())))
        elif one.name in request.POST:
            pairs.append((one.name, request.POST[one.name]))
    tilda.submit(code, pairs)


def file(request: SandboxRequest, number: int, name: str) -> HttpResponse:
    """A visitor's file, as its link in the call promises."""
    tilda = request.sandbox.get(Tilda)

    def answer() -> HttpResponse:
        with tilda.hub.lock:
            kept = tilda.state.files.get(f"{number}/{name}")
        if kept is None:
            raise Http404
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return HttpResponse(base64.b64decode(kept), content_type=kind)

    return exchange(
        request,
        service=tilda.slug,
        operation="file",
        answer=answer,
        refuse=lambda fault: HttpResponse("error", status=fault.status),
        subject=name,
    )
