"""Ed25519 public keys that only honest key generation makes. RFC 8032 section 5.1; no library exposes these checks.

A key of small or mixed order, or in another spelling than its own, lets signatures be valid for one verifier and invalid
for another, or for messages that nobody signed (Chalkias, Garillot, Nikolaenko: "Taming the many EdDSAs", 2020).
"""

from __future__ import annotations

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
SIZE = 32

Point = tuple[int, int, int, int]
NEUTRAL: Point = (0, 1, 1, 0)


class Unsound(ValueError):
    """`reason` is one of spelling, point, small_order, mixed_order."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def require_sound(encoded: bytes) -> None:
    """Raises Unsound unless the 32 bytes are the one spelling of a point of the prime order L."""
    point = decode(encoded)
    if _is_neutral(_times(8, point)):
        raise Unsound("small_order")
    if not _is_neutral(_times(L, point)):
        raise Unsound("mixed_order")


def decode(encoded: bytes) -> Point:
    """RFC 8032 section 5.1.3, and stricter than it: y below p, and no sign on x = 0."""
    if len(encoded) != SIZE:
        raise Unsound("point")
    number = int.from_bytes(encoded, "little")
    y, sign = number & (2**255 - 1), number >> 255
    if y >= P:
        raise Unsound("spelling")
    x = _x_of(y)
    if x == 0 and sign:
        raise Unsound("spelling")
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def _x_of(y: int) -> int:
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT_OF_MINUS_ONE % P
    if x * x % P != square:
        raise Unsound("point")
    return x


def _is_neutral(point: Point) -> bool:
    x, y, z, _ = point
    return x % P == 0 and (y - z) % P == 0


def _times(factor: int, point: Point) -> Point:
    found = NEUTRAL
    while factor:
        if factor & 1:
            found = _add(found, point)
        point = _add(point, point)
        factor >>= 1
    return found


def _add(one: Point, other: Point) -> Point:
    """RFC 8032 section 5.1.4, complete for every pair of points."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)
