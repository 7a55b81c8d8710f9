from __future__ import annotations

from dataclasses import replace

from flask import Flask

from config import Settings
from ipplatform.domain.evidence import keys


def test_a_new_address_of_the_service_is_published_in_the_policy(app: Flask, settings: Settings) -> None:
    published = settings.log_dir / keys.POLICY_FILE
    app.config["SETTINGS"] = replace(settings, base_url="https://register.example")
    keys.ensure()
    assert "https://register.example/log" in published.read_text()
    assert published.read_text() == keys.policy().text


def test_a_policy_with_another_key_is_left_for_the_audit_to_find(app: Flask, settings: Settings) -> None:
    published = settings.log_dir / keys.POLICY_FILE
    forged = published.read_text().replace("quorum none", "# no quorum\nquorum none").replace("+", "+0", 1)
    published.write_text(forged)
    app.config["SETTINGS"] = replace(settings, base_url="https://register.example")
    keys.ensure()
    assert published.read_text() == forged
    assert not keys.demands_what_it_should(published)


def test_another_address_alone_is_no_finding(app: Flask, settings: Settings) -> None:
    app.config["SETTINGS"] = replace(settings, base_url="https://register.example")
    assert keys.demands_what_it_should(settings.log_dir / keys.POLICY_FILE)
