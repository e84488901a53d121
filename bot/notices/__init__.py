"""What staff hear: a row first, then a message in their group, or a letter where Telegram is down."""
