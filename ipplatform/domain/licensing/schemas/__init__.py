"""What comes in about licences, from forms and API alike."""

from ipplatform.domain.licensing.schemas.moves import (
    AgreementListSchema,
    DeclineSchema,
    InquirySchema,
    ListSchema,
    MessageSchema,
    NegotiationListSchema,
    SignSchema,
)
from ipplatform.domain.licensing.schemas.terms import (
    USUAL_GROUPS,
    USUAL_TERRITORIES,
    ExtentSchema,
    OfferSchema,
    TermsSchema,
    as_terms,
)

__all__ = [
    "USUAL_GROUPS",
    "USUAL_TERRITORIES",
    "AgreementListSchema",
    "DeclineSchema",
    "ExtentSchema",
    "InquirySchema",
    "ListSchema",
    "MessageSchema",
    "NegotiationListSchema",
    "OfferSchema",
    "SignSchema",
    "TermsSchema",
    "as_terms",
]
