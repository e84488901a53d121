"""Umnico: a site with a chat, messengers behind one inbox, and the API and webhooks of that inbox."""
