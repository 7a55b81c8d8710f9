"""What the register takes from a US grant, and what it says about doubtful ones."""

from datetime import date
from fractions import Fraction

import pytest

from ipplatform.domain.assets.reading import formats
from ipplatform.domain.assets.reading.outcome import DOUBTS, NOTES, REFUSALS, RefusedDocument, level_of, text_of
from ipplatform.domain.assets.reading.publication import Publication
from ipplatform.domain.assets.values import ClassValue, PartyValue
from tests.factories.assets import grant_xml


def read(number: str = "07000001", kind: str = "B1", **parts: str) -> Publication:
    return formats.read(grant_xml(number, kind, **parts).encode())


def codes(publication: Publication) -> list[str]:
    return [remark.code for remark in publication.remarks]


def refused(content: str) -> str:
    with pytest.raises(RefusedDocument) as refusal:
        formats.read(content.encode())
    return refusal.value.remark.code


def test_a_utility_patent_is_read_whole() -> None:
    found = read()
    assert (found.kind, found.office, found.publication_number) == ("patent", "US", "US7000001B1")
    assert found.application_number == "US15000001"
    assert (found.filing_date, found.grant_date, found.end) == (date(2017, 5, 2), date(2020, 1, 7), date(2037, 5, 2))
    assert found.title == "Cooling plate for battery cells"
    assert found.abstract == "A plate with channels carries heat away."
    assert found.parties == (
        PartyValue("owner", "Northfield Cells Ltd", "GB", Fraction(1)),
        PartyValue("inventor", "Ada Moor", "GB"),
        PartyValue("agent", "Hill & Dale LLP"),
    )
    assert found.classifications == (ClassValue("ipc", "H01M 10/0525"),)
    assert found.content["claims"] == ["1. A plate with\nchannels."]
    assert found.content["description"] == "FIELD\nBatteries get hot."
    assert not found.remarks


def test_a_design_has_a_locarno_class_and_its_own_term() -> None:
    found = read(
        "D0812345",
        "S1",
        appl_type="design",
        term="<us-term-of-grant><length-of-grant>15</length-of-grant></us-term-of-grant>",
        classes="<classification-locarno><edition>9</edition><main-classification>1402</main-classification></classification-locarno>",
    )
    assert (found.kind, found.publication_number, found.end) == ("design", "USD812345S1", date(2035, 1, 7))
    assert found.classifications == (ClassValue("locarno", "14-02"),)


def test_a_plant_patent_is_a_patent_with_a_variety() -> None:
    found = read(
        "PP018398", "P2", related="<us-botanic><latin-name>Rosa</latin-name><variety>Dawn</variety></us-botanic>"
    )
    assert (found.kind, found.content["variety"], codes(found)) == ("patent", "Dawn", ["plant"])


def test_a_reissue_says_that_its_term_is_another_patents() -> None:
    found = read("RE049258", "E1")
    assert codes(found) == ["reissue", "reissue_term"]
    assert found.is_doubtful


def test_older_and_newer_class_elements_are_read() -> None:
    old = read(
        classes="<classification-ipc><edition>7</edition><main-classification>A45F  504</main-classification><further-classification>B21D 2602</further-classification></classification-ipc>"
    )
    assert [item.code for item in old.classifications] == ["A45F 5/04", "B21D 26/02"]
    parts = (
        "<section>Y</section><class>02</class><subclass>E</subclass><main-group>60</main-group><subgroup>10</subgroup>"
    )
    new = read(
        classes=f"<classifications-cpc><main-cpc><classification-cpc>{parts}</classification-cpc></main-cpc></classifications-cpc>"
    )
    assert new.classifications == (ClassValue("cpc", "Y02E 60/10"),)


def test_days_added_by_the_office_are_added_and_noted() -> None:
    found = read(term="<us-term-of-grant><us-term-extension>10</us-term-extension></us-term-of-grant>")
    assert found.end == date(2037, 5, 12)
    assert codes(found) == ["term_adjusted"]


def test_a_terminal_disclaimer_is_a_doubt() -> None:
    found = read(term="<us-term-of-grant><disclaimer><text>…</text></disclaimer></us-term-of-grant>")
    assert codes(found) == ["terminal_disclaimer"]
    assert found.content["term"]["disclaimer"] is True


@pytest.mark.parametrize(
    ("related", "end"),
    [
        ("<us-related-documents><continuation><relation><parent-doc><document-id><date>20120301</date></document-id></parent-doc></relation></continuation></us-related-documents>", date(2032, 3, 1)),
        ("<us-related-documents><us-provisional-application><document-id><date>20120301</date></document-id></us-provisional-application></us-related-documents>", date(2037, 5, 2)),
        ("<pct-or-regional-filing-data><document-id><date>20151102</date></document-id></pct-or-regional-filing-data>", date(2035, 11, 2)),
        ("<priority-claims><priority-claim><country>JP</country><doc-number>1</doc-number><date>20160502</date></priority-claim></priority-claims>", date(2037, 5, 2)),
    ],
)  # fmt: skip
def test_the_term_runs_from_the_earliest_filing_relied_on_but_never_from_a_priority(related: str, end: date) -> None:
    assert read(related=related).end == end


