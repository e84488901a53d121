"""What a person does with an application: look at it, decide it, mend a decision, ask again, leave a note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from integrations.admin.badges import moment
from integrations.admin.cards import Action as Button
from partners.admin.forms import ConfirmForm, DecisionForm, NoteForm
from partners.admin.words import decided_how, who_looks
from partners.errors import AlreadyDecided, NotPossible, TakenByAnother
from partners.models import Application, Decision, Outcome
from partners.services import decisions, desk, notes, verification

if TYPE_CHECKING:
    from integrations.admin.cards import CardAdmin

    Base = CardAdmin
else:
    Base = object

DECIDES = "partners.decide_application"
URL = "partners_application_"
TITLES = {
    Outcome.APPROVE: gettext_lazy("Одобрить"),
    Outcome.CORRECT: gettext_lazy("Попросить исправить"),
    Outcome.REJECT: gettext_lazy("Отклонить"),
}
CORRECTED = {
    Outcome.APPROVE: gettext_lazy("Всё-таки одобрить"),
    Outcome.CORRECT: gettext_lazy("Вернуть на правку"),
    Outcome.REJECT: gettext_lazy("Всё-таки отклонить"),
}


class Deciding(Base):
    """For the admin of applications: the buttons and the pages behind them."""

    def actions_of(self, request: HttpRequest, row: Application) -> list[Button]:
        found = []
        if self.may(request, "approve"):
            found += self._decisions(row)
            if row.is_open:
                found.append(self._lock_button(request, row))
                if row.check_state != Application.Check.NOT_NEEDED:
                    found.append(self.button("ask_again", row, _("Спросить ФНС ещё раз")))
        found.append(self.button("note", row, _("Заметка"), asks=True))
        return found

    def _decisions(self, row: Application) -> list[Button]:
        if row.is_open:
            return [
                self.button(
                    outcome.value, row, str(title), asks=True, is_main=outcome == Outcome.APPROVE
                )
                for outcome, title in TITLES.items()
            ]
        last = desk.last_decision(row)
        if last is None or row.status == Application.Status.REPLACED:
            return []
        return [
            self.button(outcome.value, row, str(title), asks=True)
            for outcome, title in CORRECTED.items()
            if outcome != last.outcome
        ]

    def _lock_button(self, request: HttpRequest, row: Application) -> Button:
        if desk.looked_at_by_another(row, cast(User, request.user)):
            return self.button("take_over", row, _("Перехватить"), asks=True)
        if row.taken_by_id == request.user.pk and who_looks(row):
            return self.button("leave", row, _("Отпустить"))
        return self.button("take", row, _("Смотрю я"))

    # --- who looks at it

    @method_decorator(require_POST)
    def take(self, request: HttpRequest, row: Application) -> HttpResponse:
        return self._take(request, row, over=False)

    def take_over(self, request: HttpRequest, row: Application) -> HttpResponse:
        if request.method == "POST":
            return self._take(request, row, over=True)
        return self.ask(
            request,
            row,
            title=_("Перехватить заявку № %(number)s") % {"number": row.number},
            effects=[
                _("Сейчас её смотрит %(who)s.") % {"who": who_looks(row) or _("никто")},
                _("Решать сможете вы, коллега – уже нет."),
            ],
            form=ConfirmForm(),
            button=_("Перехватить"),
        )

    def _take(self, request: HttpRequest, row: Application, *, over: bool) -> HttpResponse:
        try:
            desk.take(application_id=row.pk, staff=cast(User, request.user), over=over)
        except (AlreadyDecided, TakenByAnother) as error:
            return self._too_late(request, row, error)
        self.log_change(request, row, _("Перехвачено") if over else _("Взято на рассмотрение"))
        return self.done(request, row, _("Заявка за вами на 30 минут."))

    @method_decorator(require_POST)
    def leave(self, request: HttpRequest, row: Application) -> HttpResponse:
        desk.leave(application_id=row.pk, staff=cast(User, request.user))
        return self.done(request, row, _("Заявка снова в очереди."))

    # --- the decision

    def decide(self, request: HttpRequest, row: Application) -> HttpResponse:
        """The page of one decision: reason, letter and how it will look; then the decision."""
        match = request.resolver_match
        outcome = Outcome((match.url_name or "").removeprefix(URL) if match else "")
        corrects = None if row.is_open else desk.last_decision(row)
        if not row.is_open and (corrects is None or row.status == Application.Status.REPLACED):
            return self._too_late(request, row, AlreadyDecided())
        if request.method == "POST" and request.POST.get("corrects", "") != _number(corrects):
            return self._too_late(request, row, AlreadyDecided())
        form = DecisionForm(
            request.POST if request.method == "POST" else None,
            application=row,
            outcome=outcome,
            is_correction=corrects is not None,
        )
        is_rewritten = form.rewrite()
        is_look = "preview" in request.POST or "fill" in request.POST
        if request.method == "POST" and not is_look and not is_rewritten and form.is_valid():
            return self._carry_out(request, row, form, corrects)
        if is_rewritten and not is_look:
            said = _("Текст письма взят из причины: проверьте его и подтвердите ещё раз.")
            messages.info(request, said)
        title = str((TITLES if corrects is None else CORRECTED)[outcome])
        return TemplateResponse(
            request,
            "admin/office/decision.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": row,
                "back": self.page_of("change", row.pk),
                "title": _("%(what)s: заявка № %(number)s") % {"what": title, "number": row.number},
                "effects": effects_of(row, outcome, corrects),
                "form": form,
                "button": title,
                "corrects": _number(corrects),
                "when_again": form.when_again(),
                "letter": decisions.preview(
                    application=row,
                    outcome=outcome,
                    subject=form["subject"].value() or "",
                    body=form["body"].value() or "",
                ),
            },
        )

    def _carry_out(
        self,
        request: HttpRequest,
        row: Application,
        form: DecisionForm,
        corrects: Decision | None,
    ) -> HttpResponse:
        said = form.cleaned_data
        try:
            decision = decisions.decide(
                application_id=row.pk,
                outcome=form.outcome,
                reason=said.get("reason"),
                comment=said["comment"],
                subject=said["subject"],
                body=said["body"],
                staff=cast(User, request.user),
                corrects=corrects,
                reapply_after=form.reapply_after,
                category=said.get("category"),
                over_existing=bool(said.get("over_existing")),
            )
        except (AlreadyDecided, TakenByAnother) as error:
            return self._too_late(request, row, error)
        except NotPossible as error:
            return self.done(request, row, str(error), level=messages.ERROR)
        how = {"how": decided_how(decision)}
        if row.email:
            return self.done(request, row, _("Решено: %(how)s. Письмо отправляется.") % how)
        text = _("Решено: %(how)s. Письма нет: e-mail не прочитан.") % how
        return self.done(request, row, text, level=messages.WARNING)

    def _too_late(self, request: HttpRequest, row: Application, error: Exception) -> HttpResponse:
        """Somebody was faster: who, when and how."""
        fresh = Application.objects.select_related("taken_by").get(pk=row.pk)
        last = desk.last_decision(fresh)
        if isinstance(error, TakenByAnother):
            said = _("Сейчас эту заявку смотрит %(who)s.") % {"who": who_looks(fresh)}
        elif last is not None:
            words = {
                "who": last.decided_by,
                "when": moment(last.decided_at),
                "how": decided_how(last),
            }
            said = _("Уже решено: %(who)s, %(when)s – %(how)s.") % words
        else:
            state = {"state": fresh.get_status_display()}
            said = _("Эту заявку уже не решают: %(state)s.") % state
        return self.done(request, row, said, level=messages.WARNING)

    @method_decorator(require_POST)
    def ask_again(self, request: HttpRequest, row: Application) -> HttpResponse:
        try:
            verification.ask_again(application_id=row.pk, staff=cast(User, request.user))
        except NotPossible as error:
            return self.done(request, row, str(error), level=messages.WARNING)
        return self.done(request, row, _("Вопрос отправлен: ответ ФНС придёт за минуту."))

    # --- notes

    def note(self, request: HttpRequest, row: Application) -> HttpResponse:
        form = NoteForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            staff = cast(User, request.user)
            notes.add(application=row, text=form.cleaned_data["text"], staff=staff)
            return self.done(request, row, _("Заметка записана."))
        return self.ask(
            request,
            row,
            title=_("Заметка к заявке № %(number)s") % {"number": row.number},
            effects=[_("Её увидят все, кто откроет заявку. Заявитель – нет.")],
            form=form,
            button=_("Записать"),
        )


def effects_of(row: Application, outcome: Outcome, corrects: Decision | None) -> list[str]:
    """What pressing the button would do."""
    found: list[Any] = []
    is_registration = row.form == Application.Form.REGISTRATION
    if outcome == Outcome.APPROVE:
        found.append(
            {
                Application.Form.REGISTRATION: _(
                    "Компания станет партнёром: с кодом, страницей и местом в каталоге."
                ),
                Application.Form.UPDATE: _("Карточка партнёра получит изменённые поля."),
                Application.Form.DOCUMENTS: _("Документы приложатся к карточке партнёра."),
            }[Application.Form(row.form)]
        )
    elif outcome == Outcome.CORRECT:
        found.append(_("Заявитель исправит заявку по ссылке из письма: прежние данные заполнены."))
    else:
        found.append(_("Заявка закроется. Новую можно подать, когда разрешает причина."))
    if corrects is not None:
        words = {"how": decided_how(corrects), "who": corrects.decided_by}
        found.append(_("Прежнее решение («%(how)s», %(who)s) останется в истории.") % words)
        if corrects.outcome == Outcome.APPROVE:
            found.append(
                _("Партнёр скроется с сайта.")
                if is_registration
                else _("Уже изменённые данные партнёра останутся: поправьте их на его странице.")
            )
    found.append(
        _("Письмо уйдёт на %(email)s.") % {"email": row.email}
        if row.email
        else _("Письма не будет: e-mail не прочитан.")
    )
    found.append(_("Ваше имя останется в записи."))
    return found


def _number(decision: Decision | None) -> str:
    return str(decision.pk) if decision else ""
