"""Letters that came back: each report once, its letter marked, an address nobody reads at written to no more.

Anybody may send something that looks like a report to our mailbox. It stops letters to an address only where it names
a letter that we sent there: by the row of that letter, or by its X-Letter-Id, which nobody else can make.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

import structlog
from django.db import transaction

from integrations.clock import wall_clock
from integrations.mail.addresses import NotAnAddress
from integrations.mail.bounces import report as reports
from integrations.mail.bounces.incoming import Folder, get_incoming
from integrations.mail.bounces.report import COMPLAINT, FAILED, UNREADABLE, Report, Returned
from integrations.mail.errors import MailOff
from integrations.mail.sender import letter_id
from integrations.models import Bounce, MailboxPlace, MailMessage, Suppression
from integrations.services import outbox
from integrations.services.suppression import plain, suppress

log = structlog.get_logger(__name__)

Status = MailMessage.Status
LOOK_BACK = timedelta(days=14)  # at the first reading, and for soft bounces
SOFT = 3  # within LOOK_BACK
SENT = (Status.SENT, Status.SENDING, Status.UNCLEAR)


def read_mailbox() -> int:
    """Read what has come since the last time; returns how many reports there were. 0 where no mailbox is set.

    Raises MailMisconfigured and ServiceUnreachable.
    """
    try:
        incoming = get_incoming()
    except MailOff:
        return 0
    count = 0
    with incoming.open() as folder:
        name = f"{incoming.user}/{incoming.folder}"[:250]
        for uid, source in folder.reports(_new(folder, name)):
            count += _take(name, folder.validity, uid, source)
    return count


def _new(folder: Folder, name: str) -> list[int]:
    place, _is_new = MailboxPlace.objects.get_or_create(folder=name)
    if place.validity == folder.validity:
        return folder.after(place.uid)
    return folder.since((wall_clock() - LOOK_BACK).date())


@transaction.atomic
def _take(name: str, validity: int, uid: int, source: bytes) -> int:
    """Apply a message and remember that it was read, in one commit."""
    found = _understood(source, f"{name}:{validity}:{uid}") if source else None
    if found is not None:
        apply(found)
    MailboxPlace.objects.filter(folder=name).update(
        validity=validity, uid=uid, read_at=wall_clock()
    )
    return int(found is not None)


def _understood(source: bytes, place: str) -> Report | None:
    """The report; whatever it does to the reader, it is kept, and the next one is read."""
    try:
        found = reports.read(source)
    except Exception as error:  # noqa: BLE001 - stored as a row that a person sees
        log.warning("bounce.unreadable", error=type(error).__name__)
        broken = Returned(address="", action=UNREADABLE, diagnostic=type(error).__name__)
        return Report(report_id=place, about="", letter_id="", recipients=(broken,))
    if found is not None and not found.report_id:
        return Report(
            report_id=place,
            about=found.about,
            letter_id=found.letter_id,
            recipients=found.recipients,
        )
    return found


def apply(report: Report) -> list[Bounce]:
    """Write down what a report says and draw the conclusions; the same report twice is one."""
    written = []
    with transaction.atomic():
        for returned in report.recipients:
            bounce = _write(report, returned)
            if bounce is not None:
                written.append(bounce)
    return written


def _write(report: Report, returned: Returned) -> Bounce | None:
    letter = _letter(report, returned)
    is_ours = letter is not None or _is_proved(report, returned)
    # A letter has one recipient: a report about a forwarded one names another address than ours.
    address = letter.to if letter is not None else returned.address
    bounce, is_new = Bounce.objects.get_or_create(
        report_id=report.report_id[:250],
        address=_compared(address),
        defaults={
            "action": returned.action,
            "status": returned.status,
            "diagnostic": returned.diagnostic,
            "about": report.about,
            "letter": letter,
            "is_hard": returned.is_hard,
        },
    )
    if not is_new:
        return None
    log.info("bounce.read", action=returned.action, status=returned.status, is_ours=is_ours)
    if returned.action in (FAILED, COMPLAINT):
        _conclude(bounce, letter, is_ours=is_ours)
    return bounce


def _conclude(bounce: Bounce, letter: MailMessage | None, *, is_ours: bool) -> None:
    is_complaint = bounce.action == COMPLAINT
    if letter is not None and not is_complaint:
        MailMessage.objects.filter(pk=letter.pk, status__in=SENT).update(
            status=Status.BOUNCED, error=f"{bounce.status} {bounce.diagnostic}".strip()[:300]
        )
    if is_ours and bounce.address:
        if is_complaint:
            suppress(bounce.address, reason=Suppression.Reason.COMPLAINT, detail=bounce.status)
        elif bounce.is_hard or _soft(bounce.address) >= SOFT:
            detail = f"{bounce.status} {bounce.diagnostic}".strip()
            suppress(bounce.address, reason=Suppression.Reason.BOUNCED, detail=detail)
    outbox.publish(
        "mail.bounced",
        {
            "message_id": bounce.about,
            "address": bounce.address,
            "is_hard": bounce.is_hard or is_complaint,
        },
        key=f"bounce:{bounce.pk}",
        case=letter.case if letter is not None else "",
    )


def _soft(address: str) -> int:
    """Failures of the last days, each report counted once."""
    return Bounce.objects.filter(
        address=address, action=FAILED, created_at__gt=wall_clock() - LOOK_BACK
    ).count()


def _letter(report: Report, returned: Returned) -> MailMessage | None:
    if report.about:
        found = MailMessage.objects.filter(message_id=report.about).first()
        if found is not None:
            return found
    if not (report.letter_id and returned.address):
        return None
    # The server that handed it on gave it a Message-ID of its own; the proof names the one we gave.
    newest = MailMessage.objects.filter(
        to__iexact=returned.address, created_at__gt=wall_clock() - LOOK_BACK
    ).exclude(message_id="")
    for letter in newest.order_by("-id")[:50]:
        if hmac.compare_digest(
            letter_id(letter.message_id, _compared(letter.to)), report.letter_id
        ):
            return letter
    return None


def _is_proved(report: Report, returned: Returned) -> bool:
    proof = letter_id(report.about, _compared(returned.address))
    return hmac.compare_digest(proof, report.letter_id) if report.letter_id.isascii() else False


def _compared(address: str) -> str:
    try:
        return plain(address)
    except NotAnAddress:
        return address.lower()[:254]
