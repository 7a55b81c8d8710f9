"""Settings of one zone, read from the environment once at start; documented in docs/operators/settings.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from environs import Env, ValidationError


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of an installation. Sizes are bytes, periods are seconds unless the name says otherwise."""

    environment: str
    data_dir: Path
    database_url: str
    secret_key: str | None
    origin: str
    base_url: str
    zone_name: str
    zone_name_zh: str
    operator_name: str
    operator_registration: str
    operator_qualification: str
    operator_interest: str
    zone_currency: str
    zone_timezone: str
    default_locale: str
    document_max_bytes: int
    form_max_bytes: int
    filing_max_documents: int
    session_hours: int
    login_max_failures: int
    login_window_minutes: int
    secure_cookies: bool
    trusted_proxies: int
    mail_folder: Path
    smtp_url: str | None
    mail_sender: str
    log_store: str | None
    sequencer_interval_ms: int
    log_level: str
    metrics_token: str | None
    log_key_pkcs11: str | None
    signer_socket: Path | None
    time_authorities: Path | None
    witness_policy: Path | None
    audit_hour: int
    audit_full_days: int
    audit_alarm_days: int

    @property
    def debug(self) -> bool:
        return self.environment == "development"

    @property
    def keys_dir(self) -> Path:
        return self.data_dir / "keys"

    @property
    def documents_dir(self) -> Path:
        return self.data_dir / "documents"

    @property
    def log_dir(self) -> Path:
        """Published tiles, entries and checkpoint, unless LOG_STORE names a bucket: files any web server may serve."""
        return self.data_dir / "log" if self.log_bucket or not self.log_store else Path(self.log_store).resolve()

    @property
    def log_bucket(self) -> str | None:
        """`s3://bucket/prefix` when the log is published in a bucket."""
        return self.log_store if self.log_store and "://" in self.log_store else None

    @property
    def log_place(self) -> str:
        """Where the log is published, as one address."""
        return self.log_bucket or str(self.log_dir)

    @property
    def signer_dir(self) -> Path:
        """The signer's own durable last head; operators put it on other storage than the database."""
        return self._signer_dir or self.data_dir / "signer"

    @property
    def key_passphrase_file(self) -> Path:
        """What key files are encrypted with; beside the signer's memory, so on other storage than the keys."""
        return self._key_passphrase_file or self.signer_dir / "passphrase"

    @property
    def erasure_dir(self) -> Path:
        """What was erased, so that it can be destroyed again after a restored backup; kept apart from the database."""
        return self._erasure_dir or self.data_dir / "erasures"

    @property
    def witness_name(self) -> str:
        """Under which this installation cosigns other logs; never changes once it has."""
        return self._witness_name or f"{self.origin.partition('/')[0]}/witness"

    @property
    def witness_logs(self) -> Path:
        """Verifier keys of the logs that this installation witnesses, one a line."""
        return self._witness_logs or self.data_dir / "witness-logs.txt"

    @property
    def index_dir(self) -> Path:
        return self.data_dir / "index"

    _signer_dir: Path | None = None
    _witness_name: str | None = None
    _witness_logs: Path | None = None
    _key_passphrase_file: Path | None = None
    _erasure_dir: Path | None = None


