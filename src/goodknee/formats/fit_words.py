"""The words behind FIT's numbers: sports, events, file types, makers and their running watches."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


def _words(table: str) -> Mapping[int, str]:
    pairs = (entry.split(maxsplit=1) for entry in table.replace("\n", ";").split(";") if entry.strip())
    return MappingProxyType({int(number): word.strip() for number, word in pairs})


FILE_TYPES: Final = _words("""
    1 device; 2 settings; 3 sport; 4 activity; 5 workout; 6 course; 7 schedules; 9 weight; 10 totals; 11 goals
    14 blood_pressure; 15 monitoring_a; 20 activity_summary; 28 monitoring_daily; 32 monitoring_b; 34 segment
    35 segment_list; 40 exd_configuration
""")

SPORTS: Final = _words("""
    0 generic; 1 running; 2 cycling; 3 transition; 4 fitness_equipment; 5 swimming; 6 basketball; 7 soccer
    8 tennis; 9 american_football; 10 training; 11 walking; 12 cross_country_skiing; 13 alpine_skiing
    14 snowboarding; 15 rowing; 16 mountaineering; 17 hiking; 18 multisport; 19 paddling; 20 flying
    21 e_biking; 22 motorcycling; 23 boating; 24 driving; 25 golf; 26 hang_gliding; 27 horseback_riding
    28 hunting; 29 fishing; 30 inline_skating; 31 rock_climbing; 32 sailing; 33 ice_skating; 34 sky_diving
    35 snowshoeing; 36 snowmobiling; 37 stand_up_paddleboarding; 38 surfing; 39 wakeboarding
    40 water_skiing; 41 kayaking; 42 rafting; 43 windsurfing; 44 kitesurfing; 45 tactical; 46 jumpmaster
    47 boxing; 48 floor_climbing; 49 baseball; 53 diving; 62 hiit; 64 racket; 65 wheelchair_push_walk
    66 wheelchair_push_run; 67 meditation; 69 disc_golf; 71 cricket; 72 rugby; 73 hockey; 74 lacrosse
    75 volleyball; 76 water_tubing; 77 wakesurfing; 80 mixed_martial_arts; 82 snorkeling; 83 dance
    84 jump_rope; 254 all
""")

SUB_SPORTS: Final = _words("""
    0 generic; 1 treadmill; 2 street; 3 trail; 4 track; 5 spin; 6 indoor_cycling; 7 road; 8 mountain
    9 downhill; 10 recumbent; 11 cyclocross; 12 hand_cycling; 13 track_cycling; 14 indoor_rowing
    15 elliptical; 16 stair_climbing; 17 lap_swimming; 18 open_water; 19 flexibility_training
    20 strength_training; 21 warm_up; 22 match; 23 exercise; 24 challenge; 25 indoor_skiing
    26 cardio_training; 27 indoor_walking; 28 e_bike_fitness; 29 bmx; 30 casual_walking; 31 speed_walking
    32 bike_to_run_transition; 33 run_to_bike_transition; 34 swim_to_bike_transition; 35 atv; 36 motocross
    37 backcountry; 38 resort; 39 rc_drone; 40 wingsuit; 41 whitewater; 42 skate_skiing; 43 yoga; 44 pilates
    45 indoor_running; 46 gravel_cycling; 47 e_bike_mountain; 48 commuting; 49 mixed_surface; 50 navigate
    51 track_me; 52 map; 58 virtual_activity; 59 obstacle; 62 breathing; 65 sail_race; 67 ultra
    68 indoor_climbing; 69 bouldering; 70 hiit; 73 amrap; 74 emom; 75 tabata; 84 pickleball; 85 padel
    86 indoor_wheelchair_walk; 87 indoor_wheelchair_run; 88 indoor_hand_cycling; 94 squash; 95 badminton
    96 racquetball; 97 table_tennis; 254 all
""")

EVENTS: Final = _words("""
    0 timer; 3 workout; 4 workout_step; 5 power_down; 6 power_up; 7 off_course; 8 session; 9 lap
    10 course_point; 11 battery; 21 recovery_hr; 22 battery_low; 26 activity; 27 fitness_equipment; 28 length
    32 user_marker; 33 sport_point; 36 calibration; 47 comm_timeout; 54 auto_activity_detect
""")

EVENT_TYPES: Final = _words("0 start; 1 stop; 3 marker; 4 stop_all; 8 stop_disable; 9 stop_disable_all")

LAP_TRIGGERS: Final = _words("""
    0 manual; 1 time; 2 distance; 3 position_start; 4 position_lap; 5 position_waypoint; 6 position_marked
    7 session_end; 8 fitness_equipment
