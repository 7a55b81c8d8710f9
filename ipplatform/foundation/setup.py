"""Keys an installation needs before its first request."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def ensure_session_key(keys_dir: Path) -> None:
    """Make the key that signs browser cookies when there is none; safe when several processes start at once."""
    keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = keys_dir / f".session.{secrets.token_hex(4)}"
    unfinished.write_text(secrets.token_urlsafe(48) + "\n")
    unfinished.chmod(0o600)
    try:
        os.link(unfinished, keys_dir / "session.key")
    except FileExistsError:
        return
    finally:
        unfinished.unlink()
