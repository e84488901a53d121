"""What a partner changes without asking anybody: applied at once, written down, found by the search at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from integrations.clock import now
from partners.models import Partner, ProfileChange
from partners.services import accounts, profile, search
from partners.services.profile import Change

# What the tax service knows, or what opens the cabinet, is changed by an application that a person decides.
BY_APPLICATION = profile.LEGAL | {"email"}


def change(
    partner_id: int, act: Callable[[Partner], list[Change]], *, remote_addr: str | None = None
) -> list[Change]:
    """Let `act` change the locked partner and say what it changed; the rest follows from that."""
    with transaction.atomic():
        partner = Partner.objects.select_for_update(of=("self",)).get(pk=partner_id)
        done = act(partner)
        if not done:
            return []
        ProfileChange.objects.bulk_create(
            ProfileChange(
                partner=partner,
                field=one.field,
                before=one.before,
                after=one.after,
                remote_addr=remote_addr,
            )
            for one in done
        )
        partner.updated_at = now()
        partner.save()
        search.refresh(partner)
    return done


def change_profile(
    partner_id: int, data: Mapping[str, Any], *, remote_addr: str | None = None
) -> list[Change]:
    """Apply what `data` says otherwise; names of partners.fields, and `language`. Legal ones are left alone."""

    def act(partner: Partner) -> list[Change]:
        ours = {name: data[name] for name in data if name not in BY_APPLICATION}
        done = profile.changes(partner, ours)
        for column, value in profile.columns(ours).items():
            setattr(partner, column, value)
        profile.set_terms(partner, ours)
        language = str(data.get("language") or partner.language)
        if language != partner.language:
            done.append(Change("language", partner.language, language))
            partner.language = language
        return done

    with transaction.atomic():
        done = change(partner_id, act, remote_addr=remote_addr)
        if any(one.field == "language" for one in done):
            # Payment pages and letters about money speak the payer's language.
            accounts.ensure_account(Partner.objects.get(pk=partner_id))
    return done
