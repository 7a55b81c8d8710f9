"""A file from a request as a stream: neither the body nor the file is ever held in memory or in a temporary file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import current_app, request
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData
from wtforms import ValidationError  # type: ignore[import-untyped]

from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Invalid
from ipplatform.foundation.i18n import _

CHUNK = 64 * 1024
MOST_FIELDS = 20
LARGEST_FIELD = 8 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """`fields` are those sent before the file; `chunks` brings the file's bytes once."""

    fields: Mapping[str, str]
    name: str | None
    media_type: str | None
    chunks: Iterator[bytes]


def receive() -> Upload:
    """The file of a multipart form, or the raw body named by `?name=`. Ends the transaction begun so far.

    The sender decides how long an upload takes; on SQLite an open transaction would hold the only write lock meanwhile.
    Invalid on `file` when there is none.
    """
    db.session.rollback()
    if request.mimetype == "multipart/form-data":
        return _from_form()
    return Upload(request.args, request.args.get("name"), request.mimetype or None, _body())


def check_csrf(upload: Upload) -> None:
    """A streamed form's own token, which has to stand before the file: reading `request.form` would read it all."""
    if current_app.config["WTF_CSRF_ENABLED"]:
        try:
            validate_csrf(upload.fields.get("csrf_token"))
        except ValidationError as error:
            raise CSRFError(str(error)) from error


def _body() -> Iterator[bytes]:
    while chunk := request.stream.read(CHUNK):
        yield chunk


def _from_form() -> Upload:
    boundary = request.mimetype_params.get("boundary", "")
    if not boundary:
        raise Invalid({"file": [_("Choose a file.")]})
    events = _events(MultipartDecoder(boundary.encode(), max_form_memory_size=CHUNK * 4, max_parts=MOST_FIELDS + 1))
    fields: dict[str, str] = {}
    for event in events:
        if isinstance(event, File):
            name = event.filename or None
            return Upload(fields, name, event.headers.get("Content-Type"), _part(events))
        if isinstance(event, Field):
            fields[event.name] = _text(events)
    raise Invalid({"file": [_("Choose a file.")]})


def _events(decoder: MultipartDecoder) -> Iterator[Event]:
    for chunk in _body():
        decoder.receive_data(chunk)
        while not isinstance(event := _next(decoder), NeedData):
            yield event
            if isinstance(event, Epilogue):
                return
    decoder.receive_data(None)
    while not isinstance(event := _next(decoder), NeedData | Epilogue):
        yield event


def _next(decoder: MultipartDecoder) -> Event:
    try:
        return decoder.next_event()
    except ValueError as error:
        raise Invalid({"file": [_("The upload broke off or is not a valid form. Try again.")]}) from error


def _part(events: Iterator[Event]) -> Iterator[bytes]:
    for event in events:
        if not isinstance(event, Data):
            break
        if event.data:
            yield event.data
        if not event.more_data:
            return
    raise Invalid({"file": [_("The upload broke off or is not a valid form. Try again.")]})


def _text(events: Iterator[Event]) -> str:
    value = bytearray()
    for chunk in _part(events):
        value += chunk
        if len(value) > LARGEST_FIELD:
            raise Invalid({"file": [_("The upload broke off or is not a valid form. Try again.")]})
    return value.decode("utf-8", "replace")
