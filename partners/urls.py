from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from partners.views import catalogue, embed, invoice, look, offers, opened, page, rate, seo
from partners.views.join import join
from partners.views.status import correct, status

app_name = "partners"

# As it is kept, in small letters, or with the Cyrillic letter that looks the same: anything else is no code, and so
# never stands in the way of a page's name.
CODE = r"(?P<code>[PpРр]-\d{6}-\d{4,5})"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("partners.api.urls")),
    path("cabinet/", include("partners.cabinet.urls")),
    path("partners/join/", join, name="join"),
    path("status/<slug:token>/", status, name="status"),
    path("status/<slug:token>/correct/", correct, name="correct"),
    path("pay/<str:token>/invoice.pdf", invoice.invoice, name="invoice"),
    path("offers/<slug:token>/", offers.offer, name="offer"),
    path("c/<slug:token>/", opened.card, name="opened-card"),
    path("rate/<slug:token>/", rate.rate, name="rate"),
    path("robots.txt", seo.robots, name="robots"),
    path("sitemap.xml", seo.index, name="sitemap"),
    path("sitemap-pages.xml", seo.pages, name="sitemap-pages"),
    path("sitemap-partners-<int:number>.xml", seo.part, name="sitemap-part"),
    path("partners/", catalogue.catalogue, name="catalogue"),
    path("partners/embed.js", embed.script, name="embed-script"),
    path("partners/embed/", embed.some, name="embed"),
    re_path(rf"^partners/{CODE}/$", page.page, name="page"),
    re_path(rf"^partners/{CODE}/card/$", embed.one, name="card"),
    re_path(rf"^partners/{CODE}/logo\.png$", page.logo, name="logo"),
    path("partners/look/published", look.published, name="look-published"),
    path("partners/look/<str:page_id>/<str:name>", look.asset, name="look-asset"),
]
