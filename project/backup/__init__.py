"""Backups: the database and the files people sent, encrypted on their way out, and the way back."""
