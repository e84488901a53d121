from __future__ import annotations

from typing import Any

from django import template

from integrations.umnico import widget

register = template.Library()


@register.inclusion_tag("partners/chat_widget.html", takes_context=True)
def chat_widget(context: template.Context) -> dict[str, Any]:
    """Umnico's chat, where one is set and the page is a public one."""
    request = context.get("request")
    is_shown = request is not None and widget.is_shown_at(request.path_info)
    return {"token": widget.token() if is_shown else ""}
