"""Writing the market."""

from ipplatform.domain.marketplace.services.listings import (
    close,
    discard,
    draft,
    edit,
    obstacles,
    publish,
    reconsider,
)
from ipplatform.domain.marketplace.services.needs import (
    create_need,
    decline_match,
    edit_need,
    move_need,
    take_back_decline,
)

__all__ = [
    "close",
    "create_need",
    "decline_match",
    "discard",
    "draft",
    "edit",
    "edit_need",
    "move_need",
    "obstacles",
    "publish",
    "reconsider",
    "take_back_decline",
]
