"""From the first question to a signed licence in the ledger: negotiations, agreements, signatures."""
