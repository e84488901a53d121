"""Stable names of the API. Each address works with its last slash and without: a redirect would lose a POST's body."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path, register_converter
from django.urls.converters import StringConverter

from partners.api import companies, docs, leads, money
from partners.api.base import ApiView, Nothing


class PartnerCode(StringConverter):
    regex = r"P-[0-9]{6}-[0-9]{4,5}"


register_converter(PartnerCode, "partner_code")


def at(route: str, view: type[ApiView], name: str) -> list[URLPattern]:
    """`route` as it stands in the documentation, and the other way with the slash."""
    other = route.rstrip("/") if route.endswith("/") else f"{route}/"
    return [
        path(f"api/v1/{route}", view.as_view(), name=name),
        path(f"api/v1/{other}", view.as_view(schema=None)),
    ]


urlpatterns: list[URLPattern] = [
    *at("partners/search", companies.Search, "api-search"),
    *at("partners/register", companies.Register, "api-register"),
    *at("partners/<partner_code:code>", companies.OnePartner, "api-partner"),
    *at("partners/<partner_code:code>/profile", companies.Profile, "api-profile"),
    *at("leads/", leads.Leads, "api-leads"),
    *at("leads/<int:id>/", leads.OneLead, "api-lead"),
    *at("leads/<int:id>/match", leads.MatchLead, "api-lead-match"),
    *at("leads/<int:id>/offers/<int:offer>/rating", leads.RateOffer, "api-lead-rating"),
    *at("plans/", money.PlansOnSale, "api-plans"),
    *at("payments/<int:id>/", money.OnePayment, "api-payment"),
    path("api/schema/", docs.Schema.as_view(), name="api-schema"),
    path("api/docs/", docs.page, name="api-docs"),
    path("api/schema", docs.Schema.as_view()),
    path("api/docs", docs.page),
    re_path(r"^api(?:/[\s\S]*)?\Z", Nothing.as_view(), name="api-nothing"),
]
