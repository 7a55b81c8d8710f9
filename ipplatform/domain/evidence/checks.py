"""What the parts of evidence register at start: their tables and their share of the audit."""

from ipplatform.domain.evidence.holder import checks as holder

__all__ = ["holder"]
