"""Pages stay translatable, within the content security policy, and free of dead addresses."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, nodes
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import RequestRedirect

from tests.architecture import tree

_TEMPLATES = tree.ROOT / "templates"
_SPRITE = tree.ROOT / "ipplatform/static/vendor/bootstrap-icons-1.13.2/sprite.svg"
_SPOKEN = {"title", "alt", "placeholder", "aria-label", "aria-description", "data-label", "data-copied", "label"}
_LETTER = re.compile(r"[^\W\d_]")
# What is left of attributes that a template puts together before it writes the tag.
_ATTRIBUTE = re.compile(r"\b(?:aria-describedby|aria-invalid|aria-current|class|id|hx-[a-z]+)=\"[^\"]*\"")
# Scripts that hold data and run nothing.
_DATA = ("application/json", "importmap")
_WHOLE_PAGES = {"layouts", "emails"}
_VOID = {"br", "hr", "img", "input", "link", "meta", "wbr", "col", "source"}

# A language is named in itself; a digest's name, a unit and an extension are the same everywhere.
_SAME_IN_EVERY_LANGUAGE = {
    "English",
    "中文",
    "SHA-256",
    "SHA-512",
    "IPC",
    "CPC",
    "RSS",
    "PDF",
    "JSON",
    "XML",
    "ZIP",
    "CSV",
}

# Template -> how often it says |safe, each use looked at: what it prints was escaped before.
_TRUSTED: dict[str, int] = {}


def _names(*suffixes: str) -> list[str]:
    return sorted(
        path.relative_to(_TEMPLATES).as_posix()
        for path in _TEMPLATES.rglob("*")
        if path.suffix in (suffixes or (".html",))
    )


@cache
def _source(name: str) -> str:
    return (_TEMPLATES / name).read_text()


@cache
def _syntax(name: str) -> nodes.Template:
    return Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(_source(name))


@cache
def _without_jinja(name: str) -> str:
    """The template's own markup: expressions become nothing, translated blocks go with their text."""
    text = re.sub(r"\{#.*?#\}", "", _source(name), flags=re.DOTALL)
    text = re.sub(r"\{% block width %\}\w*\{% endblock %\}", "", text)
    text = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", "", text, flags=re.DOTALL)
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", text, flags=re.DOTALL)


class _Markup(HTMLParser):
    """Everything the tests ask about one template."""

    def __init__(self, name: str):
        super().__init__()
        self.said: list[str] = []
        self.inline: list[str] = []
        self.forms: list[str] = []
        self._quiet = 0
        self.feed(_without_jinja(name))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        self.said += [value.strip() for key, value in given.items() if key in _SPOKEN]
        if tag == "input" and given.get("type") in ("submit", "button", "reset"):
            self.said.append(given.get("value", "").strip())
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type") not in _DATA):
            self.inline.append(f"<{tag}>")
        self.inline += [key for key in given if key == "style" or key.startswith(("on", "hx-on"))]
        self.inline += [value for value in given.values() if value.strip().lower().startswith("javascript:")]
        if tag in ("script", "style", "code", "samp", "kbd", "pre") and tag not in _VOID:
            self._quiet += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "code", "samp", "kbd", "pre"):
            self._quiet -= 1

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.said.append(_ATTRIBUTE.sub("", data).strip())


def test_every_template_can_be_read(app: Flask) -> None:
    for name in _names(".html", ".txt"):
        app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", _names())
def test_no_script_or_style_stands_in_a_page(name: str) -> None:
    assert _Markup(name).inline == []


@pytest.mark.parametrize("name", _names(".html", ".txt"))
def test_everything_a_reader_sees_or_hears_is_translated(name: str) -> None:
    said = _Markup(name).said if name.endswith(".html") else _without_jinja(name).splitlines()
    words = {text.strip() for text in said if _LETTER.search(text)} - _SAME_IN_EVERY_LANGUAGE
    assert {word for word in words if not re.fullmatch(r"&?\w+;", word)} == set()


@pytest.mark.parametrize("name", _names(".html", ".txt"))
def test_no_sentence_is_printed_past_the_catalogue(name: str) -> None:
    printed = [
        text for output in _syntax(name).find_all(nodes.Output) for one in output.nodes for text in _literals(one)
    ]
    assert [text for text in printed if re.search(r"[A-Z][a-z]+ [a-z]+|[\u4e00-\u9fff]{2}", text)] == []


