from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django_otp import user_has_device
from unfold.sites import UnfoldAdminSite

from project.two_factor import TwoFactorView


class Site(UnfoldAdminSite):  # type: ignore[misc]  # Unfold is untyped
    """The back office. A password alone opens it only where nothing more is asked of that person."""

    index_template = "admin/office/index.html"
    index_title = _("Главная")
    enable_nav_sidebar = True
    empty_value_display = "–"

    def has_permission(self, request: HttpRequest) -> bool:
        if not super().has_permission(request):
            return False
        user: Any = request.user
        if user.is_verified():
            return True
        return not settings.ADMIN_REQUIRE_2FA and not self.has_device(request)

    def has_device(self, request: HttpRequest) -> bool:
        """Asked several times while one page is made, so the answer stays with the request."""
        if not hasattr(request, "_has_device"):
            request._has_device = user_has_device(request.user)  # type: ignore[attr-defined]
        return bool(request._has_device)  # type: ignore[attr-defined]

    @method_decorator(never_cache)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Who has signed in but has no second step yet, and needs one, is led to set it up."""
        user: Any = request.user
        is_staff = user.is_active and user.is_staff
        if is_staff and not self.has_permission(request) and not self.has_device(request):
            return HttpResponseRedirect(reverse("admin:two_factor"))
        response: HttpResponse = super().login(request, extra_context)
        return response

    def extra_urls(self) -> list[URLPattern]:
        return [path("two-factor/", TwoFactorView.as_view(site=self), name="two_factor")]
