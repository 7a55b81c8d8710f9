"""What pages, certificates and mails say about independent time, in the reader's language."""

from __future__ import annotations

from ipplatform.domain.evidence.time import configuration
from ipplatform.domain.evidence.time.queries import Interval
from ipplatform.foundation.i18n import _, moment


def statement(interval: Interval) -> str:
    """One or two plain sentences: the interval with who vouches for it, or that nobody independent does (yet)."""
    if interval.not_after is None:
        return without(configured=configuration.is_configured())
    values = {"authorities": _(", ").join(interval.names), "latest": moment(interval.not_after)}
    if interval.not_before is None:
        return _(
            "In the log by %(latest)s at the latest, as %(authorities)s stamped with independent clocks.", **values
        )
    earliest = moment(interval.not_before)
    return _(
        "In the log by %(latest)s at the latest and not yet in it at %(earliest)s, as %(authorities)s stamped with "
        "independent clocks.",
        earliest=earliest,
        **values,
    )


def without(*, configured: bool) -> str:
    if configured:
        return _(
            "No independent authority has stamped the log since this filing entered it. Until one has, the time is this "
            "platform's own statement."
        )
    return _("No independent authority vouches for the time. It is this platform's own statement.")
