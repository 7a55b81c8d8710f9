from __future__ import annotations

import json
import re

from flask.testing import FlaskClient

from ipplatform.domain.evidence import keys
from ipplatform.entrypoints.web.public.verify_words import RECORD_KINDS, WORDS
from ipplatform.foundation.ids import display_id
from tests.architecture.tree import ROOT
from tests.factories.evidence import make_record

SCRIPTS = ROOT / "ipplatform/static/js/verify"


def test_the_page_carries_the_keys_to_trust_and_works_for_nobody_in_particular(client: FlaskClient) -> None:
    page = client.get("/verify")
    assert page.status_code == 200
    assert keys.policy().logs[0].vkey in page.text
    assert "verify/page.js" in page.text
    assert "follow VERIFY.txt" in page.text


def test_every_code_of_the_scripts_has_its_words(client: FlaskClient) -> None:
    text = "".join(path.read_text() for path in SCRIPTS.glob("*.js"))
    used = set(re.findall(r'(?:Refuted|Unusable|say|progress)\("(\w+)"', text)) | set(
        re.findall(r'check: "(\w+)"', text)
    )
    parts = {f"part_{name}" for name in re.findall(r'part[:=] ?"(\w+)"', text)}
    assert len(used) > 60
    assert (used | parts) - set(WORDS) == set()


def test_every_kind_of_record_has_the_words_of_other_pages(client: FlaskClient) -> None:
    macro = (ROOT / "templates/macros/filings.html").read_text().split("macro kind_word")[1].split("endmacro")[0]
    assert re.findall(r"'(\w+)': _\(", macro) == list(RECORD_KINDS)
    page = client.get("/verify", headers={"Accept-Language": "zh-CN"}).text
    words = json.loads(page.split("data-verify-words>")[1].split("</script>")[0])
    shown = [words[code] for code in ("kind_registration", "role_drawings", "member_filer")]
    assert shown == ["登记申请", "附图", "经办人"]
    assert words["ground_unlawful"]


def test_the_page_of_a_record_links_its_public_evidence(client: FlaskClient) -> None:
    record = make_record()
    page = client.get(f"/verify/{display_id(record.public_id)}")
    assert f"/filings/{record.public_id}/evidence" in page.text


def test_an_unknown_record_is_not_found(client: FlaskClient) -> None:
    assert client.get("/verify/0000000000000000").status_code == 404
    assert client.get("/verify/nonsense").status_code == 404
