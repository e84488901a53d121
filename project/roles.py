"""Ready roles of the back office. Each is a group; staff may edit it or add their own."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction

SEES_MAIL = (
    "integrations.view_bounce",
    "integrations.view_suppression",
    "integrations.view_mailpause",
    "integrations.view_brand",
)
SEES = (
    "payments.view_payment",
    "payments.view_incident",
    "payments.view_customer",
    "payments.view_subscription",
    "payments.view_dayentry",
    "payments.view_referral",
    "payments.view_reminder",
    "payments.view_plan",
    "payments.view_promocode",
    "payments.view_promouse",
    "payments.view_gift",
    "payments.view_paylink",
    "payments.view_refund",
    "payments.view_providerstate",
    "payments.view_autorenewal",
    "payments.view_savedmethod",
    "payments.view_providersubscription",
    "integrations.view_inboundcallback",
    "integrations.view_outboxmessage",
    "integrations.view_mailmessage",
    *SEES_MAIL,
    "bot.view_message",
    "bot.view_notice",
    "integrations.view_alert",
)
# Everything the registry knows, without the doors into it.
SEES_PARTNERS = (
    "partners.view_application",
    "partners.view_partner",
    "partners.view_document",
    "partners.view_registryanswer",
    "partners.view_registrychange",
    "partners.view_lead",
    "partners.view_leadoffer",
    "partners.view_quotamonth",
    "partners.view_conversation",
    "partners.view_sentcard",
    "partners.view_profilechange",
    "partners.view_category",
    "partners.view_specialisation",
    "partners.view_region",
    "partners.view_city",
    "partners.view_keyword",
    "partners.view_tier",
    "partners.view_decisionreason",
    "partners.view_fieldalias",
)
SEES_DOORS = ("partners.view_apitoken", "partners.view_signinlink", "partners.view_tildapage")
SEES_MAILINGS = ("bot.view_mailing", "bot.view_recipient", "integrations.view_consent")
WRITES_MAILINGS = (
    "bot.add_mailing",
    "bot.change_mailing",
    "integrations.add_consent",
    "integrations.change_consent",
)
STARTS_MAILINGS = ("bot.send_mailing",)
MODERATES = (
    "bot.change_notice",
    "partners.decide_application",
    "partners.verify_document",
    "partners.hide_partner",
    "partners.verify_partner",
    "partners.answer_conversation",
    "partners.change_partner",
    "partners.add_city",
    "partners.change_city",
    "partners.add_keyword",
    "partners.change_keyword",
)
RUNS_REGISTRY = (
    *(
        f"partners.{verb}_{name}"
        for name in ("category", "specialisation", "region", "tier", "decisionreason", "fieldalias")
        for verb in ("add", "change")
    ),
    "partners.delete_fieldalias",
    "partners.add_apitoken",
    "partners.change_apitoken",
    "partners.change_tildapage",
)
SEES_MONEY = ("payments.view_moneyentry", "payments.export_payment")
RECONCILES = (
    "payments.view_reconciliationrun",
    "payments.view_statement",
    "payments.add_statement",
    "payments.run_reconciliation",
    "payments.sign_reconciliation",
)
# Whom nothing is written to.
RUNS_MAIL = ("integrations.add_suppression", "integrations.delete_suppression")
HELPS = (
    "bot.change_notice",  # take one in hand
    "payments.add_paylink",
    "payments.check_payment",
    "payments.sync_subscription",
    "payments.examine_provider",
    "payments.stop_renewal",
    "integrations.replay",
    *RUNS_MAIL,
)
SETTLES_HOLDS = ("payments.settle_hold",)
READS_STATEMENTS = ("payments.confirm_transfer",)
# Who decides and who confirms are two people by the rule itself; both rights may be one person's.
DECIDES_REFUNDS = ("payments.decide_refund", "payments.approve_refund")
DECIDES = ("payments.resolve_incident",)
GIVES = ("payments.give_access", "payments.grant_days")
SEES_STAFF = (
    "auth.view_user",
    "auth.view_group",
    "otp_totp.view_totpdevice",
    "axes.view_accessattempt",
    "admin.view_logentry",
)
RUNS = (
    "integrations.change_brand",
    "payments.add_plan",
    "payments.change_plan",
    "payments.add_planprice",
    "payments.change_planprice",
    "payments.delete_planprice",
    "payments.add_promocode",
    "payments.change_promocode",
    "auth.add_user",
    "auth.change_user",
    "auth.add_group",
    "auth.change_group",
    "otp_totp.delete_totpdevice",
    "axes.delete_accessattempt",
)

# Names of groups are data that staff may rename, so they are not translated.
ROLES: dict[str, tuple[str, ...]] = {
    "Оператор": (*SEES, *HELPS, *GIVES, *DECIDES, *SEES_MAILINGS, *WRITES_MAILINGS),
    "Финансы": (
        *SEES,
        *SEES_MONEY,
        *RECONCILES,
        *DECIDES,
        *DECIDES_REFUNDS,
        *SETTLES_HOLDS,
        *READS_STATEMENTS,
        "bot.change_notice",
        "payments.check_payment",
        "payments.sync_subscription",
        "partners.view_partner",  # whose money it is
    ),
    "Модератор партнёров": (
        *SEES_PARTNERS,
        *MODERATES,
        "bot.view_notice",
        "integrations.view_inboundcallback",
        "integrations.view_outboxmessage",
        "integrations.view_mailmessage",
        *SEES_MAIL,
        *RUNS_MAIL,
        "integrations.replay",
    ),
    "Аудитор (только чтение)": (
        *SEES,
        *SEES_PARTNERS,
        *SEES_DOORS,
        *SEES_MAILINGS,
        "payments.view_moneyentry",
        "payments.view_reconciliationrun",
        "payments.view_statement",
        *SEES_STAFF,
    ),
    "Владелец": (
        *SEES,
        *SEES_MONEY,
        *RECONCILES,
        *DECIDES,
        *DECIDES_REFUNDS,
        *SETTLES_HOLDS,
        *READS_STATEMENTS,
        *HELPS,
        *GIVES,
        *SEES_PARTNERS,
        *SEES_DOORS,
        *MODERATES,
        *RUNS_REGISTRY,
        *SEES_MAILINGS,
        *WRITES_MAILINGS,
        *STARTS_MAILINGS,
        *SEES_STAFF,
        *RUNS,
    ),
}


@transaction.atomic
def ensure_roles() -> list[str]:
    """Create the roles that are missing and return their names; an edited one is left as it is."""
    created = []
    for name, wanted in ROLES.items():
        group, fresh = Group.objects.get_or_create(name=name)
        if fresh:
            group.permissions.set(permissions(wanted))
            created.append(name)
    return created


@transaction.atomic
def complete_roles() -> dict[str, int]:
    """Give the ready roles that exist every right they lack, e.g. those of a new release.

    Returns how many each of them got. What staff added stays; what staff took away comes back.
    """
    added = {}
    for name, wanted in ROLES.items():
        for group in Group.objects.filter(name=name):
            held = set(group.permissions.values_list("pk", flat=True))
            lacking = [right for right in permissions(wanted) if right.pk not in held]
            group.permissions.add(*lacking)
            added[name] = len(lacking)
    return added


def all_rights() -> list[Permission]:
    """Every right that any ready role holds: what a role can be made of."""
    return permissions(tuple(sorted({right for rights in ROLES.values() for right in rights})))


def permissions(wanted: tuple[str, ...]) -> list[Permission]:
    """The permissions by their full names; a name that does not exist is an error, not a hole."""
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    return [known[name] for name in wanted]
