"""An organisation's members, their roles and invitations; registering a further organisation."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts import queries, services, sessions
from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.accounts.permissions import PERMISSIONS
from ipplatform.domain.accounts.schemas import ROLE_LABELS, InvitationSchema, NewPersonSchema, OrganisationSchema
from ipplatform.entrypoints.http import session
from ipplatform.entrypoints.http.access import member, public, signed_in
from ipplatform.entrypoints.http.forms import Form, errors_of, load
from ipplatform.entrypoints.web.account.identity import user_agent
from ipplatform.foundation.errors import Invalid, NotFound
from ipplatform.foundation.i18n import _, current_locale

blueprint = Blueprint("organisation", __name__, url_prefix="/account")


def _page(form: Form | None = None) -> str:
    actor = session.actor()
    organisation = queries.organisation(actor.organisation_id or 0)
    may_administer = allows(PERMISSIONS["organisation.administer"], actor)
    return render_template(
        "account/organisation.html",
        organisation=organisation,
        members=queries.members(organisation.id),
        invitations=queries.open_invitations(organisation.id) if may_administer else [],
        role_labels=ROLE_LABELS,
        may_administer=may_administer,
        form=form or Form(InvitationSchema()),
    )


@blueprint.get("/organisation")
@member
def show() -> ResponseReturnValue:
    return _page()


@blueprint.post("/organisation/invitations")
@member
def invite() -> ResponseReturnValue:
    values, form = load(InvitationSchema())
    if values is None:
        return _page(form), 422
    invitation, _token = services.invite(actor=session.actor(), **values, locale=current_locale())
    flash(_("An invitation is on its way to %(email)s.", email=invitation.email), "success")
    return redirect(url_for("organisation.show"), 303)


@blueprint.post("/organisation/invitations/<public_id>/revoke")
@member
def revoke_invitation(public_id: str) -> ResponseReturnValue:
    services.revoke_invitation(actor=session.actor(), public_id=public_id)
    flash(_("The invitation no longer works."), "success")
    return redirect(url_for("organisation.show"), 303)


@blueprint.post("/organisation/members/<public_id>")
@member
def change_roles(public_id: str) -> ResponseReturnValue:
    """Set the ticked roles; none ticked removes the member."""
    services.change_roles(actor=session.actor(), person_public_id=public_id, roles=request.form.getlist("roles"))
    flash(_("Roles saved."), "success")
    return redirect(url_for("organisation.show"), 303)


@blueprint.get("/organisations/new")
@signed_in
def new() -> ResponseReturnValue:
    return render_template("account/organisation_new.html", form=Form(OrganisationSchema()))


@blueprint.post("/organisations/new")
@signed_in
def create() -> ResponseReturnValue:
    values, form = load(OrganisationSchema())
    found = session.standing()
    if values is not None and found is not None:
        name = values.pop("organisation_name")
        try:
            organisation = services.create_organisation(founder=queries.person(found.person.id), name=name, **values)
        except Invalid as error:
            form.errors = errors_of(error)
        else:
            actor = queries.standing_of(found.person, organisation.id).actor
            sessions.switch_organisation(
                actor=actor, session_id=found.session_id or 0, organisation_public_id=organisation.public_id
            )
            flash(_("%(name)s is registered; you now act for it.", name=name), "success")
            return redirect("/home", 303)
    return render_template("account/organisation_new.html", form=form), 422


@blueprint.get("/invitations/<token>")
@public
def invitation(token: str) -> ResponseReturnValue:
    found = queries.invitation_by_token(token)
    known = queries.person_by_email(found.email) is not None
    form = Form(NewPersonSchema(), {"email": found.email})
    return render_template("account/invitation.html", invitation=found, token=token, known=known, form=form)


@blueprint.post("/invitations/<token>")
@public
def accept(token: str) -> ResponseReturnValue:
    """Join as the person signed in, or make an account for the invited address first."""
    found = queries.invitation_by_token(token)
    standing = session.standing()
    if standing is not None:
        organisation = services.accept_invitation(person=standing.person, token=token)
        _act_for(organisation.public_id, organisation.id)
        return redirect("/home", 303)
    values, form = load(NewPersonSchema(), {**request.form.to_dict(), "email": found.email})
    if values is None or queries.person_by_email(found.email):
        if values is not None:
            raise NotFound
        page = render_template("account/invitation.html", invitation=found, token=token, known=False, form=form)
        return page, 422
    person = services.create_person(**values, locale=current_locale())
    organisation = services.accept_invitation(person=person, token=token)
    session.begin(sessions.begin(person, user_agent=user_agent(), organisation_id=organisation.id))
    return redirect("/home", 303)


def _act_for(public_id: str, organisation_id: int) -> None:
    standing = session.standing()
    if standing is None:
        raise NotFound
    actor = queries.standing_of(standing.person, organisation_id).actor
    sessions.switch_organisation(actor=actor, session_id=standing.session_id or 0, organisation_public_id=public_id)
