"""No page asks the database more often because there is more to show, and few ask often at all."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.architecture import test_access_matrix
from tests.architecture.access_table import TABLE
from tests.architecture.test_access_matrix import Stage
from tests.statements import statements as sent_statements

built, stage = test_access_matrix.built, test_access_matrix.stage
MOST = 4
ALLOWED = {  # pages that gather one thing's whole story; the number may only fall
    "GET agreements.proof": 13,  # a bundle: one for each of its parts
    "GET api_filings.OneFiling": 5,
    "GET api_needs.NeedMatches": 5,
    "GET audit.evidence": 13,  # a bundle
    "GET audit.index": 7,  # health: log, checkpoint, witnesses, authorities, figures, runs
    "GET audit.record": 6,
    "GET evidence.Certificate": 11,  # what it shows, its keeping, and who read it: it is issued by this request
    "GET evidence.Evidence": 12,  # a bundle
    "GET health.metrics": 6,  # log, checkpoint, witnesses, authorities, figures
    "GET holder_home.show": 7,
    "GET listings.show": 6,
    "GET matches.index": 5,
    "GET negotiations.draft_offer": 5,
    "GET office_erasures.show": 8,  # what would be erased, what stands against it, and an auditor's read recorded
    "GET office_filings.show": 10,  # an auditor's read is recorded
    "GET queue.index": 5,
    "GET records.certificate": 11,  # what it shows, its keeping, and who read it: it is issued by this request
    "GET records.evidence": 12,  # a bundle
    "GET records.show": 6,  # the last two are what independent clocks say, and whether everybody may read the certificate
    "GET register.show": 8,
}
WHO_ASKS = 1  # the session with its person and all roles


def statements(stage: Stage, name: str, person: str) -> list[str]:
    """What the route asked the database for, who asks and the transaction itself left out."""
    with ExitStack() as listening:
        with stage.app.app_context():
            seen = listening.enter_context(sent_statements())
        test_access_matrix._ask(stage, name, person)
    return seen


@pytest.mark.parametrize("name", [name for name in TABLE if name.startswith("GET ") and TABLE[name].enter])
def test_a_page_asks_the_database_at_most_four_times(name: str, stage: Stage) -> None:
    person = min(TABLE[name].enter, key=lambda one: (one == "anonymous", one))
    found = statements(stage, name, person)
    most = ALLOWED.get(name, MOST) + (0 if person == "anonymous" else WHO_ASKS)
    assert len(found) <= most, "\n\n".join(found)
