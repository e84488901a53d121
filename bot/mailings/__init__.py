"""Mailings: who is meant, what is said, how it is sent to each of them once, and what became of it."""