""")

SESSION_TRIGGERS: Final = _words("0 activity_end; 1 manual; 2 auto_multi_sport; 3 fitness_equipment")

GARMIN: Final = 1
#: ``manufacturer`` of files that a program without a number of its own has written.
DEVELOPMENT: Final = 255

MANUFACTURERS: Final = _words("""
    1 Garmin; 13 Dynastream; 15 Dynastream; 16 Timex; 23 Suunto; 32 Wahoo; 37 Magellan; 38 o-synce
    40 Concept2; 52 Epson; 61 Geonaute; 63 Specialized; 68 Cateye; 70 Sigma; 71 TomTom; 73 Wattbike
    77 CicloSport; 80 LifeBEAM; 83 Scosche; 85 Woodway; 86 Elite; 89 Tacx; 95 Stryd; 105 Cosinuss
    111 Technogym; 112 Bryton; 115 iGPSport; 123 Polar; 127 Leomo; 128 iFIT; 142 TAG Heuer; 255 development
    258 Lezyne; 259 Scribe Labs; 260 Zwift; 265 Strava; 266 Precor; 267 Bryton; 268 SRAM; 281 TrainerRoad
    289 Hammerhead; 294 Coros; 300 Nurvv; 305 Whoop; 307 OneLap; 310 Decathlon; 321 Lululemon Studio
    326 Nike; 331 MyWhoosh; 5759 ActiGraph
""")

#: ``product`` of Garmin's running watches.
GARMIN_PRODUCTS: Final = _words("""
    717 Forerunner 405; 782 Forerunner 50; 988 Forerunner 60; 1018 Forerunner 310XT; 1124 Forerunner 110
    1328 Forerunner 910XT; 1345 Forerunner 610; 1436 Forerunner 70; 1446 Forerunner 310XT; 1482 Forerunner 10
    1551 Fenix; 1623 Forerunner 620; 1632 Forerunner 220; 1765 Forerunner 920XT; 1903 Forerunner 15
    1907 Vivoactive; 1967 Fenix 2; 1988 Epix; 2050 Fenix 3; 2130 Forerunner 920XT; 2148 Forerunner 25
    2153 Forerunner 225; 2156 Forerunner 630; 2157 Forerunner 230; 2158 Forerunner 735XT; 2337 Vivoactive HR
    2413 Fenix 3 HR; 2431 Forerunner 235; 2432 Fenix Chronos; 2503 Forerunner 35; 2544 Fenix 5S; 2604 Fenix 5X
    2691 Forerunner 935; 2697 Fenix 5; 2700 Vivoactive 3; 2886 Forerunner 645; 2888 Forerunner 645 Music
    2891 Forerunner 30; 2900 Fenix 5S Plus; 3076 Forerunner 245; 3077 Forerunner 245 Music; 3110 Fenix 5 Plus
    3111 Fenix 5X Plus; 3113 Forerunner 945; 3224 Vivoactive 4S; 3225 Vivoactive 4; 3226 Venu
    3251 MARQ Athlete; 3282 Forerunner 45; 3287 Fenix 6S; 3288 Fenix 6S; 3289 Fenix 6; 3290 Fenix 6
    3291 Fenix 6X; 3466 Instinct Solar; 3589 Forerunner 745; 3638 Enduro; 3652 Forerunner 945 LTE; 3703 Venu 2
    3704 Venu 2S; 3851 Venu 2 Plus; 3869 Forerunner 55; 3888 Instinct 2; 3889 Instinct 2S; 3905 Fenix 7S
    3906 Fenix 7; 3907 Fenix 7X; 3943 Epix; 3990 Forerunner 255 Music; 3991 Forerunner 255S Music
    3992 Forerunner 255; 3993 Forerunner 255S; 4024 Forerunner 955; 4257 Forerunner 265; 4258 Forerunner 265S
    4260 Venu 3; 4261 Venu 3S; 4315 Forerunner 965; 4341 Enduro 2; 4374 Fenix 7S Pro; 4375 Fenix 7 Pro
    4376 Fenix 7X Pro; 4426 Vivoactive 5; 4432 Forerunner 165; 4433 Forerunner 165 Music; 4532 Fenix 8 Solar
    4534 Fenix 8; 4536 Fenix 8; 4575 Enduro 3; 4625 Vivoactive 6; 4666 Fenix E
""")

#: How a step of a workout ends, what it aims at, and how hard it is meant to be.
STEP_DURATIONS: Final = _words("0 time; 1 distance; 5 open; 6 repeat_until_steps_cmplt")
STEP_TARGETS: Final = _words("0 speed; 1 heart_rate; 2 open; 3 cadence; 4 power")
INTENSITIES: Final = _words("0 active; 1 rest; 2 warmup; 3 cooldown; 4 recovery; 5 interval")
