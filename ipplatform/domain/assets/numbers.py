"""Numbers of patent offices: read as people and files write them, kept compact, displayed as the office does.

Compact forms follow the DOCDB habit of office, serial without leading zeros and kind: ``US7640640B2``,
``USD607201S1``, ``EP1667425A1``, ``CN113781974A``, ``JP2021044377A``. Application numbers: ``US16533534``,
``EP05255002`` (without the check digit), ``CN202111286633X`` (with it), ``JP2019165329``.
"""

from __future__ import annotations

import re

from ipplatform.foundation.ids import display_id, parse_id

_KIND = r"(?P<kind>[A-Z]\d?)?"
_US = re.compile(rf"(?:US)?(?P<series>RE|PP|AI|D|H|T|X)?0*(?P<serial>[1-9]\d*){_KIND}")
_US_PUBLISHED_APPLICATION = re.compile(r"(?:US)?(?P<year>(?:19|20)\d\d)(?P<serial>\d{7})(?P<kind>A[1-9])")
_EP = re.compile(rf"(?:EP)?(?P<serial>\d{{5,7}}){_KIND}")
_CN = re.compile(rf"(?:CN)?(?P<serial>\d{{7,9}}){_KIND}")
_JP = re.compile(rf"(?:JP)?(?P<serial>\d{{6,10}}){_KIND}")
_ERAS = {"M": 1867, "T": 1911, "S": 1925, "H": 1988, "R": 2018, "昭": 1925, "平": 1988, "令": 2018}
_JP_ERA = re.compile(r"(?:JP|特開|特願|特許)?(?P<era>[MTSHR昭平令])(?P<year>\d{1,2})-(?P<serial>\d{1,6})")
_NOISE = re.compile(r"[\s,./·’'-]+")


class UnreadableNumber(ValueError):
    """A text that is no number of that office, or whose check digit is wrong."""


def publication(office: str, text: str, kind: str = "") -> str:
    """The compact publication number; ValueError when ``text`` has no form that ``office`` uses.

    ``kind`` is the kind code (ST.16) where the source gives it apart from the number.
    """
    plain = _NOISE.sub("", text).upper()
    if office == "US":
        return _us_publication(plain, kind)
    pattern = {"EP": _EP, "CN": _CN, "JP": _JP}.get(office)
    if pattern is None:
        return _of_unknown_office(office, plain, kind)
    if office == "JP" and (era := _JP_ERA.search(text.upper().replace(" ", ""))):
        return f"JP{_ERAS[era['era']] + int(era['year'])}{int(era['serial']):06d}{kind}"
    found = pattern.fullmatch(plain)
    if found is None:
        raise UnreadableNumber(text)
    return f"{office}{found['serial']}{kind or found['kind'] or ''}"


def application(office: str, text: str) -> str:
    """The compact application number; ValueError when its form or its check digit is wrong."""
    compact = text.strip().upper().removeprefix(office)
    if office == "CN":
        return "CN" + _checked_cn(_NOISE.sub("", compact).removeprefix("ZL"))
    if office == "EP":
        return "EP" + _checked_ep(_NOISE.sub("", compact))
    if office == "JP" and (era := _JP_ERA.search(compact.replace(" ", ""))):
        return f"JP{_ERAS[era['era']] + int(era['year'])}{int(era['serial']):06d}"
    digits = _NOISE.sub("", compact).removeprefix("特願")
    if not re.fullmatch(r"[A-Z]{0,4}\d{4,14}", digits):
        raise UnreadableNumber(text)
    if office == "US" and not re.fullmatch(r"\d{5,8}", digits):
        raise UnreadableNumber(text)
    return f"{office}{digits}"


def cn_check_digit(digits: str) -> str:
    """The check digit of a Chinese application number: weights 2 to 9, then 2 to 5, modulo 11; 10 is written X.

    ``digits`` are the 8 (before October 2003) or 12 digits before the point. Source: ZC 0006-2003.
    """
    if len(digits) not in {8, 12} or not digits.isdecimal():
        raise UnreadableNumber(digits)
    weights = (*range(2, 10), *range(2, 6))
    remainder = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11
    return "X" if remainder == 10 else str(remainder)


