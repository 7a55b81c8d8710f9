"""Countries by ISO 3166 code and the groups licences name, expanded to their members on a date.

Groups keep the dates on which members joined and left: the European Patent Convention (EP), the European Union
(EU), the European Economic Area (EEA), the Eurasian Patent Convention (EA), the Harare Protocol of ARIPO and the
Bangui Agreement of OAPI. WIPO ST.3's office codes EM, AP and OA are accepted as names of the groups.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

import pycountry
from babel import Locale

from ipplatform.domain.rights.ranges import Ranges
from ipplatform.foundation.clock import today
from ipplatform.foundation.i18n import _l

COUNTRIES: frozenset[str] = frozenset(country.alpha_2 for country in pycountry.countries)
WORLD = "WORLD"
ALIASES = {"EM": "EU", "AP": "ARIPO", "OA": "OAPI", "WO": WORLD, "*": WORLD, "UK": "GB"}

_ALWAYS = date.min
_EU_SINCE = {
    "1958-01-01": "BE DE FR IT LU NL",
    "1973-01-01": "DK IE",
    "1981-01-01": "GR",
    "1986-01-01": "ES PT",
    "1995-01-01": "AT FI SE",
    "2004-05-01": "CY CZ EE HU LT LV MT PL SI SK",
    "2007-01-01": "BG RO",
    "2013-07-01": "HR",
}
_EP_SINCE = {
    "1977-10-07": "BE CH DE FR GB LU NL",
    "1978-05-01": "SE",
    "1978-12-01": "IT",
    "1979-05-01": "AT",
    "1980-04-01": "LI",
    "1986-10-01": "ES GR",
    "1990-01-01": "DK",
    "1991-12-01": "MC",
    "1992-01-01": "PT",
    "1992-08-01": "IE",
    "1996-03-01": "FI",
    "1998-04-01": "CY",
    "2000-11-01": "TR",
    "2002-07-01": "BG CZ EE SK",
    "2002-12-01": "SI",
    "2003-01-01": "HU",
    "2003-03-01": "RO",
    "2004-03-01": "PL",
    "2004-11-01": "IS",
    "2004-12-01": "LT",
    "2005-07-01": "LV",
    "2007-03-01": "MT",
    "2008-01-01": "HR NO",
    "2009-01-01": "MK",
    "2009-07-01": "SM",
    "2010-05-01": "AL",
    "2010-10-01": "RS",
    "2022-10-01": "ME",
}
_ARIPO = "BW CV GH GM KE LR LS MU MW MZ NA RW SC SD SL ST SZ TZ UG ZM ZW"
_OAPI = "BF BJ CF CG CI CM GA GN GQ GW KM ML MR NE SN TD TG"
_EA = "AM AZ BY KG KZ RU TJ TM"

Membership = tuple[str, date, date | None]


def _since(table: dict[str, str]) -> list[Membership]:
    return [(code, date.fromisoformat(day), None) for day, codes in table.items() for code in codes.split()]


def _standing(codes: str) -> list[Membership]:
    return [(code, _ALWAYS, None) for code in codes.split()]


_EU = [*_since(_EU_SINCE), ("GB", date(1973, 1, 1), date(2020, 2, 1))]
GROUPS: dict[str, list[Membership]] = {
    WORLD: [(code, _ALWAYS, None) for code in sorted(COUNTRIES)],
    "EP": _since(_EP_SINCE),
    "EU": _EU,
    "EEA": [*_EU, *_standing("IS LI NO")],
    "EA": _standing(_EA),
    "ARIPO": _standing(_ARIPO),
    "OAPI": _standing(_OAPI),
}
GROUP_LABELS: dict[str, Any] = {
    WORLD: _l("the whole world"),
    "EP": _l("European Patent Convention states"),
    "EU": _l("European Union"),
    "EEA": _l("European Economic Area"),
    "EA": _l("Eurasian Patent Convention states"),
    "ARIPO": _l("ARIPO states"),
    "OAPI": _l("OAPI states"),
}


@lru_cache(maxsize=256)
def members(group: str, at: date) -> frozenset[str]:
    """The countries in ``group`` on ``at``; the day a member leaves no longer counts."""
    return frozenset(code for code, since, until in GROUPS[group] if since <= at and (until is None or at < until))


def is_code(code: str) -> bool:
    """Whether ``code`` (upper case) names a country, a group, or one of the accepted other names."""
    return code in COUNTRIES or code in GROUPS or code in ALIASES


def expand(codes: Iterable[str], *, at: date | None = None) -> frozenset[str]:
    """Countries named by ``codes`` (countries and groups, any case) on ``at``, today if not given.

    Raises ValueError naming the first code that is neither.
    """
    found: set[str] = set()
    for code in codes:
        name = ALIASES.get(code.strip().upper(), code.strip().upper())
        if name in COUNTRIES:
            found.add(name)
        elif name in GROUPS:
            found |= members(name, at or today())
        else:
            raise ValueError(code)
    return frozenset(found)


def condense(countries: Iterable[str], *, at: date | None = None) -> tuple[str, ...]:
    """The shortest usual way to say ``countries``: whole groups first, largest first, then what is left."""
    left = set(countries)
    named: list[str] = []
    day = at or today()
    for group in sorted(GROUPS, key=lambda name: (-len(members(name, day)), name)):
        if members(group, day) <= left:
            named.append(group)
            left -= members(group, day)
    return (*named, *sorted(left))


def label(code: str, locale: str) -> str:
    """The name of a country or group in ``locale`` (``en`` or ``zh``); groups follow the language in force."""
    if code in GROUP_LABELS:
        return str(GROUP_LABELS[code])
    names = Locale.parse("zh_Hans" if locale == "zh" else locale).territories
    return str(names.get(code, code))


def number(country: str) -> int:
    """A country's lasting number, from its two letters: AA is 0, ZZ is 675."""
    return (ord(country[0]) - 65) * 26 + ord(country[1]) - 65


def ranges(countries: Iterable[str]) -> Ranges:
    return Ranges.points(number(country) for country in countries)


def codes(numbers: Ranges) -> frozenset[str]:
    """The countries whose numbers lie in ``numbers``."""
    return frozenset(
        chr(65 + place // 26) + chr(65 + place % 26) for low, high in numbers for place in range(low, high)
    )
