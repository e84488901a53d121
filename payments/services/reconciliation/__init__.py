"""Comparing our books with what providers and the panel say, and keeping what differs until a person signed it off.

`runs` begins and ends a run, `listing` reads the other side's list into the database page by page, `provider_rules` and
`panel_rules` are the comparison itself, `findings` turns differences into lines, `fixes` and `signing` end them.
"""
