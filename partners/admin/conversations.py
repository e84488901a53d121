"""Conversations: who waits for a person, what was said, and answering in somebody's own chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.http import quote_etag
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from integrations.admin.badges import NOTHING, moment
from integrations.admin.cards import Action, Card, CardAdmin, shortened
from partners.admin import conversation_filters as filters
from partners.admin.conversation_forms import AgainForm, FactsForm, ReplyForm
from partners.admin.conversation_page import can_answer, contact_facts, lead_tables, thread_of
from partners.admin.conversation_words import (
    excerpt,
    stage_badge,
    understood_facts,
    unread_badge,
    who,
    wish_badge,
)
from partners.errors import NotPossible
from partners.models import ChatMessage, Conversation
from partners.services import attending, correcting, saying
from partners.services.conversations import is_with_people

ANSWERS = "partners.answer_conversation"
SEES = "partners.view_conversation"
EXCERPT = 120


@admin.register(Conversation)
class ConversationAdmin(CardAdmin):
    change_form_template = "admin/office/conversation.html"
    list_display = ("number", "person", "said", "step", "wish", "keeper", "last")
    list_display_links = ("number", "person")
    list_select_related = ("taken_by",)
    list_filter = (
        filters.ConversationQueue,
        ("channel", admin.ChoicesFieldListFilter),
        ("stage", admin.ChoicesFieldListFilter),
    )
    search_fields = ("id",)
    search_help_text = gettext_lazy("Номер, имя, телефон, e-mail или чат у сервиса")
    sortable_by = ()
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {
        "news": ("news", SEES),
        "take": ("take", ANSWERS),
        "take_over": ("take_over", ANSWERS),
        "give_back": ("give_back", ANSWERS),
        "reply": ("reply", ANSWERS),
        "again": ("again", ANSWERS),
        "facts": ("facts", ANSWERS),
        "match": ("match", ANSWERS),
        "close": ("close", ANSWERS),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        rows: QuerySet[Conversation] = super().get_queryset(request)
        if not getattr(request.resolver_match, "url_name", "").endswith("_changelist"):
            return rows.select_related("lead", "taken_by")
        last = ChatMessage.objects.filter(conversation=OuterRef("pk")).order_by("-pk")
        return rows.annotate(
            last_text=Subquery(last.annotate(start=Left("text", EXCERPT)).values("start")[:1]),
            last_author=Subquery(last.values("author")[:1]),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Conversation], search_term: str
    ) -> tuple[QuerySet[Conversation], bool]:
        found = search_term.strip()
        return queryset.filter(filters.conversations(found)) if found else queryset, False

    # --- the list

    @admin.display(description=gettext_lazy("диалог"))
    def number(self, row: Conversation) -> str:
        return str(row).replace(" № ", "\N{NO-BREAK SPACE}№\N{NO-BREAK SPACE}")

    @admin.display(description=gettext_lazy("кто"))
    def person(self, row: Conversation) -> SafeString | str:
        """With how many messages nobody has read."""
        name = shortened(who(row), 60)
        return format_html("{} {}", name, unread_badge(row)) if row.unread else name

    @admin.display(description=gettext_lazy("последнее сообщение"))
    def said(self, row: Conversation) -> str:
        return shortened(excerpt(row), 80)

    @admin.display(description=gettext_lazy("шаг"))
    def step(self, row: Conversation) -> SafeString:
        return stage_badge(row)

    @admin.display(description=gettext_lazy("нужен человек"))
    def wish(self, row: Conversation) -> SafeString | str:
        return wish_badge(row)

    @admin.display(description=gettext_lazy("ведёт"))
    def keeper(self, row: Conversation) -> str:
        return row.taken_by.get_username() if row.taken_by else NOTHING

    @admin.display(description=gettext_lazy("когда"))
    def last(self, row: Conversation) -> str:
        return moment(row.last_at)

    # --- the page

    def build_card(self, request: HttpRequest, row: Conversation) -> Card:
        before = request.GET.get("before", "")
        thread = thread_of(row, before=int(before) if before.isdecimal() else 0)
        may, longest = self.may(request, "reply"), can_answer(row)
        if may:
            attending.seen(row)
        return Card(
            title=f"{row}: {shortened(who(row), 60)}",
            badges=[stage_badge(row), *([wish_badge(row)] if row.wants_person else [])],
            actions=self._ways(request, row) if may else [],
            facts=[*contact_facts(row), *understood_facts(row)],
            tables=lead_tables(row.lead) if row.lead else [],
            extra={
                "thread": thread,
                "is_past": bool(before),
                "may": may,
                "again": self.page_of("again", row.pk),
                "news": self.page_of("news", row.pk),
                "reply": self.page_of("reply", row.pk),
                "form": ReplyForm(longest=longest) if may and longest else None,
                "longest": longest,
            },
        )

    def _ways(self, request: HttpRequest, row: Conversation) -> list[Action]:
        found = []
        if row.taken_by_id is None:
            found.append(self.button("take", row, _("Взять диалог"), is_main=True))
        elif row.taken_by_id != request.user.pk:
            found.append(self.button("take_over", row, _("Перехватить"), asks=True))
        if is_with_people(row):
            found.append(self.button("give_back", row, _("Вернуть роботу")))
        found.append(self.button("facts", row, _("Исправить"), asks=True))
        found.append(self.button("match", row, _("Подобрать сейчас")))
        if row.stage != Conversation.Stage.CLOSED:
            found.append(self.button("close", row, _("Закончить")))
        return found

    def news(self, request: HttpRequest, row: Conversation) -> HttpResponse:
        """The messages as they are now, for the page that is open; 304 where it shows them already."""
        thread = thread_of(row)
        tag = quote_etag(thread.tag)
        response = get_conditional_response(request, tag)
        if response is None:
            may = self.may(request, "reply")
            if may:
                attending.seen(row)
            again = self.page_of("again", row.pk)
            extra = {"thread": thread, "may": may, "again": again}
            html = render_to_string("admin/office/thread.html", extra, request)
            response = JsonResponse({"html": html})
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = "private, no-cache"
        return response

    @method_decorator(require_POST)
    def take(self, request: HttpRequest, row: Conversation) -> HttpResponse:
        return self._act(request, row, _("Диалог ваш: робот в нём молчит."), attending.take)

    def take_over(self, request: HttpRequest, row: Conversation) -> HttpResponse:
        """From a colleague: asked about first."""
        if request.method != "POST":
            name = row.taken_by.get_username() if row.taken_by else NOTHING
            return self.ask(
                request,
                row,
                title=_("Перехватить диалог"),
                effects=[
                    _("Сейчас диалог ведёт %(who)s: договоритесь с ним.") % {"who": name},
                    _("Отвечать будете вы, робот молчит."),
                ],
                button=_("Перехватить"),
            )
        return self._act(
            request,
            row,
            _("Диалог ваш: робот в нём молчит."),
            lambda pk, staff: attending.take(pk, staff, over=True),
        )

    @method_decorator(require_POST)
    def give_back(self, request: HttpRequest, row: Conversation) -> HttpResponse:
        said = _("Дальше отвечает робот.")
        return self._act(request, row, said, lambda pk, _staff: attending.give_back(pk))

    @method_decorator(require_POST)
    def close(self, request: HttpRequest, row: Conversation) -> HttpResponse:
        said = _("Диалог закончен. Если человек напишет снова, его встретит робот.")
        return self._act(request, row, said, lambda pk, _staff: attending.close(pk))

    def facts(self, request: HttpRequest, row: Conversation) -> HttpResponse:
        """Put right what was misunderstood."""
        form = FactsForm(request.POST if request.method == "POST" else None, conversation=row)
        if request.method != "POST" or not form.is_valid():
            return self.ask(
                request,
                row,
                title=_("Исправить, что поняли: %(talk)s") % {"talk": row},
                effects=[
                    _("Обращение, по которому ещё никого не нашли, изменится вместе с диалогом."),
                    _("Партнёров ищет отдельная кнопка «Подобрать сейчас»."),
                ],
                form=form,
                button=_("Сохранить"),
            )
        contacts = {name: form.cleaned_data[name] for name in ("name", "phone", "email")}
        return self._act(
            request,
            row,
            _("Сохранено."),
            lambda pk, _staff: correcting.put_right(pk, form.wish(), **contacts),
        )

    @method_decorator(require_POST)
    def match(self, request: HttpRequest, row: Conversation) -> HttpResponse:
        try:
            offers = correcting.match_now(row.pk)
        except NotPossible as error:
            return self.done(request, row, str(error), level=messages.WARNING)
        self.log_change(request, row, _("Подбор партнёров: %(n)s") % {"n": len(offers)})
        if not offers:
            said = _("Никто не подошёл: измените место, работы или бюджет.")
            return self.done(request, row, said, level=messages.WARNING)
        return self.done(request, row, _("Подобрали: %(n)s. Карточки уходят.") % {"n": len(offers)})

    @method_decorator(require_POST)
    def reply(self, request: HttpRequest, row: Conversation) -> HttpResponse:
        form = ReplyForm(request.POST, longest=can_answer(row))
        if not form.is_valid():
            said = " ".join(str(error) for errors in form.errors.values() for error in errors)
            return self.done(request, row, said, level=messages.ERROR)
        words, key = form.cleaned_data["text"], str(form.cleaned_data["key"])
        return self._act(
            request,
            row,
            _("Ответ отправляется."),
            lambda pk, staff: attending.answer(pk, staff, words, key=key),
        )

    @method_decorator(require_POST)
    def again(self, request: HttpRequest, row: Conversation) -> HttpResponse:
        form = AgainForm(request.POST)
        wanted = form.cleaned_data["message"] if form.is_valid() else 0
        message = row.messages.filter(pk=wanted).first()
        # Named by the attempt: two presses for the same failure are one wish.
        if message and saying.send_again(message, wish=f"again:{message.attempts}"):
            self.log_change(request, row, _("Сообщение № %(n)s: ещё раз") % {"n": message.pk})
            return self.done(request, row, _("Сообщение отправляется ещё раз."))
        said = _("Отправлять нечего: сообщение уже отправляется или отправлено.")
        return self.done(request, row, said, level=messages.WARNING)

    def _act(
        self,
        request: HttpRequest,
        row: Conversation,
        said: str,
        act: Callable[[int, User], Any],
    ) -> HttpResponse:
        try:
            act(row.pk, cast(User, request.user))
        except NotPossible as error:
            return self.done(request, row, str(error), level=messages.WARNING)
        self.log_change(request, row, said)
        return self.done(request, row, said)
