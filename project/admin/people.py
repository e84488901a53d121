"""Staff, their roles and their second steps."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from integrations.admin.badges import Tone, badge, moment
from integrations.admin.cards import Card, CardAdmin, Fact
from project.roles import all_rights

# These packages register pages of their own: unstyled, and showing keys. Ours take their places.
for package in ("auth", "otp_totp", "otp_static", "axes"):
    import_module(f"{apps.get_app_config(package).name}.admin")
for model in (User, Group, TOTPDevice, StaticDevice, AccessAttempt, AccessLog, AccessFailureLog):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(User)
class StaffAdmin(UserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]  # Unfold is untyped
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "full_name", "is_active", "is_superuser", "second_step", "entered")
    list_filter = ("is_active", "is_superuser")
    actions = None
    list_fullwidth = True
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (gettext_lazy("О человеке"), {"fields": ("first_name", "last_name", "email")}),
        (
            gettext_lazy("Что можно"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups")},
        ),
        (gettext_lazy("Когда"), {"fields": ("last_login", "date_joined")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nobody can make himself, or anybody, more than he is."""
        dates = ("last_login", "date_joined")
        return dates if request.user.is_superuser else (*dates, "is_superuser")

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        """Rights come from roles alone: a page of loose rights is how somebody keeps too many."""
        if db_field.name == "groups":
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A person who left is switched off: his name stays in the journal."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.annotate(has_second_step=Exists(devices))

    @admin.display(description=gettext_lazy("имя"))
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=gettext_lazy("вход в два шага"))
    def second_step(self, user: Any) -> SafeString:
        if user.has_second_step:
            return badge(_("включён"), Tone.OK)
        return badge(_("выключен"), Tone.WARN)

    @admin.display(description=gettext_lazy("последний вход"), ordering="last_login")
    def entered(self, user: User) -> str:
        return moment(user.last_login)


@admin.register(Group)
class RoleAdmin(GroupAdmin, ModelAdmin):  # type: ignore[misc]  # Unfold is untyped
    actions = None
    list_fullwidth = True
    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        if db_field.name != "permissions":
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        return RightsField(
            queryset=Permission.objects.filter(pk__in=[right.pk for right in all_rights()])
            .select_related("content_type")
            .order_by("content_type__app_label", "content_type__model", "id"),
            required=False,
            label=gettext_lazy("Что можно"),
            widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        )


class RightsField(ModelMultipleChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A right in words: whose rows, and what may be done with them."""

    def label_from_instance(self, right: Any) -> str:
        action, _separator, _model = right.codename.partition("_")
        kind = right.content_type
        if right.codename != f"{action}_{kind.model}" or action not in ACTIONS:
            return str(right.name)
        subject = SUBJECTS.get(kind.model) or kind.model_class()._meta.verbose_name_plural
        return f"{capfirst(str(subject))}: {ACTIONS[action]}"


SUBJECTS = {
    "accessattempt": gettext_lazy("неудачные входы"),
    "group": gettext_lazy("роли"),
    "totpdevice": gettext_lazy("приложения с кодами"),
    "user": gettext_lazy("сотрудники"),
}
ACTIONS = {
    "view": gettext_lazy("смотреть"),
    "add": gettext_lazy("добавлять"),
    "change": gettext_lazy("изменять"),
    "delete": gettext_lazy("удалять"),
}


@admin.register(TOTPDevice)
class AppAdmin(CardAdmin):
    """A lost phone is deleted here by whoever may; keys are never shown, not even to superusers."""

    list_display = ("user", "name", "state", "made", "used")
    list_select_related = ("user",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("otp_totp.delete_totpdevice"))

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, device: Any) -> SafeString:
        if device.confirmed:
            return badge(_("включено"), Tone.OK)
        return badge(_("не подтверждено"), Tone.WAIT)

    @admin.display(description=gettext_lazy("добавлено"))
    def made(self, device: Any) -> str:
        return moment(device.created_at)

    @admin.display(description=gettext_lazy("последний вход"))
    def used(self, device: Any) -> str:
        return moment(device.last_used_at)

    def build_card(self, request: HttpRequest, row: Any) -> Card:
        card = Card(
            title=_("Приложение с кодами: %(user)s") % {"user": row.user},
            badges=[self.state(row)],
            facts=[
                Fact(_("Сотрудник"), row.user),
                Fact(_("Добавлено"), self.made(row)),
                Fact(_("Последний вход"), self.used(row)),
                Fact(_("Неверных кодов подряд"), row.throttling_failure_count),
            ],
        )
        if self.has_delete_permission(request):
            title = _("Удалить: телефон потерян")
            card.actions = [self.button("delete", row, title, asks=True)]
        return card


@admin.register(AccessAttempt)
class FailedEntryAdmin(CardAdmin):
    """Deleting a row lifts that lock-out."""

    list_display = ("username", "ip_address", "failures_since_start", "when")
    search_fields = ("username", "ip_address")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("axes.delete_accessattempt"))

    @admin.display(description=gettext_lazy("когда"))
    def when(self, row: AccessAttempt) -> str:
        return moment(row.attempt_time, seconds=True)

    def build_card(self, request: HttpRequest, row: AccessAttempt) -> Card:
        card = Card(
            title=_("Неудачный вход: %(name)s") % {"name": row.username},
            facts=[
                Fact(_("Имя"), row.username),
                Fact(_("Адрес"), row.ip_address, is_code=True),
                Fact(_("Когда"), self.when(row)),
                Fact(_("Неудач подряд"), row.failures_since_start),
                Fact(_("Браузер"), row.user_agent),
            ],
        )
        if self.has_delete_permission(request):
            title = _("Удалить и снять запрет")
            card.actions = [self.button("delete", row, title, asks=True)]
        return card


@admin.register(LogEntry)
class JournalAdmin(CardAdmin):
    """Who did what by hand."""

    list_display = ("when", "user", "what", "content_type", "deed")
    list_select_related = ("user", "content_type")
    list_filter = (("action_flag", admin.ChoicesFieldListFilter),)
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description=gettext_lazy("когда"))
    def when(self, row: LogEntry) -> str:
        return moment(row.action_time, seconds=True)

    @admin.display(description=gettext_lazy("над чем"))
    def what(self, row: LogEntry) -> str:
        return row.object_repr

    @admin.display(description=gettext_lazy("что сделано"))
    def deed(self, row: LogEntry) -> str:
        return row.get_change_message() or row.get_action_flag_display()

    def build_card(self, request: HttpRequest, row: LogEntry) -> Card:
        return Card(
            title=_("Запись журнала № %(number)s") % {"number": row.pk},
            facts=[
                Fact(_("Когда"), self.when(row)),
                Fact(_("Сотрудник"), row.user),
                Fact(_("Над чем"), row.object_repr),
                Fact(_("Вид записи"), row.content_type),
                Fact(_("Что сделано"), self.deed(row)),
            ],
        )
