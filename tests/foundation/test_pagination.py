from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from ipplatform.domain.accounts.models import Organisation
from ipplatform.foundation.errors import Invalid
from ipplatform.foundation.pagination import Descending, encode, keyset
from tests.databases import both_databases
from tests.factories import make_organisation

BY_NAME = [Organisation.name, Descending(Organisation.id)]


@both_databases
def test_pages_hold_every_row_once_even_when_rows_come_in_between(app: Flask) -> None:
    made = [make_organisation(name) for name in ("b", "a", "b", "c", "a", "b")]
    page = keyset(select(Organisation), order=BY_NAME, after=None, limit=2)  # type: ignore[arg-type]
    seen = [one.id for one in page.items]
    make_organisation("a")
    while page.next_cursor:
        page = keyset(select(Organisation), order=BY_NAME, after=page.next_cursor, limit=2)  # type: ignore[arg-type]
        seen += [one.id for one in page.items]
    expected = sorted(made, key=lambda one: (one.name, -one.id))
    assert seen == [one.id for one in expected]


FORGED = [
    encode([1]),
    encode(["a", "b\x00"]),
    encode([[1], 2]),
    encode(["a", "b"]),
    encode([1, 2]),
    encode(["a", True]),
    encode(["a", None]),
    encode(["a", 1.5]),
    encode([date(2026, 1, 1), 2]),
    "WyJcdWQ4MDAiLDJd",  # a lone surrogate as the name
    "W3sibiI6ImFiYyJ9LDJd",  # a number that is none
]


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "bnVsbA", *FORGED])
def test_a_forged_cursor_is_refused_as_bad_input(app: Flask, cursor: str) -> None:
    if not cursor:
        assert keyset(select(Organisation), order=BY_NAME, after=cursor, limit=2).items == []  # type: ignore[arg-type]
        return
    with pytest.raises(Invalid):
        keyset(select(Organisation), order=BY_NAME, after=cursor, limit=2)  # type: ignore[arg-type]
