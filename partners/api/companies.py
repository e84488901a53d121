"""Verified companies: found, told in full, registered, changed."""

from __future__ import annotations

import re

from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework.exceptions import NotFound, ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from integrations.addresses import client_address
from partners.api.base import ApiView, Scope
from partners.api.company_shapes import (
    ApplicationShape,
    PartnerCards,
    ProfileChanged,
    ProfileShape,
    ProfileWish,
    RegistrationWish,
    SearchWish,
    as_raw,
)
from partners.api.describe import operation
from partners.api.shapes import PartnerPage, language
from partners.models import ApiToken, Partner
from partners.selectors import catalogue
from partners.services import programs

TAG = "partners"
KEY = re.compile(r"[!-~]{1,64}")
KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,64}$"},
    OpenApiParameter.HEADER,
    description=_("Ваш номер этого запроса: повтор с ним вернёт то же и ничего не создаст."),
)
ROMASHKA = OpenApiExample(
    "romashka",
    value={
        "company": "ООО «Ромашка»",
        "inn": "9901000010",
        "phone": "+79000000001",
        "email": "office@romashka.example",
        "category": "contractor",
        "specialisations": ["roofing"],
        "regions": ["50", "77"],
        "cities": ["Подольск"],
        "budget_from": 100000,
        "services": ["Кровля – от 1 000 ₽ за м²"],
        "consent": True,
    },
    request_only=True,
)


def whole() -> QuerySet[Partner]:
    return (
        Partner.objects.select_related("category")
        .prefetch_related("specialisations", "regions", "cities", "services__specialisation")
        .defer("search")
    )


class Search(ApiView):
    scopes = {"GET": (Scope.PARTNERS_READ,)}

    @operation(
        name="partners_search",
        tag=TAG,
        summary=_("Найти компании"),
        description=_("Только размещённые. Слова ищутся по частям; опечатки прощаются."),
        scopes=(Scope.PARTNERS_READ,),
        parameters=[SearchWish],
        responses={200: PartnerCards},
        refuses=(404, 422),
    )
    def get(self, request: Request) -> Response:
        wish = SearchWish(data=request.query_params.dict())
        wish.is_valid(raise_exception=True)
        asked = wish.validated_data
        codes = {
            name: asked[name].code if asked[name] else ""
            for name in ("category", "specialisation", "region")
        }
        found = catalogue.find(
            catalogue.Query(
                text=asked["query"],
                category=codes["category"],
                specialisations=(codes["specialisation"],) if codes["specialisation"] else (),
                region=codes["region"],
                city=asked["city"],
                budget=asked.get("budget"),
                rating=asked.get("min_rating"),
                sort=catalogue.Sort(asked["sort"]),
            ),
            page=asked["page"],
            size=asked["page_size"],
        )
        if found is None:
            raise NotFound
        answer = {
            "count": found.total,
            "page": found.page,
            "pages": found.pages,
            "is_guess": found.is_guess,
            "results": found.partners,
        }
        return Response(PartnerCards(answer).data)


class OnePartner(ApiView):
    scopes = {"GET": (Scope.PARTNERS_READ,)}

    @operation(
        name="partners_read",
        tag=TAG,
        summary=_("Компания"),
        description=_("Только размещённые компании: скрытых и закрытых здесь нет."),
        scopes=(Scope.PARTNERS_READ,),
        responses={200: PartnerPage},
        refuses=(404,),
    )
    def get(self, request: Request, code: str) -> Response:
        listed = whole().filter(status=Partner.Status.ACTIVE)
        return Response(PartnerPage(get_object_or_404(listed, code=code)).data)


class Profile(ApiView):
    """What the public does not see stands here too: the right to write is asked for both."""

    scopes = {"GET": (Scope.PARTNERS_WRITE,), "PATCH": (Scope.PARTNERS_WRITE,)}

    @operation(
        name="partners_profile_read",
        tag=TAG,
        summary=_("Профиль партнёра"),
        scopes=(Scope.PARTNERS_WRITE,),
        responses={200: ProfileShape},
        refuses=(404,),
    )
    def get(self, request: Request, code: str) -> Response:
        return Response(ProfileShape(get_object_or_404(whole(), code=code)).data)

    @operation(
        name="partners_profile_change",
        tag=TAG,
        summary=_("Изменить профиль"),
        description=_(
            "Обычные поля меняются сразу. Название, правовая форма, ИНН, ОГРН, КПП, руководитель,"
            " юридический адрес и e-mail становятся заявкой: код 202, её номер и ссылка."
        ),
        scopes=(Scope.PARTNERS_WRITE,),
        request=ProfileWish,
        parameters=[KEY_HEADER],
        responses={200: ProfileChanged, 202: ProfileChanged},
        refuses=(404, 409),
    )
    def patch(self, request: Request, code: str) -> Response:
        partner = get_object_or_404(Partner, code=code)
        wish = ProfileWish(data=request.data)
        wish.is_valid(raise_exception=True)
        try:
            applied, application = programs.change(
                partner,
                raw=as_raw(wish.validated_data),
                language=language(),
                key=key_of(request),
                remote_addr=client_address(request.META, settings.TRUSTED_PROXIES) or None,
            )
        except programs.NotReadable as error:
            raise unreadable(error) from None
        answer = {
            "applied": applied,
            "application": application,
            "profile": whole().get(pk=partner.pk),
        }
        return Response(ProfileChanged(answer).data, status=202 if application else 200)


class Register(ApiView):
    scopes = {"POST": (Scope.PARTNERS_WRITE,)}

    @operation(
        name="partners_register",
        tag=TAG,
        summary=_("Зарегистрировать компанию"),
        description=_(
            "Заявку проверит ФНС, потом человек; ответ придёт на e-mail. Если обязательное поле не"
            " читается, ничего не сохраняем и отвечаем 422; остальное сохраняем и называем в problems."
        ),
        scopes=(Scope.PARTNERS_WRITE,),
        request=RegistrationWish,
        parameters=[KEY_HEADER],
        responses={201: ApplicationShape, 200: ApplicationShape},
        refuses=(409,),
        examples=[ROMASHKA],
    )
    def post(self, request: Request) -> Response:
        wish = RegistrationWish(data=request.data)
        wish.is_valid(raise_exception=True)
        try:
            application, fresh = programs.register(
                raw=as_raw(wish.validated_data), language=language(), key=key_of(request)
            )
        except programs.NotReadable as error:
            raise unreadable(error) from None
        return Response(ApplicationShape(application).data, status=201 if fresh else 200)


def key_of(request: Request) -> str | None:
    """The caller's own number of a request, apart from those of other callers."""
    sent = request.headers.get("Idempotency-Key")
    if sent is None:
        return None
    if not KEY.fullmatch(sent) or not isinstance(request.auth, ApiToken):
        raise ParseError(
            gettext("Idempotency-Key – от 1 до 64 латинских букв, цифр и знаков без пробелов.")
        )
    return f"{request.auth.pk}:{sent}"


def unreadable(error: programs.NotReadable) -> ValidationError:
    return ValidationError({name: [why] for name, why in error.problems.items()}, code="unreadable")
