"""Wycheproof's cases, collected from faults of real verifiers, under the verifiers that we trust."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from ipplatform.domain.evidence.formats import note
from ipplatform.domain.evidence.formats.signing import ED25519
from ipplatform.domain.evidence.holder import edwards

CASES = Path(__file__).parents[3] / "vendor/wycheproof-1.0.28"


def cases(name: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    """(public key, case)."""
    for group in json.loads((CASES / name).read_text())["testGroups"]:
        for case in group["tests"]:
            yield group["publicKey"], case


def accepts_ed25519(public: bytes, case: dict[str, Any]) -> bool:
    try:
        note.VerifierKey("log.example", ED25519, public).verify(bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
    except note.NoteError:
        return False
    return True


def accepts_mldsa44(public: bytes, case: dict[str, Any]) -> bool:
    try:
        key = MLDSA44PublicKey.from_public_bytes(public)
        context = bytes.fromhex(case["ctx"]) if "ctx" in case else None
        key.verify(bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]), context)
    except (InvalidSignature, ValueError):
        return False
    return True


def test_ed25519_signatures_are_taken_and_refused_as_they_must_be() -> None:
    """Cases called acceptable have keys that no honest generator makes."""
    found = {"valid": 0, "invalid": 0, "acceptable": 0}
    for group, case in cases("ed25519_test.json"):
        found[case["result"]] += 1
        if case["result"] != "acceptable":
            accepted = accepts_ed25519(bytes.fromhex(group["pk"]), case)
            assert accepted == (case["result"] == "valid"), case["tcId"]
    assert found == {"valid": 117, "invalid": 64, "acceptable": 29}


def test_keys_of_small_and_mixed_order_are_not_enrolled_and_all_others_are() -> None:
    unsound = {"SmallOrderPublicKey": "small_order", "MixedOrderPublicKey": "mixed_order"}
    reasons = {group["pk"]: unsound.get(case["flags"][0]) for group, case in cases("ed25519_test.json")}
    assert set(reasons.values()) == {None, *unsound.values()}
    for public, reason in reasons.items():
        if reason is None:
            edwards.require_sound(bytes.fromhex(public))
        else:
            with pytest.raises(edwards.Unsound) as refused:
                edwards.require_sound(bytes.fromhex(public))
            assert refused.value.reason == reason


def test_ml_dsa_44_signatures_are_taken_and_refused_as_they_must_be() -> None:
    found = {"valid": 0, "invalid": 0}
    for public, case in cases("mldsa_44_verify_test.json"):
        found[case["result"]] += 1
        assert accepts_mldsa44(bytes.fromhex(public), case) == (case["result"] == "valid"), case["tcId"]
    assert found == {"valid": 77, "invalid": 103}
