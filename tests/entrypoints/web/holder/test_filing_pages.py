"""What forms of a filing offer to choose from, in the reader's language."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale, refresh

from ipplatform.entrypoints.web.holder.filing_pages import country_choices


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["European Patent Office", "WIPO (PCT)", "Eurasian Patent Office", "EUIPO"]),
        ("zh", ["欧洲专利局", "世界知识产权组织（PCT）", "欧亚专利局", "欧盟知识产权局"]),
    ],
)
def test_offices_of_several_countries_come_first_and_bear_their_official_names(
    app: Flask, language: str, names: list[str]
) -> None:
    with app.test_request_context(), force_locale(language):
        refresh()
        assert country_choices(offices=True)[:4] == list(zip(["EP", "WO", "EA", "EM"], names, strict=True))
        assert not set(names) & {name for _code, name in country_choices()}
