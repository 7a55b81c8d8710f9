from __future__ import annotations

import hashlib
import re

import pytest
from flask.testing import FlaskClient

from ipplatform.domain.evidence import entries, sequencer
from ipplatform.domain.evidence.formats import checkpoint, merkle, note
from ipplatform.domain.evidence.queries import record_by_filing
from ipplatform.entrypoints.web.public.log_drawing import Drawing
from tests.factories.evidence import make_record, make_records
from tests.statements import statements


def cells(page: str) -> list[str]:
    return re.findall(r"<code>([0-9a-f]{64})</code></td>", page)


def test_entries_are_listed_newest_first_and_paged_by_their_place(client: FlaskClient) -> None:
    make_records(entries.PAGE + 3)
    sequencer.run_once()
    make_records(1)
    with statements() as sent:
        first = client.get("/log/entries").text
    assert re.findall(r'/log/entries/(\d+)"', first) == [str(27 - place) for place in range(entries.PAGE)]
    assert len(sent) <= 3
    older = re.search(r"/log/entries\?before=\d+", first)
    assert older
    assert re.findall(r'/log/entries/(\d+)"', client.get(older[0]).text) == ["2", "1", "0"]


@pytest.mark.parametrize("before", ["x", "-1", "١", "9" * 30])
def test_a_page_that_is_none_is_refused(client: FlaskClient, before: str) -> None:
    assert client.get("/log/entries", query_string={"before": before}).status_code == 422


@pytest.mark.parametrize("index", ["3", "9" * 25])
def test_an_entry_that_no_head_covers_has_no_page(client: FlaskClient, index: str) -> None:
    make_records(3)
    sequencer.run_once()
    make_records(1)
    assert client.get(f"/log/entries/{index}").status_code == 404


@pytest.mark.parametrize(("size", "index"), [(1, 0), (2, 1), (7, 6), (300, 0), (300, 299)])
def test_the_steps_shown_lead_from_the_entry_to_the_signed_root(client: FlaskClient, size: int, index: int) -> None:
    records = make_records(size)
    sequencer.run_once()
    with statements() as sent:
        page = client.get(f"/log/entries/{index}").text
    assert len(sent) <= 4
    leaf, *pairs = cells(page)
    assert leaf == hashlib.sha256(b"\x00" + bytes(records[index].leaf)).hexdigest()
    found, shown = bytes.fromhex(leaf), page
    for sibling, result, side in zip(pairs[::2], pairs[1::2], re.findall(r"on the (left|right):", page), strict=True):
        beside = bytes.fromhex(sibling)
        found = merkle.node_hash(beside, found) if side == "left" else merkle.node_hash(found, beside)
        assert found.hex() == result
    assert checkpoint.parse(note.parse(client.get("/log/checkpoint").data).text).root == found
    assert shown.count("ML-DSA-44") == 1
    assert all(client.get(path).status_code == 200 for path in re.findall(r'href="(/log/tile/[^"]+)"', page))


def test_only_who_names_the_filing_is_told_that_it_is_this_one(client: FlaskClient) -> None:
    make_records(2)
    record, other = make_record(), make_record()
    sequencer.run_once()
    found = record_by_filing(record.public_id)
    assert found is not None
    address = re.search(r'"(/log/entries/2\?filing=[^"]+)"', client.get(f"/records/{record.public_id}").text)
    assert address
    back = f'href="/records/{record.public_id}"'
    assert back in client.get(address[1]).text
    assert back not in client.get("/log/entries/2").text
    assert "/records/" not in client.get(f"/log/entries/2?filing={other.public_id}").text


def test_a_drawing_for_millions_is_as_long_as_its_way() -> None:
    size, index = 5_000_001, 3_141_592
    path = [bytes([place]) * 32 for place in range(len(merkle.siblings(index, size)))]
    steps = entries.steps(b"\x00" * 32, index, size, path)
    assert sum(step.count for step in steps) == size - 1
    assert steps[-1].result == merkle.root_from_inclusion(b"\x00" * 32, index, size, path)
    drawing = Drawing(steps)
    assert len(drawing.branches) == len(path) == 23
    assert all(edge - 56 > 0 and edge + 56 < drawing.width for edge in (item.way for item in drawing.branches))
