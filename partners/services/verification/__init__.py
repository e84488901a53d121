"""What the tax service knows of an applicant and of a partner: asked, kept, compared. People decide."""

from __future__ import annotations

from partners.services.verification.checking import CHECK, ask_again, begin, check_due
from partners.services.verification.recheck import RECHECK, ask_now, recheck_due

__all__ = ["CHECK", "RECHECK", "ask_again", "ask_now", "begin", "check_due", "recheck_due"]
