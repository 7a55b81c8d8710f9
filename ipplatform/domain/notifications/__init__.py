"""Messages to people, sent through the outbox."""
