from __future__ import annotations

from integrations.errors import IntegrationError
from integrations.mail.bounces.incoming import get_incoming
from integrations.mail.errors import MailOff
from integrations.mail.sender import get_mailbox
from integrations.remnawave.client import get_panel
from integrations.services import mail_gate
from project.doctor.findings import Finding, failed, fine, warning


def panel() -> list[Finding]:
    try:
        return [fine("Panel", f"version {get_panel().health()}")]
    except IntegrationError as error:
        hint = "" if error.retryable else "Check REMNAWAVE_BASE_URL and REMNAWAVE_API_TOKEN."
        return [failed("Panel", str(error), hint)]


def mail() -> list[Finding]:
    """Signs in at the mail server. Without one the shop works; whoever blocked the bot just hears nothing."""
    try:
        mailbox = get_mailbox()
    except MailOff as off:
        hint = "Set SMTP_HOST, SMTP_USER, SMTP_PASSWORD and EMAIL_FROM, or do without."
        return [warning("E-mail", f"off: {off}", hint)]
    try:
        mailbox.hello()
    except IntegrationError as error:
        hint = "" if error.retryable else "Check SMTP_USER, SMTP_PASSWORD and SMTP_PORT."
        return [failed("E-mail", str(error), hint)]
    return [fine("E-mail", f"{mailbox.from_address} at {mailbox.host}:{mailbox.port}"), _bounces()]


def waiting_letters() -> list[Finding]:
    """Why letters wait. Reads the database."""
    return [
        failed(
            f"Letters wait ({pause.scope})",
            f"{pause.why}: {pause.said}, until {pause.until:%Y-%m-%d %H:%M} UTC",
            "None is lost. Admin: pauses of letters.",
        )
        for pause in mail_gate.pauses()
    ]


def _bounces() -> Finding:
    """Opens the mailbox letters come back to."""
    try:
        incoming = get_incoming()
    except MailOff as off:
        hint = "Set IMAP_HOST, or letters go to addresses nobody reads at for ever."
        return warning("Bounces", f"off: {off}", hint)
    try:
        with incoming.open():
            return fine("Bounces", f"{incoming.folder} at {incoming.host}:{incoming.port}")
    except IntegrationError as error:
        hint = "" if error.retryable else "Check IMAP_USER, IMAP_PASSWORD and IMAP_FOLDER."
        return failed("Bounces", str(error), hint)
