"""Who may read evidence. Administrators of the office may not: they cannot read unpublished content."""

from ipplatform.domain.accounts.authorization import Permission, any_member, office_with, system

PERMISSIONS = {
    "bundle.full": Permission("filings:read", (any_member, office_with("registrar", "auditor"), system)),
    "audit": Permission("audit:read", (office_with("auditor"), system)),
}
