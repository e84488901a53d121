from __future__ import annotations

from unfold.sites import UnfoldAdminSite


class Site(UnfoldAdminSite):
    """The back office."""
