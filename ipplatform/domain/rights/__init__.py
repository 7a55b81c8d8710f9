"""Who holds which right, where, for what and until when: the ledger of grants."""
