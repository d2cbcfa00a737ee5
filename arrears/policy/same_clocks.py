"""Zones that show the same time: one name for those whose clocks agree, so that a book needs few of them.

The IANA database keeps apart zones that once differed. Since 2020 the clocks of each pair here agree, and tests compare
them; a book judged at an earlier moment is judged by the zone that stands for the others.
"""

from __future__ import annotations

US_ZONES = {
    "E": "America/New_York",
    "C": "America/Chicago",
    "M": "America/Denver",
    "Z": "America/Phoenix",
    "P": "America/Los_Angeles",
    "A": "America/Anchorage",
    "K": "America/Adak",
    "H": "Pacific/Honolulu",
    "R": "America/Puerto_Rico",
    "G": "Pacific/Guam",
    "S": "Pacific/Pago_Pago",
}
"""The clocks of the United States and its territories, by the letter that our tables use."""

CANADIAN_ZONES = {
    name: f"America/{name}"
    for name in (
        "Edmonton",
        "Fort_Nelson",
        "Halifax",
        "Regina",
        "St_Johns",
        "Toronto",
        "Vancouver",
        "Whitehorse",
        "Winnipeg",
    )
}

_SAME = {
    "America/New_York": (
        "America/Detroit",
        "America/Indiana/Indianapolis",
        "America/Indiana/Marengo",
        "America/Indiana/Petersburg",
        "America/Indiana/Vevay",
        "America/Indiana/Vincennes",
        "America/Indiana/Winamac",
        "America/Kentucky/Louisville",
        "America/Kentucky/Monticello",
        "US/Eastern",
    ),
    "America/Chicago": (
        "America/Indiana/Knox",
        "America/Indiana/Tell_City",
        "America/Menominee",
        "America/North_Dakota/Beulah",
        "America/North_Dakota/Center",
        "America/North_Dakota/New_Salem",
        "US/Central",
    ),
    "America/Denver": ("America/Boise", "America/Shiprock", "US/Mountain"),
    "America/Phoenix": ("US/Arizona",),
    "America/Los_Angeles": ("US/Pacific",),
    "America/Anchorage": (
        "America/Juneau",
        "America/Metlakatla",
        "America/Nome",
        "America/Sitka",
        "America/Yakutat",
        "US/Alaska",
    ),
    "Pacific/Honolulu": ("US/Hawaii",),
    "America/Puerto_Rico": ("America/St_Thomas",),
    "Pacific/Guam": ("Pacific/Saipan",),
    "Europe/London": ("Europe/Guernsey", "Europe/Isle_of_Man", "Europe/Jersey"),
    "Europe/Berlin": ("Europe/Busingen",),
    "Europe/Oslo": ("Arctic/Longyearbyen",),
    "Europe/Rome": ("Europe/Vatican",),
    "Europe/Helsinki": ("Europe/Mariehamn",),
}

STANDS_FOR = {name: kept for kept, others in _SAME.items() for name in others}
"""The zone that stands for each other one."""


def clock(zone: str) -> str:
    """The zone that stands for one whose clocks agree with it.

    Examples
    --------
    >>> clock("America/Detroit"), clock("America/Phoenix")
    ('America/New_York', 'America/Phoenix')
    """
    return STANDS_FOR.get(zone, zone)
