"""Times of day as a child reads them, in the time of the place: without a script nobody knows the child's own."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.core import get_global
from babel.dates import format_skeleton, get_timezone_location

from pop.places.countries import country_name

# Where a country has several zones: the one that most people live in, or the capital's. A time is then said with its
# city, because "time in Brazil" would be wrong for many. Countries whose other zones are small islands or enclaves, or
# where the whole country keeps one time in law, are said by name.
_SEVERAL = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei",
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "NZ": "Pacific/Auckland",
    "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UM": "Pacific/Wake",
    "US": "America/New_York",
}
_ONE_IN_LAW = {
    "AR": "America/Argentina/Buenos_Aires",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "MH": "Pacific/Majuro",
    "MY": "Asia/Kuala_Lumpur",
    "PS": "Asia/Gaza",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
    "XK": "Europe/Belgrade",
}


class Zone(NamedTuple):
    """The time that a country's hours are said in."""

    info: ZoneInfo
    country: str
    city: bool

    def place(self, language: str) -> str:
        """Return the name to say with a time: the country's, or the city's where the country has several times."""
        if not self.city:
            return country_name(self.country, language)
        if self.info.key == "Etc/UTC":
            return "UTC"
        return str(get_timezone_location(self.info, locale=language, return_city=True))


@functools.cache
def _single() -> dict[str, str]:
    """Return {country: zone} of the countries that have one zone only."""
    found: dict[str, set[str]] = {}
    aliases = get_global("zone_aliases")
    for zone, territory in get_global("zone_territories").items():
        found.setdefault(territory, set()).add(aliases.get(zone, zone))
    return {territory: min(zones) for territory, zones in found.items() if len(zones) == 1}


@functools.cache
def zone_of(country: str) -> Zone:
    """Return the zone in which a country's hours are said; UTC, with its city-less name, where the tables know none."""
    name = _single().get(country) or _ONE_IN_LAW.get(country)
    if name:
        return Zone(ZoneInfo(name), country, city=False)
    return Zone(ZoneInfo(_SEVERAL.get(country, "Etc/UTC")), country, city=True)


def clock_time(moment: datetime, *, zone: ZoneInfo, language: str, now: datetime) -> str:
    """Return "08:00", or "Mon 08:00" where the day is another than now's, in `zone`."""
    local = moment.astimezone(zone)
    same = local.date() == now.astimezone(zone).date()
    return str(format_skeleton("Hm" if same else "EHm", local, locale=language))
