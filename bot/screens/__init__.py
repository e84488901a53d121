"""The bot's screens, by section. Synchronous: they read through the selectors, in the customer's language."""
