"""Tilda's API, which reads a project's pages, and a page that its owner can change and publish."""
