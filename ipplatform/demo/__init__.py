"""A zone with a dozen invented companies, for trying the service out: loaded through the real services, never past them."""
