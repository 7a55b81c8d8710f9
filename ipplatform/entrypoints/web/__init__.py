"""The pages: a package per audience, a blueprint per noun."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

# One line a blueprint: "<audience>.<noun>".
BLUEPRINTS = (
    "public.api",
    "public.home",
    "public.log",
    "public.log_keys",
    "public.log_entries",
    "public.records",
    "public.register",
    "public.search",
    "public.listings",
    "public.feed",
    "public.styleguide",
    "public.verify",
    "public.witness",
    "holder.assets",
    "holder.filings",
    "holder.filing_tasks",
    "holder.filing_documents",
    "holder.filing_signatures",
    "holder.erasures",
    "holder.home",
    "office.audit",
    "office.audit_runs",
    "office.audit_access",
    "market.negotiations",
    "market.agreements",
    "office.queue",
    "office.filings",
    "office.erasures",
    "office.holds",
    "market.listings",
    "market.needs",
    "market.matches",
    "account.identity",
    "account.passwords",
    "account.profile",
    "account.organisation",
    "account.tokens",
    "account.signing_keys",
    "admin.people",
)


def init_app(app: Flask) -> None:
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f"{__name__}.{name}").blueprint)