def from_environment(**overrides: object) -> Settings:
    """Read the settings; ``overrides`` (tests, commands) win over the environment.

    Raises ``environs.EnvError`` naming the variable when a value cannot be read.
    """
    env = Env()
    data_dir = Path(str(overrides.pop("data_dir", None) or env.str("DATA_DIR", "var"))).resolve()
    values: dict[str, object] = {
        "environment": env.str("IPPLATFORM_ENVIRONMENT", "production"),
        "data_dir": data_dir,
        "database_url": database_url(env.str("DATABASE_URL", "") or f"sqlite:///{data_dir / 'ipplatform.sqlite3'}"),
        "secret_key": env.str("SECRET_KEY", None),
        "origin": env.str("LOG_ORIGIN", "ipplatform.example/log"),
        "base_url": env.str("BASE_URL", f"http://localhost:{env.int('PORT', 8000)}").rstrip("/"),
        "zone_name": env.str("ZONE_NAME", "Riverside Digital Free-Trade Zone"),
        "zone_name_zh": env.str("ZONE_NAME_ZH", "滨江数字自由贸易区"),
        "operator_name": _line(env.str("OPERATOR_NAME", "")),
        "operator_registration": _line(env.str("OPERATOR_REGISTRATION", "")),
        "operator_qualification": _line(env.str("OPERATOR_QUALIFICATION", "")),
        "operator_interest": _line(env.str("OPERATOR_INTEREST", "")),
        "zone_currency": env.str("ZONE_CURRENCY", "CNY"),
        "zone_timezone": env.str("ZONE_TIMEZONE", "Asia/Shanghai"),
        "default_locale": env.str("DEFAULT_LOCALE", "en"),
        "document_max_bytes": env.int("DOCUMENT_MAX_BYTES", 500 * 1024 * 1024),
        "form_max_bytes": env.int("FORM_MAX_BYTES", 4 * 1024 * 1024),
        "filing_max_documents": env.int("FILING_MAX_DOCUMENTS", 100),
        "session_hours": env.int("SESSION_HOURS", 12),
        "login_max_failures": env.int("LOGIN_MAX_FAILURES", 8),
        "login_window_minutes": env.int("LOGIN_WINDOW_MINUTES", 15),
        "secure_cookies": env.bool("SECURE_COOKIES", env.str("BASE_URL", "").startswith("https://")),
        "trusted_proxies": env.int("TRUSTED_PROXIES", 0),
        "mail_folder": Path(env.str("MAIL_FOLDER", str(data_dir / "mail"))),
        "smtp_url": env.str("SMTP_URL", None),
        "mail_sender": env.str("MAIL_SENDER", "registry@ipplatform.example"),
        "log_store": env.str("LOG_STORE", None, validate=_place),
        "sequencer_interval_ms": env.int("SEQUENCER_INTERVAL_MS", 200),
        "log_level": env.str("LOG_LEVEL", "INFO"),
        "metrics_token": env.str("METRICS_TOKEN", None),
        "log_key_pkcs11": env.str("LOG_KEY_PKCS11", None),
        "signer_socket": env.path("SIGNER_SOCKET", None),
        "time_authorities": env.path("TIME_AUTHORITIES", None),
        "witness_policy": env.path("WITNESS_POLICY", None),
        "audit_hour": env.int("AUDIT_HOUR", 2, validate=_between(0, 23)),
        "audit_full_days": env.int("AUDIT_FULL_DAYS", 7, validate=_between(1, 366)),
        "audit_alarm_days": env.int("AUDIT_ALARM_DAYS", 10, validate=_between(1, 3660)),
        "_signer_dir": env.path("SIGNER_DIR", None),
        "_witness_name": env.str("WITNESS_NAME", None),
        "_witness_logs": env.path("WITNESS_LOGS", None),
        "_key_passphrase_file": env.path("KEY_PASSPHRASE_FILE", None),
        "_erasure_dir": env.path("ERASURE_DIR", None),
    }
    values.update(overrides)
    return Settings(**values)  # type: ignore[arg-type]


def _line(text: str) -> str:
    """A statement that stands on one line of a text file."""
    return " ".join(text.split())


def _between(least: int, most: int) -> Callable[[int], None]:
    def check(value: int) -> None:
        if not least <= value <= most:
            raise ValidationError(f"{value} is not from {least} to {most}")

    return check


def _place(text: str | None) -> None:
    if text and "://" in text and not re.fullmatch(r"s3://[^/]+(/.+)?", text):
        raise ValidationError(f"{text} is neither a folder nor s3://bucket/prefix")


def database_url(text: str) -> str:
    """SQLAlchemy address for ``text``; a bare ``postgres(ql)://`` address gets the psycopg 3 driver."""
    for prefix in ("postgres://", "postgresql://"):
        if text.startswith(prefix):
            return "postgresql+psycopg://" + text.removeprefix(prefix)
    return text