def test_without_an_assignee_the_inventors_own_it_in_equal_parts() -> None:
    inventors = "".join(
        f"<inventor><addressbook><last-name>{name}</last-name><first-name>A</first-name><address><country>SE</country></address></addressbook></inventor>"
        for name in ("Berg", "Dahl", "Ek")
    )
    found = read(assignees="", parties=f"<us-parties><inventors>{inventors}</inventors></us-parties>")
    owners = [party for party in found.parties if party.role == "owner"]
    assert [owner.name for owner in owners] == ["A Berg", "A Dahl", "A Ek"]
    assert sum(owner.share for owner in owners if owner.share) == 1
    assert codes(found) == ["no_owner", "shares_presumed"]


def test_a_company_that_applied_owns_it_when_no_assignee_is_named() -> None:
    applicant = "<us-parties><us-applicants><us-applicant><addressbook><orgname>Alder AB</orgname></addressbook><residence><country>SE</country></residence></us-applicant></us-applicants></us-parties>"
    found = read(assignees="", parties=applicant)
    assert found.parties[0] == PartyValue("owner", "Alder AB", "SE", Fraction(1))
    assert codes(found) == ["applicant_owner"]


def test_nobody_named_is_a_doubt_and_no_failure() -> None:
    found = read(assignees="", parties="")
    assert (found.parties[0].name, codes(found)) == ("—", ["no_party"])


def test_an_assignee_without_an_address_book_is_read() -> None:
    found = read(assignees="<assignees><assignee><orgname>Alder AB</orgname><role>03</role></assignee></assignees>")
    assert found.parties[0].name == "Alder AB"


@pytest.mark.parametrize(
    ("parts", "doubt"),
    [
        ({"filed": "20170200"}, "no_filing_date"),
        ({"filed": "soon"}, "no_filing_date"),
        ({"application": "many"}, "no_application_number"),
        ({"classes": ""}, "no_class"),
        ({"classes": "<classification-locarno><main-classification>D 1128</main-classification></classification-locarno>"}, "class_unreadable"),
        ({"filed": "20210101"}, "dates_disordered"),
        ({"title": "long " * 2_000}, "title_long"),
        ({"title": "A &frobnicate; title"}, "entity_unknown"),
    ],
)  # fmt: skip
def test_what_is_odd_is_taken_with_a_doubt(parts: dict[str, str], doubt: str) -> None:
    found = read(**parts)
    assert doubt in codes(found)
    assert found.is_doubtful


def test_a_title_of_ten_thousand_characters_is_kept_whole() -> None:
    assert len(read(title="长" * 10_000).title) == 10_000


def test_emoji_and_directions_are_kept() -> None:
    assert read(title="🙂 قطعة تبريد").title == "🙂 قطعة تبريد"


def test_the_number_inside_must_fit_the_file_named_inside() -> None:
    content = grant_xml().replace('file="US07000001', 'file="US07999999')
    assert "number_differs" in codes(formats.read(content.encode()))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (grant_xml(kind="H1", number="H002201"), "sir"),
        (grant_xml(kind="C1"), "certificate"),
        (grant_xml(kind="A1"), "kind_unknown"),
        (grant_xml(kind=""), "kind_unknown"),
        (grant_xml(number="no number"), "no_number"),
        (grant_xml(title=" "), "no_title"),
        (grant_xml(date="2020"), "no_dates"),
        (grant_xml()[:-200], "truncated"),
        ("<us-patent-grant/>", "format_unknown"),
        ("<html/>", "format_unknown"),
        ("<sequence-cwu><document-id><doc-number>1</doc-number></document-id></sequence-cwu>", "sequence_listing"),
        ("<us-patent-application/>", "format_not_read"),
        ("<patent-application-publication/>", "format_not_read"),
        ("<PATDOC/>", "format_not_read"),
        ("PATN\nWKU  039373754\nSRC  5\n", "format_not_read"),
        ('<b:PatentDocumentAndRelated xmlns:b="http://www.sipo.gov.cn/XMLSchema/business"/>', "format_not_read"),
    ],
)
def test_what_is_not_taken_has_a_reason(content: str, code: str) -> None:
    assert refused(content) == code


def test_every_remark_can_be_worded(app: object) -> None:
    class Anything(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return key

    for level, wordings in (("refusal", REFUSALS), ("doubt", DOUBTS), ("note", NOTES)):
        for code in wordings:
            remark = {"code": code, "detail": Anything()}
            assert text_of(remark)
            assert level_of(remark) == level
    assert text_of({"code": "from later"}) == "from later"
