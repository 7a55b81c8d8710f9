"""Who acts, as plain values: services take an Actor and know no request."""

from __future__ import annotations

from dataclasses import dataclass, field

MEMBER_ROLES = ("administrator", "filer", "dealer", "signatory", "viewer")
OFFICE_ROLES = ("registrar", "auditor", "administrator")
SCOPES = (
    "account:read",
    "account:write",
    "filings:read",
    "filings:write",
    "market:read",
    "market:write",
    "licences:read",
    "licences:write",
    "office:read",
    "office:write",
    "audit:read",
)


@dataclass(frozen=True, slots=True)
class Names:
    """Who a person and their current organisation are, as read when the request was let in."""

    person: str
    name: str
    email: str
    locale: str
    organisation: str | None = None
    organisation_name: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """``roles`` hold in the current organisation; ``scopes`` None means a browser session: everything the roles give.

    ``names`` are known where a request brought the actor; ``accounts.queries`` asks for them otherwise.
    """

    person_id: int | None = None
    organisation_id: int | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    office: frozenset[str] = field(default_factory=frozenset)
    scopes: frozenset[str] | None = None
    organisations: frozenset[int] = field(default_factory=frozenset)
    names: Names | None = field(default=None, compare=False)

    @property
    def signed_in(self) -> bool:
        return self.person_id is not None


ANONYMOUS = Actor()
SYSTEM = Actor(office=frozenset({"system"}))
