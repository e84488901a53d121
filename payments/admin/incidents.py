"""Exceptions as queues: what waits, how long, who looks at it, and what may be decided."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from integrations.admin.badges import moment
from integrations.admin.cards import Action as Button
from integrations.admin.cards import Card, CardAdmin, row_link
from payments.admin import search
from payments.admin.badges import sum_of
from payments.admin.incident_card import card_of
from payments.admin.incident_forms import DecisionForm, LinkForm
from payments.admin.incident_queues import IncidentState, queues
from payments.admin.incident_words import (
    how,
    kind_badge,
    state_badge,
    what_happened,
    who_looks,
)
from payments.errors import IncidentDecided, IncidentTaken, NotPossible
from payments.models import Incident
from payments.money import Money
from payments.services import incident_desk, suspense
from payments.services.incident_actions import ACTIONS, RESOLVES, Action, act, actions_of
from payments.services.incident_answers import ready_answer
from payments.services.incident_desk import Decision
from payments.services.incidents import money_of

URL = "payments_incident_"


@admin.register(Incident)
class IncidentAdmin(CardAdmin):
    change_form_template = "admin/office/incident.html"
    change_list_template = "admin/office/incidents.html"
    list_display = ("number", "kind_sign", "story", "payer", "waits", "state_sign", "looks")
    list_select_related = ("payment", "customer", "taken_by")
    list_filter = (("kind", admin.ChoicesFieldListFilter), IncidentState)
    search_fields = ("id",)
    search_help_text = gettext_lazy("Номер исключения; как платёж: номер, Telegram ID, имя")
    ordering = ("-id",)
    sortable_by = ()
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {
        "take": ("take", RESOLVES),
        "take_over": ("take_over", RESOLVES),
        "leave": ("leave", RESOLVES),
    } | {
        action.code: ("decide", action.permission)
        for actions in ACTIONS.values()
        for action in actions
    }

    # --- the queues ---

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = dict(extra_context or {}) | {"queues": queues(request.GET.get("kind__exact", ""))}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Incident], search_term: str
    ) -> tuple[QuerySet[Incident], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        number = term.lstrip("№# ")
        own = queryset.filter(pk=int(number)) if number.isdecimal() and len(number) < 18 else None
        of_payments = queryset.filter(payment_id__in=search.payment_ids(term))
        return (of_payments if own is None else of_payments | own), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        rows: QuerySet[Incident] = super().get_queryset(request)
        is_list = getattr(request.resolver_match, "url_name", "").endswith("_changelist")
        if is_list:
            return rows
        return rows.select_related(
            "payment__customer",
            "payment__plan",
            "customer",
            "callback",
            "refund",
            "taken_by",
            "resolved_by",
        ).defer("callback__body")

    @admin.display(description=gettext_lazy("№"))
    def number(self, incident: Incident) -> int:
        return int(incident.pk)

    @admin.display(description=gettext_lazy("что случилось"))
    def kind_sign(self, incident: Incident) -> SafeString:
        return kind_badge(incident)

    @admin.display(description=gettext_lazy("подробнее"))
    def story(self, incident: Incident) -> str:
        return what_happened(incident)

    @admin.display(description=gettext_lazy("клиент"))
    def payer(self, incident: Incident) -> Any:
        return row_link(incident.customer)

    @admin.display(description=gettext_lazy("пришло"))
    def waits(self, incident: Incident) -> str:
        return sum_of(money_of(incident))

    @admin.display(description=gettext_lazy("состояние"))
    def state_sign(self, incident: Incident) -> SafeString:
        return state_badge(incident)

    @admin.display(description=gettext_lazy("смотрит"))
    def looks(self, incident: Incident) -> str:
        return who_looks(incident)

    # --- the page ---

    def build_card(self, request: HttpRequest, row: Incident) -> Card:
        card = card_of(row)
        if row.status != Incident.Status.OPEN:
            return card
        card.actions = [
            self.button(action.code, row, str(action.title), asks=True, is_main=number == 0)
            for number, action in enumerate(actions_of(row))
            if request.user.has_perm(action.permission)
        ]
        if self.may(request, "take"):
            card.actions.append(self._lock_button(request, row))
        return card

    def _lock_button(self, request: HttpRequest, row: Incident) -> Button:
        if incident_desk.looked_at_by_another(row, cast(User, request.user)):
            return self.button("take_over", row, _("Перехватить"))
        if row.taken_by_id == request.user.pk and who_looks(row):
            return self.button("leave", row, _("Отпустить"))
        return self.button("take", row, _("Смотрю я"))

    @method_decorator(require_POST)
    def take(self, request: HttpRequest, row: Incident, *, over: bool = False) -> HttpResponse:
        try:
            incident_desk.take(incident_id=row.pk, staff=cast(User, request.user), over=over)
        except (IncidentDecided, IncidentTaken) as error:
            return self._too_late(request, row, error)
        self.log_change(request, row, _("Перехвачено") if over else _("Взято на рассмотрение"))
        return self.done(request, row, _("Исключение за вами на 15 минут."))

    @method_decorator(require_POST)
    def take_over(self, request: HttpRequest, row: Incident) -> HttpResponse:
        response: HttpResponse = self.take(request, row, over=True)
        return response

    @method_decorator(require_POST)
    def leave(self, request: HttpRequest, row: Incident) -> HttpResponse:
        incident_desk.leave(incident_id=row.pk, staff=cast(User, request.user))
        return self.done(request, row, _("Исключение снова в очереди."))

    def decide(self, request: HttpRequest, row: Incident) -> HttpResponse:
        """The page of one decision: what it will do, its reason, the answer to the customer; then the decision."""
        match = request.resolver_match
        code = (match.url_name or "").removeprefix(URL) if match else ""
        action = next((one for one in actions_of(row) if one.code == code), None)
        if action is None:
            return self._too_late(request, row, IncidentDecided())
        words = words_of(row)
        sent = request.method == "POST"
        form_class = LinkForm if action.names_payer else DecisionForm
        form = form_class(
            request.POST if sent else None,
            action=action,
            incident=row,
            initial={"answer": ready_answer(row, action.answer, waits=words["waits"])},
        )
        if sent and form.is_valid() and "preview" not in request.POST:
            return self._carry_out(request, row, action, form)
        answer = form["answer"].value() if "answer" in form.fields else ""
        return TemplateResponse(
            request,
            "admin/office/decide.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": row,
                "back": self.page_of("change", row.pk),
                "title": action.title,
                "story": what_happened(row),
                "effects": [str(effect) % words for effect in action.effects],
                "form": form,
                "button": action.title,
                "preview": answer or "",
            },
        )

    def _carry_out(
        self, request: HttpRequest, row: Incident, action: Action, form: DecisionForm
    ) -> HttpResponse:
        data = form.cleaned_data
        plan = data.get("plan")
        decision = Decision(
            staff=cast(User, request.user),
            reason=data["reason"],
            answer=data.get("answer", ""),
            key=data["key"],
            payment_id=data.get("payment"),
            customer_id=data.get("customer"),
            plan_id=plan.pk if plan else None,
        )
        try:
            incident = act(incident_id=row.pk, code=action.code, decision=decision)
        except (IncidentDecided, IncidentTaken) as error:
            return self._too_late(request, row, error)
        except NotPossible as error:
            return self.done(request, row, str(error), level=messages.ERROR)
        said = {"title": action.title, "reason": data["reason"]}
        self.log_change(request, row, _("%(title)s: %(reason)s") % said)
        if incident.status == Incident.Status.RESOLVED:
            return self.done(request, row, _("Решено: %(how)s.") % {"how": how(incident)})
        return self.done(request, row, _("Сделано, исключение ждёт дальше."))

    def _too_late(self, request: HttpRequest, row: Incident, error: Exception) -> HttpResponse:
        """Somebody was faster: who, when and how."""
        fresh = Incident.objects.select_related("resolved_by", "taken_by").get(pk=row.pk)
        if isinstance(error, IncidentTaken):
            said = _("Сейчас это исключение смотрит %(who)s.") % {"who": who_looks(fresh)}
        elif fresh.status == Incident.Status.RESOLVED:
            words = {
                "who": fresh.resolved_by or _("само"),
                "when": moment(fresh.resolved_at),
                "how": how(fresh),
            }
            said = _("Уже решено: %(who)s, %(when)s – %(how)s.") % words
        else:
            said = _("Это действие сейчас невозможно: деньги уже возвращаются или учтены.")
        return self.done(request, row, said, level=messages.WARNING)


def words_of(incident: Incident) -> dict[str, str]:
    """The sums an action's effects speak of."""
    waiting = suspense.waiting(incident) or money_of(incident)
    price = incident.payment.money if incident.payment else None
    rest = None
    if waiting is not None and price is not None and waiting.amount > price.amount:
        rest = Money(waiting.amount - price.amount, waiting.currency)
    return {"waits": sum_of(waiting), "price": sum_of(price), "rest": sum_of(rest)}
