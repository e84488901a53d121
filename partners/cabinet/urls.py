from __future__ import annotations

from django.urls import URLPattern, path

from partners.cabinet import (
    details,
    documents,
    entering,
    leads,
    logo,
    overview,
    plan,
    profile,
    services,
    statistics,
)

urlpatterns: list[URLPattern] = [
    path("", overview.show, name="cabinet"),
    path("pause/", overview.pause, name="cabinet-pause"),
    path("resume/", overview.resume, name="cabinet-resume"),
    path("profile/", profile.show, name="cabinet-profile"),
    path("profile/edit/", profile.edit, name="cabinet-profile-edit"),
    path("profile/details/", details.show, name="cabinet-details"),
    path("profile/logo/", logo.show, name="cabinet-logo"),
    path("profile/logo/upload/", logo.upload, name="cabinet-logo-upload"),
    path("profile/logo/remove/", logo.remove, name="cabinet-logo-remove"),
    path("services/", services.listing, name="cabinet-services"),
    path("services/<int:number>/", services.edit, name="cabinet-service"),
    path("services/<int:number>/remove/", services.remove, name="cabinet-service-remove"),
    path("services/<int:number>/move/", services.move, name="cabinet-service-move"),
    path("documents/", documents.listing, name="cabinet-documents"),
    path("documents/upload/", documents.upload, name="cabinet-document-upload"),
    path("documents/<int:number>/", documents.download, name="cabinet-document"),
    path("leads/", leads.listing, name="cabinet-leads"),
    path("leads/<int:number>/", leads.show, name="cabinet-lead"),
    path("leads/<int:number>/answer/", leads.answer, name="cabinet-lead-answer"),
    path("statistics/", statistics.show, name="cabinet-statistics"),
    path("plan/", plan.show, name="cabinet-plan"),
    path("plan/buy/", plan.buy, name="cabinet-plan-buy"),
    path("plan/renewal/stop/", plan.stop_renewal, name="cabinet-renewal-stop"),
    path("plan/renewal/start/", plan.start_renewal, name="cabinet-renewal-start"),
    path("payments/", plan.payments, name="cabinet-payments"),
    path("sign-in/", entering.ask, name="cabinet-sign-in"),
    path("sign-in/sent/", entering.sent, name="cabinet-sent"),
    path("enter/<str:token>/", entering.enter, name="cabinet-enter"),
    path("sign-out/", entering.leave, name="cabinet-sign-out"),
    path("sign-out-everywhere/", entering.leave_everywhere, name="cabinet-sign-out-everywhere"),
]
