"""The page that verifies bundles in the browser. Nothing is uploaded, so there is nothing here but the page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, get_template_attribute, render_template
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.actor import MEMBER_ROLES
from ipplatform.domain.evidence import keys, queries
from ipplatform.domain.evidence.erasure.rules import GROUND_LABELS
from ipplatform.domain.evidence.formats import policy as policies
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.succession import queries as succession
from ipplatform.domain.filings import kinds
from ipplatform.entrypoints.http.access import public
from ipplatform.entrypoints.web.public.verify_words import RECORD_KINDS, WORDS
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint("verify", __name__, url_prefix="/verify")


@blueprint.get("")
@public
def index() -> ResponseReturnValue:
    return _page(None)


@blueprint.get("/<number>")
@public
def of_record(number: str) -> ResponseReturnValue:
    """Where the code on a certificate leads: the page, and the record it is about."""
    record = queries.record_by_filing(parse_id(number) or "")
    if record is None:
        raise NotFound
    return _page(record)


def _page(record: Record | None) -> ResponseReturnValue:
    policy = keys.policy()
    return render_template(
        "public/verify.html",
        policy=policy,
        record=record,
        words={code: str(text) for code, text in {**WORDS, **_terms()}.items()},
        trust=_trust(policy),
    )


def _terms() -> dict[str, Any]:
    """What other pages call the kinds, roles and grounds that stand in manifests, by `kind_…`, `role_…` and so on."""
    kind_word = get_template_attribute("macros/filings.html", "kind_word")
    role_name = get_template_attribute("macros/accounts.html", "role_name")
    documents = [role for kind in kinds.registry().values() for role in kind.documents]
    return {
        **{f"kind_{name}": kind_word(name).unescape() for name in RECORD_KINDS},
        **{f"member_{name}": role_name(name).unescape() for name in MEMBER_ROLES},
        **{f"role_{role.name}": role.label for role in documents},
        **{f"ground_{name}": label for name, label in GROUND_LABELS.items()},
    }


def _trust(policy: policies.Policy) -> dict[str, Any]:
    """What the page's scripts judge by: every key the log had with the sizes it signs, ended logs' keys, today's policy."""
    ended = [policies.parse(item.log.policy) for item in succession.former_logs()]
    return {
        "policy": policy.text,
        "keys": [{"vkey": one.key.vkey, "since": one.since, "until": one.until} for one in keys.log_keys()],
        "former": [key.vkey for one in ended for key in one.logs],
    }
