"""What may happen in a negotiation, and what its terms mean. Pure."""
