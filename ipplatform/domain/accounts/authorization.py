"""Permissions are tables of named predicates, checked in services, so that page, API and CLI are guarded alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ipplatform.domain.accounts.actor import Actor
from ipplatform.foundation.errors import Forbidden, NotFound, Unauthenticated

Predicate = Callable[[Actor, Any], bool]


@dataclass(frozen=True, slots=True)
class Permission:
    """Granted when the token's scope fits and any predicate holds.

    ``visible`` says who may know that the subject exists: everybody else gets NotFound instead of Forbidden.
    """

    scope: str
    any_of: tuple[Predicate, ...]
    visible: tuple[Predicate, ...] = ()


def allows(permission: Permission, actor: Actor, subject: Any = None) -> bool:
    if actor.scopes is not None and permission.scope not in actor.scopes:
        return False
    return any(predicate(actor, subject) for predicate in permission.any_of)


def require(permission: Permission, actor: Actor, subject: Any = None) -> None:
    """Return when granted; else NotFound (must not even know of it), Unauthenticated or Forbidden."""
    if allows(permission, actor, subject):
        return
    if permission.visible and not any(predicate(actor, subject) for predicate in permission.visible):
        raise NotFound
    raise Forbidden if actor.signed_in else Unauthenticated


def member_with(*roles: str) -> Predicate:
    """A member of the subject's organisation with one of ``roles``; its administrator holds every role but signatory.

    The subject is anything with ``organisation_id``; None stands for the actor's own current organisation.
    """
    wanted = frozenset(roles)
    held_by_administrator = wanted != {"signatory"}

    def predicate(actor: Actor, subject: Any) -> bool:
        organisation_id = actor.organisation_id if subject is None else subject.organisation_id
        if actor.organisation_id is None or organisation_id != actor.organisation_id:
            return False
        return bool(actor.roles & wanted) or (held_by_administrator and "administrator" in actor.roles)

    return predicate


def any_member(actor: Actor, subject: Any) -> bool:
    """Any member of the subject's organisation, whatever the role."""
    organisation_id = actor.organisation_id if subject is None else subject.organisation_id
    return actor.organisation_id is not None and organisation_id == actor.organisation_id


def office_with(*roles: str) -> Predicate:
    wanted = frozenset(roles)

    def predicate(actor: Actor, subject: Any) -> bool:
        return bool(actor.office & wanted)

    return predicate


def not_own_organisation(predicate: Predicate) -> Predicate:
    """Separation of powers: nobody decides on a filing of an organisation they are a member of."""

    def separated(actor: Actor, subject: Any) -> bool:
        return subject.organisation_id not in actor.organisations and predicate(actor, subject)

    return separated


def signed_in(actor: Actor, subject: Any) -> bool:
    return actor.signed_in


def system(actor: Actor, subject: Any) -> bool:
    """The installation itself: commands and jobs."""
    return "system" in actor.office
