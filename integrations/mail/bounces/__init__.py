"""Letters that come back: delivery reports (RFC 3464) and complaints (RFC 5965), read from our mailbox by IMAP."""
