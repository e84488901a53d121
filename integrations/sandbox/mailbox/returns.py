"""What comes back for a letter: a delivery report as Yandex writes it, or a complaint."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

from integrations.sandbox.mailbox.state import Mail

HARD, SOFT, DELAYED, COMPLAINT = "hard", "soft", "delayed", "complaint"
# kind → action, status, what the other server said
KINDS = {
    HARD: ("failed", "5.1.1", "550 5.1.1 Recipient address rejected: User unknown"),
    SOFT: ("failed", "5.2.2", "552 5.2.2 Mailbox is full"),
    DELAYED: ("delayed", "4.4.1", "connect to mx.example.com: Connection timed out"),
    COMPLAINT: ("", "", ""),
}
DELIVERY = """\
Message-Id: <{number}.{letter}@mxback.sandbox.example>
Date: {date}
From: mailer-daemon@yandex.ru
To: {sender}
Subject: =?utf-8?b?0J3QtdC00L7RgdGC0LDQstC70LXQvdC90L7QtSDRgdC+0L7QsdGJ0LXQvdC40LU=?=
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="returned-{number}"

--returned-{number}
Content-Type: text/plain; charset=utf-8

This is the mail system at host yandex.ru.

<{to}>: {said}

--returned-{number}
Content-Type: message/delivery-status

Reporting-MTA: dns; mxback.sandbox.example

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--returned-{number}
Content-Type: text/rfc822-headers

{headers}

--returned-{number}--
"""
FEEDBACK = """\
Message-Id: <{number}.{letter}@feedback.sandbox.example>
Date: {date}
From: feedback@sandbox.example
To: {sender}
Subject: Abuse report
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="returned-{number}"

--returned-{number}
Content-Type: text/plain

This is an email abuse report.

--returned-{number}
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Sandbox/1.0
Version: 1
Original-Rcpt-To: <{to}>

--returned-{number}
Content-Type: text/rfc822-headers

{headers}

--returned-{number}--
"""


def report(letter: Mail, kind: str, *, number: int, at: datetime) -> str:
    """The source of the message that tells the sender."""
    action, status, said = KINDS[kind]
    headers = letter.source.replace("\r\n", "\n").partition("\n\n")[0]
    text = (FEEDBACK if kind == COMPLAINT else DELIVERY).format(
        number=number,
        letter=letter.id,
        date=format_datetime(at),
        sender=letter.sender,
        to=letter.to,
        action=action,
        status=status,
        said=said,
        headers=headers,
    )
    return text.replace("\n", "\r\n")
