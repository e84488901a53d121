"""Simulators of every outside service, for local settings and tests only.

One process, one port. Each simulator is a folder with `simulator.py` (what the service is and
knows) and `urls.py` (its wire API, its pages and its control API); a new folder is found by itself.
`core/` holds what they share: the server, the state and its snapshot, faults, the journal and the
clock. See README.md.
"""