def ep_check_digit(digits: str) -> str:
    """The check digit of a European application number: weights 1 and 2 in turn, cross sums, to the next ten."""
    if len(digits) != 8 or not digits.isdecimal():
        raise UnreadableNumber(digits)
    products = [int(digit) * (1 + place % 2) for place, digit in enumerate(digits)]
    return str(-sum(product // 10 + product % 10 for product in products) % 10)


def display(compact: str | None) -> str:
    """A compact publication number as its office prints it, our own with hyphens; anything else comes back as it is."""
    if not compact:
        return ""
    if parse_id(compact) == compact:
        return display_id(compact)
    if found := re.fullmatch(r"US((?:19|20)\d\d)(\d{7})(A\d)", compact):
        return f"US {found[1]}/{found[2]} {found[3]}"
    if found := re.fullmatch(r"US([A-Z]*)(\d+)([A-Z]\d?)?", compact):
        return f"US {found[1]}{int(found[2]):,} {found[3] or ''}".rstrip()
    if found := re.fullmatch(r"EP(\d+)([A-Z]\d?)?", compact):
        return f"EP {int(found[1]):,} {found[2] or ''}".rstrip().replace(",", " ")
    if found := re.fullmatch(r"JP(\d{4})(\d{6})(A\d?)", compact):
        return f"JP {found[1]}-{found[2]} {found[3]}"
    if found := re.fullmatch(r"([A-Z]{2})(\d+)([A-Z]\d?)?", compact):
        return f"{found[1]} {found[2]} {found[3] or ''}".rstrip()
    return compact


def display_application(compact: str | None) -> str:
    """A compact application number as its office prints it."""
    if not compact:
        return ""
    if parse_id(compact) == compact:
        return display_id(compact)
    if found := re.fullmatch(r"US(\d{2})(\d{6})", compact):
        return f"US {found[1]}/{int(found[2]):07,}"
    if found := re.fullmatch(r"CN(\d+)([\dX])", compact):
        return f"CN {found[1]}.{found[2]}"
    if found := re.fullmatch(r"EP(\d{8})", compact):
        return f"EP {found[1]}.{ep_check_digit(found[1])}"
    if found := re.fullmatch(r"JP((?:19|20)\d\d)(\d{6})", compact):
        return f"JP {found[1]}-{found[2]}"
    if found := re.fullmatch(r"([A-Z]{2})(.+)", compact):
        return f"{found[1]} {found[2]}"
    return compact


def _us_publication(plain: str, kind: str) -> str:
    if found := _US_PUBLISHED_APPLICATION.fullmatch(plain + kind):
        return f"US{found['year']}{found['serial']}{found['kind']}"
    found = _US.fullmatch(plain)
    if found is None or len(found["serial"]) > 8:
        raise UnreadableNumber(plain)
    return f"US{found['series'] or ''}{found['serial']}{kind or found['kind'] or ''}"


def _of_unknown_office(office: str, plain: str, kind: str) -> str:
    digits = plain.removeprefix(office)
    if not re.fullmatch(r"[A-Z]{2}", office) or not re.fullmatch(r"[A-Z0-9]{3,20}", digits, re.ASCII):
        raise UnreadableNumber(plain)
    return f"{office}{digits}{kind}"


def _checked_cn(digits: str) -> str:
    body, check = digits[:-1], digits[-1:]
    if len(digits) in {9, 13} and cn_check_digit(body) == check:
        return digits
    raise UnreadableNumber(digits)


def _checked_ep(digits: str) -> str:
    if len(digits) == 8 and digits.isdecimal():
        return digits
    if len(digits) == 9 and ep_check_digit(digits[:8]) == digits[8]:
        return digits[:8]
    raise UnreadableNumber(digits)
