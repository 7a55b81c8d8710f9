"""Reading people, organisations, what lets them in and who stands behind a request."""

from ipplatform.domain.accounts.queries.credentials import (
    digest,
    invitation_by_token,
    open_invitations,
    sessions_of,
    tokens_of,
)
from ipplatform.domain.accounts.queries.people import (
    members,
    office_holders,
    office_people,
    organisation,
    organisation_by_public_id,
    person,
    person_by_email,
    person_names,
    recipients,
    registrars,
)
from ipplatform.domain.accounts.queries.standing import (
    Standing,
    names,
    standing_by_session,
    standing_by_token,
    standing_of,
)

__all__ = [
    "Standing",
    "digest",
    "invitation_by_token",
    "members",
    "names",
    "office_holders",
    "office_people",
    "open_invitations",
    "organisation",
    "organisation_by_public_id",
    "person",
    "person_by_email",
    "person_names",
    "recipients",
    "registrars",
    "sessions_of",
    "standing_by_session",
    "standing_by_token",
    "standing_of",
    "tokens_of",
]
