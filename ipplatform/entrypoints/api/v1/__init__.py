"""Version 1 of the API: a module per resource."""

# One line a resource; each module exposes ``blueprint`` whose url_prefix is relative to /api/v1.
RESOURCES: tuple[str, ...] = (
    "agreements",
    "assets",
    "audit",
    "erasure",
    "evidence",
    "examination",
    "filings",
    "listings",
    "me",
    "needs",
    "negotiations",
    "organisation",
    "search",
    "signatures",
    "signing_keys",
    "rights",
)
