"""Grants, overlaps and what remains, said in the language in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.lists import format_list

from ipplatform.domain.rights import acts, fields, rules, territory
from ipplatform.foundation.i18n import _, _l, current_locale

EXCLUSIVITY_LABELS: dict[str, Any] = {
    rules.EXCLUSIVE: _l("exclusive"),
    rules.SOLE: _l("sole"),
    rules.ORDINARY: _l("ordinary"),
    rules.OPEN: _l("open"),
}
EXCLUSIVITY_HINTS: dict[str, Any] = {
    rules.EXCLUSIVE: _l("Only the licensee, not even the owner."),
    rules.SOLE: _l("The licensee and the owner, nobody else."),
    rules.ORDINARY: _l("The owner may grant the same to others."),
    rules.OPEN: _l("Anybody may take a licence on the posted terms."),
}
AXIS_LABELS: dict[str, Any] = {
    "acts": _l("acts"),
    "territories": _l("territories"),
    "fields": _l("fields of use"),
    "term": _l("term"),
    "exclusivity": _l("exclusivity"),
    "sublicensing": _l("sublicensing"),
}
LONGEST_LIST = 12


def exclusivity(code: str) -> str:
    return str(EXCLUSIVITY_LABELS.get(code, code))


def joined(names: Iterable[str], *, limit: int = LONGEST_LIST) -> str:
    """Names as a list in words; past ``limit`` the rest is counted."""
    every = list(names)
    if len(every) > limit:
        shown = every[: limit - 1]
        every = [*shown, _("%(number)s others", number=len(every) - len(shown))]
    return str(format_list(every, locale=_babel_locale()))


def act_names(codes: Iterable[str]) -> str:
    given = set(codes)
    return joined(acts.label(act) for act in acts.NUMBERS if act in given)


def territory_names(countries: Iterable[str]) -> str:
    """Whole groups by their name, the rest by country; nearly the whole world is said as an exception."""
    given = frozenset(countries)
    missing = territory.COUNTRIES - given
    if missing and len(missing) <= LONGEST_LIST and len(given) > LONGEST_LIST:
        return str(_("the whole world except %(countries)s", countries=_named(missing)))
    return joined(territory.label(code, current_locale()) for code in territory.condense(given))


def field_names(codes: Iterable[str]) -> str:
    order = list(fields.NODES)
    given = fields.normalise(codes)
    if fields.EVERYTHING in given:
        return fields.label(fields.EVERYTHING)
    return joined(fields.label(code) for code in sorted(given, key=order.index))


def day(value: date) -> str:
    return str(format_date(value, format="long", locale=_babel_locale()))


def until(end: date | None) -> str:
    return str(_("without an end date") if end is None else _("until %(day)s", day=day(end)))


def term(start: date, end: date | None) -> str:
    if end is None:
        return str(_("from %(start)s, without an end date", start=day(start)))
    return str(_("from %(start)s until %(end)s", start=day(start), end=day(end)))


def clash(found: rules.Clash) -> str:
    """One sentence naming the grant in the way and exactly what it covers of what is wanted."""
    shared = found.overlap
    return str(
        _(
            "%(exclusivity)s grant %(number)s already covers %(acts)s in %(territories)s for %(fields)s %(until)s",
            exclusivity=exclusivity(found.standing.terms.exclusivity),
            number=found.standing.number,
            acts=act_names(shared.acts),
            territories=territory_names(shared.territories),
            fields=field_names(shared.fields),
            until=until(found.standing.terms.end if shared.end is None else shared.end),
        )
    )


def remainders(left: rules.Remaining) -> list[str]:
    """Each way to narrow the wanted terms so that they are free, one sentence each; empty when there is none."""
    found: list[str] = []
    if left.acts:
        found.append(_("only these acts: %(acts)s", acts=act_names(left.acts)))
    if left.territories:
        found.append(_("only these territories: %(territories)s", territories=territory_names(left.territories)))
    if left.fields:
        found.append(_("only these fields of use: %(fields)s", fields=field_names(left.fields)))
    found += [_("only the term %(term)s", term=term(start, end)) for start, end in left.periods]
    if left.subject_to:
        found.append(_("the same, made subject to the ordinary grants that stand already"))
    if left.ordinary:
        found.append(_("an ordinary grant of the same extent"))
    return found


def refusal(found: rules.Availability) -> str:
    """The smallest overlap in a sentence, then what remains."""
    first = str(_("This right is not free: %(clash)s.", clash=clash(found.conflicts[0])))
    others = len(found.conflicts) - 1
    if others:
        first += " " + _("Grants that also stand in the way: %(number)s.", number=others)
    options = remainders(found.remaining) if found.remaining is not None else []
    if not options:
        return first + " " + str(_("Nothing of it remains free."))
    return first + " " + str(_("What remains free: %(options)s.", options="; ".join(options)))


def _named(countries: Iterable[str]) -> str:
    return joined(territory.label(code, current_locale()) for code in sorted(countries))


def _babel_locale() -> str:
    return "zh_Hans" if current_locale() == "zh" else "en"
