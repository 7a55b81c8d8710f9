"""Every piece of a page is shown while developing, and only then."""

from dataclasses import replace

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from marshmallow import Schema, fields

from ipplatform.entrypoints.http.forms import Form
from ipplatform.entrypoints.web.public.styleguide import STATUSES


@pytest.fixture
def developing(app: Flask) -> Flask:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], environment="development")
    return app


def test_visitors_of_a_running_service_do_not_see_it(client: FlaskClient) -> None:
    assert client.get("/styleguide").status_code == 404


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_shows_every_piece(developing: Flask, client: FlaskClient, lang: str) -> None:
    page = client.get("/styleguide", query_string={"lang": lang}).text
    for piece in ("status-ok", "task-list", "timeline", "file-list", "terms-diff", "territory-map", "facets", "pager"):
        assert f'class="{piece}' in page or f" {piece}" in page, piece


def render(app: Flask, source: str, **context: object) -> str:
    imports = '{% import "macros/ui.html" as ui %}{% import "macros/forms.html" as forms %}'
    with app.test_request_context("/things?kind=patent&kind=design&after=x&_external=1"):
        return render_template_string(imports + source, **context)


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_is_an_icon_and_a_word(app: Flask, status: str) -> None:
    tag = render(app, "{{ ui.status_tag(status) }}", status=status)
    assert "<svg" in tag
    assert tag.split("</svg>")[1].removesuffix("</span>").strip()


def test_an_unknown_status_is_shown_as_it_is(app: Flask) -> None:
    assert "Half baked" in render(app, "{{ ui.status_tag('half_baked') }}")


def test_the_next_page_keeps_the_filters(app: Flask) -> None:
    pager = render(app, "{{ ui.pager({'next_cursor': 'a b&c'}) }}")
    assert 'href="/things?kind=patent&amp;kind=design&amp;_external=1&amp;after=a+b%26c"' in pager
    assert 'href="/things?kind=patent&amp;kind=design&amp;_external=1"' in pager


def test_a_territory_without_a_square_is_still_on_the_map(app: Flask) -> None:
    source = '{% import "macros/territories.html" as territories %}{{ territories.map({"BM": "free", "DE": "taken"}) }}'
    page = render(app, source)
    assert "<title>Bermuda: Free</title>" in page
    assert "<dd>Germany</dd>" in page


class Sample(Schema):
    title = fields.String(required=True, metadata={"label": "Title", "hint": "As on the drawings."})
    acts = fields.List(fields.String(), metadata={"label": "Acts", "choices": [("make", "Make"), ("sell", "Sell")]})
    secret = fields.String(metadata={"label": "Secret", "widget": "password"})


def test_an_error_is_tied_to_its_field_and_named_in_the_summary(app: Flask) -> None:
    form = Form(Sample(), {"title": '"><b>'}, {"title": ["Answer this question."]})
    page = render(app, "{{ forms.error_summary(form) }}{{ forms.field('title', form) }}", form=form)
    assert 'href="#field-title"' in page
    assert 'aria-describedby="hint-title error-title"' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-required="true"' in page
    assert "<b>" not in page


def test_a_field_in_order_says_nothing_of_errors(app: Flask) -> None:
    page = render(app, "{{ forms.error_summary(form) }}{{ forms.field('title', form) }}", form=Form(Sample()))
    assert "error" not in page
    assert 'aria-describedby="hint-title"' in page


def test_what_was_ticked_stays_ticked(app: Flask) -> None:
    page = render(app, "{{ forms.field('acts', form) }}", form=Form(Sample(), {"acts": ["sell"]}))
    assert page.count("checked") == 1
    assert page.index('value="sell"') < page.index("checked")


def test_a_password_is_never_sent_back(app: Flask) -> None:
    page = render(app, "{{ forms.field('secret', form) }}", form=Form(Sample(), {"secret": "hunter2hunter2"}))
    assert "hunter2" not in page
