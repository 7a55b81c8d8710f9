"""Nothing in an XML document is expanded, fetched or trusted."""

from pathlib import Path

import pytest

from ipplatform.domain.assets.reading import xml
from ipplatform.domain.assets.reading.outcome import RefusedDocument, Remark


def refusal(content: bytes | str) -> Remark:
    with pytest.raises(RefusedDocument) as raised:
        xml.parse(content.encode() if isinstance(content, str) else content)
    return raised.value.remark


BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "lol">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + "]><a>&l9;</a>"
)


@pytest.mark.parametrize(
    "content",
    [
        BILLION_LAUGHS,
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]><a/>',
        '<!DOCTYPE a [<!ENTITY x "harmless">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x "<b>"><!ENTITY y "&x;&x;">]><a>&y;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "a.tif" NDATA TIF><!ENTITY y "z">]><a/>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "a>b" NDATA TIF "><!ENTITY y">]><a/>',
        '<!DOCTYPE a [<!ENTITY a "&b;"><!ENTITY b "&a;">]><a b="&a;"/>',
    ],
)
def test_declared_entities_are_refused(content: str) -> None:
    assert refusal(content).code == "entities"


def test_names_of_pictures_are_harmless() -> None:
    root = xml.parse(b'<!DOCTYPE a SYSTEM "x.dtd" [ <!ENTITY P-1.TIF SYSTEM "P-1.TIF" NDATA TIF> ]><a>text</a>')
    assert xml.text(root) == "text"


def test_no_file_is_read_for_a_dtd(tmp_path: Path) -> None:
    dtd = tmp_path / "x.dtd"
    dtd.write_text('<!ENTITY secret "found">')
    root = xml.parse(f'<!DOCTYPE a SYSTEM "{dtd}"><a>&secret;</a>'.encode())
    assert xml.text(root) == "&secret;"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<a><b></a>", "malformed"),
        (b"<a>\xff\xfe\xe4</a>", "malformed"),
        ("<?xml version='1.0' encoding='UTF-8'?><a>Z\xfcrich</a>".encode("latin-1"), "malformed"),
        (b"<a>unfinished", "truncated"),
        (b"<a><b>text</b>", "truncated"),
        (b"no xml", "truncated"),
        (b"<a>\x00</a>", "nul_bytes"),
        ("<a/>".encode("utf-16"), "encoding"),
        ("<a/>".encode("utf-16-le"), "encoding"),
        (b"<?xml version='1.0' encoding='UTF-7'?><a/>", "encoding"),
        (b"<?xml version='1.0' encoding='IBM037'?><a/>", "encoding"),
        (b"<a>" * 300 + b"</a>" * 300, "too_deep"),
        (b"<a>" + b"x" * 11_000_000 + b"</a>", "too_deep"),
        (b"<a>\x01</a>", "malformed"),
    ],
)
def test_a_document_that_cannot_be_read_says_why(content: bytes, code: str) -> None:
    assert refusal(content).code == code


def test_the_line_of_a_fault_is_given() -> None:
    assert refusal(b"<a>\n<b>\n</c>\n</a>").detail["line"] == 3


def test_latin_1_is_read_when_it_says_so() -> None:
    content = "<?xml version='1.0' encoding='ISO-8859-1'?><a>Z\xfcrich</a>".encode("latin-1")
    assert xml.text(xml.parse(content)) == "Zürich"


def test_named_characters_are_known_without_a_dtd() -> None:
    unknown: set[str] = set()
    root = xml.parse(b'<!DOCTYPE a SYSTEM "x.dtd" []><a>5&nbsp;&micro;m &frobnicate;</a>')
    assert xml.text(root, unknown) == "5 µm &frobnicate;"
    assert unknown == {"frobnicate"}


def test_marked_up_text_is_read_as_people_read_it() -> None:
    root = xml.parse("<a>H<sub>2</sub>O<br/>and <i>e\u0301</i><!-- no --><?no no?>\n  🙂</a>".encode())
    assert xml.text(root) == "H2O and é 🙂"


def test_paragraphs_keep_their_lines() -> None:
    root = xml.parse(b"<d><heading>FIELD</heading><p>One\n two.</p><p>Three<ul><li>a</li><li>b</li></ul></p></d>")
    assert xml.blocks(root) == "FIELD\nOne two.\nThree\na\nb"
    assert xml.blocks(None) == ""
