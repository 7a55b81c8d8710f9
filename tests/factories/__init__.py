"""Small real things for tests: people, organisations, and in the modules beside, what they own."""

from tests.factories.accounts import (
    actor_of,
    bearer,
    make_organisation,
    make_person,
    member,
    office_person,
)

__all__ = ["actor_of", "bearer", "make_organisation", "make_person", "member", "office_person"]
