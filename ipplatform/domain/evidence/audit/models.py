"""The memory of alarms."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ipplatform.foundation.db import Base, UtcDateTime


class AuditAlarm(Base):
    """An alarm that was mailed. `about` tells two of a kind apart: a run, a halt's moment, a witness."""

    __tablename__ = "evidence_alarm"
    __table_args__ = (UniqueConstraint("kind", "about"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    about: Mapped[str] = mapped_column(String(60))
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