def _literals(node: nodes.Node) -> Iterator[str]:
    """String constants an expression can print; those handed to a function (gettext among them) are its business."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.CondExpr | nodes.Concat | nodes.Or | nodes.And):
        for inner in node.iter_child_nodes():
            yield from _literals(inner)


@pytest.mark.parametrize("name", _names())
def test_a_template_extends_a_layout_or_is_a_part_of_a_page(name: str) -> None:
    whole = "<html" in _source(name)
    assert not whole or name.split("/", maxsplit=1)[0] in _WHOLE_PAGES


def test_every_template_is_used() -> None:
    python = "\n".join(path.read_text() for path in tree.python("ipplatform"))
    markup = "\n".join(_source(name) for name in _names(".html", ".txt"))
    unused = [
        name
        for name in _names(".html", ".txt")
        if not (f'"{name}"' in python + markup or (name.startswith("emails/") and f'"{Path(name).stem}"' in python))
    ]
    assert unused == []


@pytest.mark.parametrize("name", _names())
def test_nothing_is_called_safe_that_was_not_looked_at(name: str) -> None:
    claims = len(re.findall(r"\|\s*safe\b|autoescape\s+false", _source(name)))
    assert claims == _TRUSTED.get(name, 0)


@pytest.mark.parametrize("name", _names())
def test_moments_are_written_by_one_macro_which_names_the_clock(name: str) -> None:
    assert name == "macros/ui.html" or not re.search(r"\|\s*datetime\b|\.isoformat\(|strftime", _source(name))


def test_only_one_function_puts_moments_into_words() -> None:
    knowing = {path.name for path in (tree.ROOT / "ipplatform").rglob("*.py") if "format_datetime(" in path.read_text()}
    assert knowing == {"i18n.py", "feed.py", "jobs.py"}  # RFC 822's form, for the feed and for mails' own headers


@pytest.mark.parametrize("name", _names())
def test_a_form_that_changes_something_carries_a_token(name: str) -> None:
    posts = re.findall(r'<form\b[^>]*method="post".*?</form>', _source(name), flags=re.DOTALL | re.IGNORECASE)
    assert [form[:80] for form in posts if "csrf" not in form and name != "public/styleguide.html"] == []


def test_named_routes_exist(app: Flask) -> None:
    asked = [(name, one) for name in _names() for one in re.findall(r"url_for\(\s*['\"]([\w.]+)['\"]", _source(name))]
    assert [pair for pair in asked if pair[1] not in app.view_functions] == []


def test_written_addresses_lead_somewhere(app: Flask) -> None:
    pattern = re.compile(r"(?:href|action)=\"(/[^\"{?#]*)(?:[?#][^\"{]*)?\"")
    written = {(name, address) for name in _names() for address in pattern.findall(_source(name))}
    assert sorted(pair for pair in written if not _leads_somewhere(app, pair[1])) == []


def _leads_somewhere(app: Flask, path: str) -> bool:
    adapter = app.url_map.bind("localhost")
    for method in ("GET", "POST"):
        try:
            adapter.match(path, method=method)
        except (MethodNotAllowed, RequestRedirect):
            return True
        except Exception:
            continue
        return True
    return False


@pytest.mark.parametrize("name", _names())
def test_parts_of_a_line_are_joined_as_the_readers_language_does(name: str) -> None:
    """With comma(), colon(), _(', ') or _('; '): Chinese has signs of its own."""
    shown = re.sub(r"\{#.*?#\}", "", _source(name), flags=re.DOTALL)
    assert re.findall(r".*(?:\}\}|%\}|</[a-z]+>)[,:;](?:[ \n]).*|.*join\([\"'][,;].*", shown) == []


@pytest.mark.parametrize("name", _names())
def test_icons_exist(name: str) -> None:
    known = set(re.findall(r'<symbol id="([^"]+)"', _SPRITE.read_text()))
    calls = [call for call in _syntax(name).find_all(nodes.Call) if _called(call) == "icon" and call.args]
    asked = {icon for call in calls for icon in _choices(call.args[0])}
    of_statuses = set(re.findall(r"': \('\w+', '([\w-]+)', _\(", _source(name)))
    assert (asked | of_statuses) - known == set()


def _called(call: nodes.Call) -> str:
    return getattr(call.node, "attr", None) or getattr(call.node, "name", "")


def _choices(node: nodes.Node) -> Iterator[str]:
    """The constants an expression may come to: itself, both ways of a condition, the values of a table."""
    if isinstance(node, nodes.Const):
        yield str(node.value)
    elif isinstance(node, nodes.CondExpr):
        for way in (node.expr1, node.expr2):
            if way is not None:
                yield from _choices(way)
    elif isinstance(node, nodes.Dict):
        for pair in node.items:
            yield from _choices(pair.value)
    elif isinstance(node, nodes.Getitem):
        yield from _choices(node.node)
    elif isinstance(node, nodes.Call) and _called(node) == "get" and isinstance(node.node, nodes.Getattr):
        for part in (node.node.node, *node.args[1:]):
            yield from _choices(part)
