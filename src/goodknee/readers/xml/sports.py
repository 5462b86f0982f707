"""Sports as GPX and TCX name them: Garmin's words, Strava's words and numbers, and names of activities."""

from __future__ import annotations

import re
from typing import Final

from goodknee.formats.fit_words import SPORTS

Sport = tuple[str | None, str | None]


def _table(text: str) -> dict[str, Sport]:
    table: dict[str, Sport] = {}
    for line in text.split(";"):
        words, _, meaning = line.partition("=")
        sport, _, sub_sport = meaning.strip().partition("/")
        table.update(dict.fromkeys(words.split(), (sport, sub_sport or None)))
    return table


#: Numbers are Strava's.
_TYPES: Final = _table("""
    run jogging jog 9 = running; trail_running trail_run trailrun = running/trail;
    treadmill_running treadmill = running/treadmill; indoor_running = running/indoor_running;
    track_running = running/track; street_running road_running = running/street;
    virtual_run virtualrun virtual_running = running/virtual_activity; ultra_run = running/ultra;
    biking bike ride cycle bicycling bicycle 1 = cycling; road_biking road_cycling = cycling/road;
    mountain_biking mtb mountainbikeride mountain_bike = cycling/mountain;
    gravel_cycling gravelride gravel = cycling/gravel_cycling; indoor_cycling = cycling/indoor_cycling;
    virtual_ride virtualride = cycling/virtual_activity; ebikeride e_bike_ride e_bike = e_biking;
    walk 10 = walking; casual_walking = walking/casual_walking; speed_walking = walking/speed_walking;
    indoor_walking = walking/indoor_walking; hike 4 = hiking; snowshoe = snowshoeing;
    swim 16 = swimming; lap_swimming = swimming/lap_swimming; open_water_swimming = swimming/open_water;
    nordicski nordic_ski = cross_country_skiing; other = generic
""")

#: Words that apps put into the name of an activity, in the languages they speak.
_IN_NAMES: Final = _table("""
    running run runs jogging jog laufen lauf läufe corrida carrera correr corsa
    hardlopen ochtendloop løb løpetur löpning löprunda juoksu juoksulenkki bieg bieganie běh koşu
    = running;
    cycling ride biking bike radfahren radfahrt ciclismo pedalada vélo fietsen fietsrit wielrennen cykling
    = cycling;
    walking walk spaziergang gehen caminhada caminata paseo passeggiata camminata marche wandelen = walking;
    hiking hike wandern wanderung senderismo randonnée escursione trilha = hiking;
    swimming swim schwimmen natação natación nuoto natation zwemmen = swimming
""")


def sport_of(word: str | None) -> Sport | None:
    """Return FIT's sport and sub-sport for a type as a file writes it; None for a word nobody knows."""
    key = re.sub(r"[\s-]+", "_", (word or "").strip().lower())
    if key in SPORTS.values():
        return key, None
    return _TYPES.get(key)


def sport_in_name(name: str | None) -> Sport | None:
    """Return the sport that the name of an activity tells ("Morning Run"); None unless it tells just one."""
    words = re.findall(r"[^\W\d_]+", (name or "").lower()[:200])
    told = {_IN_NAMES[word] for word in words if word in _IN_NAMES}
    told |= {("running", None) for word in words if word.endswith("lauf")}
    return told.pop() if len(told) == 1 else None
