"""What a delivery report or a complaint says, from its bytes; nothing here asks anybody.

RFC 3464: multipart/report with a message/delivery-status part, one block of fields a recipient, and the returned
letter or its headers. Yandex, Postfix and Gmail keep to it; Gmail calls the address Final-Recipient with spaces, Exim
of old sends plain text (`plain`). RFC 5965: the same with message/feedback-report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string, policy
from email.message import Message

from integrations.mail.bounces import plain

FAILED, DELAYED, COMPLAINT, UNREADABLE = "failed", "delayed", "complaint", "unreadable"
SENDERS = re.compile(r"\b(mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)
REPORTS = ("delivery-status", "feedback-report")
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
ADDRESS = re.compile(r"[^\s<>;,\"]+@[^\s<>;,\"]+")
# Nobody will ever read there: no such mailbox, no such domain, an address that is none, a mailbox switched off.
HARD = re.compile(r"5\.1\.(1|2|3|6|10)|5\.2\.1")
VAGUE = ("", "5.0.0")  # then the diagnostic text says more


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What became of the letter at one recipient. `address` is "" where the report hides it."""

    address: str
    action: str
    status: str = ""
    diagnostic: str = ""

    @property
    def is_hard(self) -> bool:
        """Whether writing there again is of no use."""
        return self.action == FAILED and bool(HARD.fullmatch(self.status))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`report_id` is the report's own Message-ID, `about` that of the letter, `letter_id` its X-Letter-Id."""

    report_id: str
    about: str
    letter_id: str
    recipients: tuple[Returned, ...]


def may_be_report(headers: bytes) -> bool:
    """By the headers alone: what people write is left unread."""
    message = message_from_bytes(headers, policy=policy.compat32)
    if message.get_content_type() == "multipart/report":
        kind = str(message.get_param("report-type", "")).lower()
        return kind in ("", *REPORTS)
    return bool(message.get("X-Failed-Recipients") or SENDERS.search(str(message.get("From", ""))))


def read(source: bytes) -> Report | None:
    """The report, or None where the message is none. One that cannot be understood has one UNREADABLE recipient."""
    if not may_be_report(source):
        return None
    message = message_from_bytes(source, policy=policy.compat32)
    recipients = tuple(_recipients(message))
    about, letter_id = _returned_headers(message)
    if not recipients:
        words = plain.words_of(message)
        recipients = tuple(_from_words(message, words))
        if not about:
            about, letter_id = plain.returned_ids(words)
    if not recipients:
        said = f"{plain.subject(message)}: {plain.words_of(message)}"
        recipients = (Returned(address="", action=UNREADABLE, diagnostic=_line(said)),)
    return Report(
        report_id=_line(str(message.get("Message-ID", "")), 250),
        about=about,
        letter_id=letter_id,
        recipients=recipients,
    )


def _recipients(message: Message) -> Iterator[Returned]:
    for part in message.walk():
        kind = part.get_content_type()
        if kind in ("message/delivery-status", "message/global-delivery-status"):
            for fields in _blocks(part):
                yield from _delivery(fields)
        elif kind == "message/feedback-report":
            for fields in _blocks(part):
                yield from _complaint(fields)


def _blocks(part: Message) -> Iterator[Message]:
    """Groups of fields: as the parser cut them, or cut here where the part was encoded whole."""
    payload = part.get_payload()
    if isinstance(payload, list) and part.get("Content-Transfer-Encoding", "").lower() not in (
        "base64",
        "quoted-printable",
    ):
        for block in payload:
            if isinstance(block, Message):
                yield block
                # A report without a blank line before the next group, or a message/rfc822 of fields.
                body = block.get_payload()
                if isinstance(body, str) and ":" in body:
                    yield message_from_string(body, policy=policy.compat32)
        return
    for text in re.split(r"\r?\n\r?\n", plain.decoded(part)):
        yield message_from_string(text.strip(), policy=policy.compat32)


def _delivery(fields: Message) -> Iterator[Returned]:
    address = _address(fields, "Original-Recipient") or _address(fields, "Final-Recipient")
    if not address:
        return
    action = str(fields.get("Action", "")).strip().lower()
    diagnostic = _line(str(fields.get("Diagnostic-Code", "")))
    status = _status(str(fields.get("Status", "")))
    if status in VAGUE:
        status = _status(diagnostic) or status
    if not action:
        action = DELAYED if status.startswith("4.") else FAILED
    yield Returned(address=address, action=action[:20], status=status, diagnostic=diagnostic)


def _complaint(fields: Message) -> Iterator[Returned]:
    kind = str(fields.get("Feedback-Type", "")).strip().lower()
    if not kind:
        return
    address = _address(fields, "Original-Rcpt-To")
    yield Returned(address=address, action=COMPLAINT, status=kind[:20])


def _from_words(message: Message, words: str) -> Iterator[Returned]:
    listed = str(message.get("X-Failed-Recipients", ""))
    found = ADDRESS.findall(listed) or plain.failed_addresses(words)
    status, diagnostic = plain.status(words), plain.diagnostic(words)
    for address in dict.fromkeys(found):
        action = DELAYED if status.startswith("4.") and plain.is_warning(message) else FAILED
        yield Returned(address=address, action=action, status=status, diagnostic=_line(diagnostic))


def _returned_headers(message: Message) -> tuple[str, str]:
    """Message-ID and X-Letter-Id of the letter that came back: a letter within, or its headers alone."""
    for part in message.walk():
        if part is message:
            continue
        kind, payload = part.get_content_type(), part.get_payload()
        if kind == "message/rfc822" and isinstance(payload, list) and payload:
            letter = payload[0]
        elif kind in ("text/rfc822-headers", "message/rfc822", "message/global-headers"):
            letter = message_from_string(plain.decoded(part).lstrip(), policy=policy.compat32)
        else:
            continue
        if isinstance(letter, Message) and letter.get("Message-ID"):
            ids = (letter.get("Message-ID", ""), letter.get("X-Letter-Id", ""))
            return _line(str(ids[0]), 250), _line(str(ids[1]), 100)
    return "", ""


def _address(fields: Message, name: str) -> str:
    """`rfc822; anna@example.com`, with any type, spaces or brackets."""
    found = ADDRESS.search(str(fields.get(name, "")).rpartition(";")[2])
    return found[0].strip(".'") if found else ""


def _status(text: str) -> str:
    found = STATUS.search(text)
    return found[1] if found else ""


def _line(text: str, longest: int = 500) -> str:
    return " ".join(text.replace("\x00", "").split())[:longest]
