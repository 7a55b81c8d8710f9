"""Who may do what with an organisation's assets, documents and imports."""

from __future__ import annotations

from ipplatform.domain.accounts.authorization import Permission, any_member, member_with, office_with, system

VIEW_PORTFOLIO = Permission("filings:read", (any_member, office_with("registrar", "auditor")), (any_member,))
READ_DOCUMENT = Permission("filings:read", (any_member, system), (any_member,))
UPLOAD_DOCUMENT = Permission("filings:write", (member_with("filer"), system), (any_member,))
IMPORT_ASSETS = Permission("filings:write", (member_with("filer"), system), (any_member,))
VIEW_IMPORT = Permission("filings:read", (any_member, system), (any_member,))

PERMISSIONS: dict[str, Permission] = {
    "assets.portfolio.view": VIEW_PORTFOLIO,
    "assets.document.read": READ_DOCUMENT,
    "assets.document.upload": UPLOAD_DOCUMENT,
    "assets.import": IMPORT_ASSETS,
    "assets.import.view": VIEW_IMPORT,
}
