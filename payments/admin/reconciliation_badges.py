"""Signs of a run and of a difference."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from integrations.admin.badges import Tone, badge, moment
from payments.models import ReconciliationLine, ReconciliationRun

Status = ReconciliationRun.Status
How = ReconciliationLine.How


def run_badge(run: ReconciliationRun, open_lines: int) -> SafeString:
    if run.status == Status.RUNNING:
        return badge(_("идёт"), Tone.WAIT)
    if run.status == Status.FAILED:
        return badge(_("не удалась"), Tone.BAD)
    if run.signed_at is not None:
        return badge(_("подписана"), Tone.OK)
    if open_lines:
        return badge(_("не разобрано: %(count)s") % {"count": open_lines}, Tone.WARN)
    return badge(
        _("сошлось") if not run.error else _("показано не всё"),
        Tone.OK if not run.error else Tone.WARN,
    )


def line_badge(line: ReconciliationLine) -> SafeString:
    tones = {How.FIXED: Tone.OK, How.EXPLAINED: Tone.OK, How.GONE: Tone.IDLE}
    if line.resolved_at is None:
        return badge(_("не разобрано"), Tone.WARN)
    return badge(
        line.get_how_display() or _("разобрано"),
        tones.get(How(line.how), Tone.OK) if line.how else Tone.OK,
    )


def period(run: ReconciliationRun) -> str:
    return f"{moment(run.since)} – {moment(run.until)}"
