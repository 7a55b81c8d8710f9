"""``ipplatform setup``: keys, folders, database: what a new installation needs, and harmless on an old one."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from ipplatform.domain.assets.services import schedule_expiry
from ipplatform.foundation import secretbox
from ipplatform.foundation.db import transaction


@click.command("setup")
@with_appcontext
def setup() -> None:
    """Make keys and folders where they are missing and bring the database to the newest version."""
    settings = current_app.config["SETTINGS"]
    for folder in (settings.data_dir, settings.documents_dir, settings.log_dir, settings.mail_folder):
        folder.mkdir(parents=True, exist_ok=True)
    secretbox.ensure_key(settings.keys_dir)
    from ipplatform.domain.evidence import keys
    from ipplatform.domain.evidence.succession import anchors

    keys.ensure()
    upgrade()
    with transaction():
        schedule_expiry()
    with transaction(reads_only=True):
        anchors.write_missing()
    click.echo("ready")
