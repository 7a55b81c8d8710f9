"""Titles that are known without any import: the IPC's and CPC's sections, and Locarno's classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ipplatform.foundation.i18n import _l

SCHEME_LABELS: Mapping[str, Any] = {
    "ipc": _l("International Patent Classification"),
    "cpc": _l("Cooperative Patent Classification"),
    "locarno": _l("Locarno Classification"),
    "nice": _l("Nice Classification"),
    "vienna": _l("Vienna Classification"),
    "industry": _l("Industry"),
}
SECTIONS: Mapping[str, Any] = {
    "A": _l("Human necessities"),
    "B": _l("Performing operations; transporting"),
    "C": _l("Chemistry; metallurgy"),
    "D": _l("Textiles; paper"),
    "E": _l("Fixed constructions"),
    "F": _l("Mechanical engineering; lighting; heating; weapons; blasting"),
    "G": _l("Physics"),
    "H": _l("Electricity"),
    "Y": _l("New technological developments; cross-sectional technologies"),
}
LOCARNO: Mapping[str, Any] = {
    "01": _l("Foodstuffs"),
    "02": _l("Articles of clothing and haberdashery"),
    "03": _l("Travel goods, cases, parasols and personal belongings"),
    "04": _l("Brushware"),
    "05": _l("Textile piecegoods, artificial and natural sheet material"),
    "06": _l("Furnishing"),
    "07": _l("Household goods"),
    "08": _l("Tools and hardware"),
    "09": _l("Packaging and containers for the transport or handling of goods"),
    "10": _l("Clocks and watches and other measuring, checking and signalling instruments"),
    "11": _l("Articles of adornment"),
    "12": _l("Means of transport or hoisting"),
    "13": _l("Equipment for production, distribution or transformation of electricity"),
    "14": _l("Recording, telecommunication or data processing equipment"),
    "15": _l("Machines"),
    "16": _l("Photographic, cinematographic and optical apparatus"),
    "17": _l("Musical instruments"),
    "18": _l("Printing and office machinery"),
    "19": _l("Stationery and office equipment, artists' and teaching materials"),
    "20": _l("Sales and advertising equipment, signs"),
    "21": _l("Games, toys, tents and sports goods"),
    "22": _l("Arms, pyrotechnic articles, articles for hunting, fishing and pest killing"),
    "23": _l("Fluid distribution, sanitary, heating, ventilation and air-conditioning equipment, solid fuel"),
    "24": _l("Medical and laboratory equipment"),
    "25": _l("Building units and construction elements"),
    "26": _l("Lighting apparatus"),
    "27": _l("Tobacco and smokers' supplies"),
    "28": _l("Pharmaceutical and cosmetic products, toilet articles and apparatus"),
    "29": _l("Devices and equipment against fire hazards, for accident prevention and for rescue"),
    "30": _l("Articles for the care and handling of animals"),
    "31": _l("Machines and appliances for preparing food or drink"),
    "32": _l("Graphic symbols, logos, surface patterns, ornamentation"),
}


def known(scheme: str, code: str) -> Any | None:
    """The built-in title of ``code``, or None."""
    if scheme in ("ipc", "cpc"):
        return SECTIONS.get(code)
    return LOCARNO.get(code) if scheme == "locarno" else None
