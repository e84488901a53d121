"""The sandbox's own desk: home page, clock, journal, faults."""
