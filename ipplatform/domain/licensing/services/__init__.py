"""Writing licences: negotiating, agreeing, signing, executing."""

from ipplatform.domain.licensing.services.moves import accept, counter_or_offer, decline, inquire, say, withdraw
from ipplatform.domain.licensing.services.signing import SigningOutcome, sign

__all__ = ["SigningOutcome", "accept", "counter_or_offer", "decline", "inquire", "say", "sign", "withdraw"]
