"""Who may read evidence. Administrators of the office may not: they cannot read unpublished content. They see health.

The office has a way of its own to whole bundles, where reads are recorded and a registrar's case is asked for.
"""

from ipplatform.domain.accounts.authorization import Permission, any_member, office_with, system

PERMISSIONS = {
    "bundle.full": Permission("filings:read", (any_member, system)),
    "bundle.office": Permission("audit:read", (office_with("registrar", "auditor"),)),
    "time.stamp": Permission("filings:write", (any_member, system)),
    "audit.health": Permission("audit:read", (office_with("auditor", "administrator"), system)),
    "audit": Permission("audit:read", (office_with("auditor"), system)),
}
