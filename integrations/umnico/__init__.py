"""Umnico: one inbox over a site's chat, WhatsApp, Telegram, VK and others; it tells us of messages and sends ours."""
