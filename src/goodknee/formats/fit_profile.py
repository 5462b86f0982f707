"""The FIT format's tables, as plain facts: base types, messages and their fields.

Only what running needs is named here; a reader keeps everything else by its number. Look fields up by number
when reading (``MESSAGES[RECORD].fields[5]``), by name when writing (``MESSAGES[RECORD].named("distance")``).
A stored integer becomes a value by one formula, :meth:`Field.to_value`. The words behind numbers (sports,
events, makers) are in ``fit_words``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", float, NDArray[np.float64])

#: Seconds from 1970-01-01 to 1989-12-31T00:00:00Z, where FIT begins to count.
FIT_EPOCH_UNIX_S: Final = 631_065_600
#: Smaller timestamps are seconds since the device was switched on, not dates.
FIRST_DATE: Final = 0x1000_0000
#: One semicircle unit in degrees.
DEG_PER_SEMICIRCLE: Final = 180.0 / 2**31

# Message numbers.
FILE_ID: Final = 0
USER_PROFILE: Final = 3
SPORT: Final = 12
SESSION: Final = 18
LAP: Final = 19
RECORD: Final = 20
EVENT: Final = 21
DEVICE_INFO: Final = 23
WORKOUT: Final = 26
WORKOUT_STEP: Final = 27
ACTIVITY: Final = 34
FILE_CREATOR: Final = 49
HRV: Final = 78
LENGTH: Final = 101
HR: Final = 132
FIELD_DESCRIPTION: Final = 206
DEVELOPER_DATA_ID: Final = 207
TIME_IN_ZONE: Final = 216

#: Field numbers that mean the same in every message.
TIMESTAMP: Final = 253
MESSAGE_INDEX: Final = 254

#: ``file_id.type`` of a recorded activity, and of a planned workout.
ACTIVITY_FILE: Final = 4
WORKOUT_FILE: Final = 5


class BaseType(NamedTuple):
    """How one value is stored: number in a definition, numpy type, size in bytes, "missing" pattern."""

    number: int
    name: str
    dtype: str
    size: int
    invalid: int


#: By name. A float is missing when all its bits are ones; ``byte`` arrays when every byte is 0xFF.
BASE_TYPES: Final[Mapping[str, BaseType]] = MappingProxyType(
    {
        base.name: base
        for base in (
            BaseType(0x00, "enum", "u1", 1, 0xFF),
            BaseType(0x01, "sint8", "i1", 1, 0x7F),
            BaseType(0x02, "uint8", "u1", 1, 0xFF),
            BaseType(0x83, "sint16", "i2", 2, 0x7FFF),
            BaseType(0x84, "uint16", "u2", 2, 0xFFFF),
            BaseType(0x85, "sint32", "i4", 4, 0x7FFF_FFFF),
            BaseType(0x86, "uint32", "u4", 4, 0xFFFF_FFFF),
            BaseType(0x07, "string", "S", 1, 0x00),
            BaseType(0x88, "float32", "f4", 4, 0xFFFF_FFFF),
            BaseType(0x89, "float64", "f8", 8, 0xFFFF_FFFF_FFFF_FFFF),
            BaseType(0x0A, "uint8z", "u1", 1, 0),
            BaseType(0x8B, "uint16z", "u2", 2, 0),
            BaseType(0x8C, "uint32z", "u4", 4, 0),
            BaseType(0x0D, "byte", "u1", 1, 0xFF),
            BaseType(0x8E, "sint64", "i8", 8, 0x7FFF_FFFF_FFFF_FFFF),
            BaseType(0x8F, "uint64", "u8", 8, 0xFFFF_FFFF_FFFF_FFFF),
            BaseType(0x90, "uint64z", "u8", 8, 0),
        )
    }
)
BASE_TYPES_BY_NUMBER: Final[Mapping[int, BaseType]] = MappingProxyType(
    {base.number: base for base in BASE_TYPES.values()}
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one message; ``unit`` is that of the scaled value, "" for counts, words and text."""

    number: int
    name: str
    base: BaseType
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""

    def to_value(self, raw: Number) -> Number:
        """Return the value of a stored integer (or float64 array): ``(raw - offset * scale) / scale``.

        The one formula for scaling. It rounds once, so 2876 at scale 5, offset 500 gives 75.2; the other
        order, ``raw / scale - offset``, rounds twice and gives 75.20000000000005.
        """
        return (raw - self.offset * self.scale) / self.scale

    def to_raw(self, value: float) -> int:
        """Return the integer to store for a value, the nearest one."""
        return round((value + self.offset) * self.scale)


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its number, name and fields by number."""

    number: int
    name: str
    fields: Mapping[int, Field]

    def named(self, name: str) -> Field:
        """Return the field of that name; KeyError when this message has none."""
        for field in self.fields.values():
            if field.name == name:
                return field
        raise KeyError(f"{self.name}.{name}")


def _message(number: int, name: str, table: str) -> Message:
    fields: dict[int, Field] = {}
    for line in table.strip().splitlines():
        at, field, base, *rest = line.split()
        unit = rest[0] if rest else "-"
        scale = float(rest[1]) if len(rest) > 1 else 1.0
        offset = float(rest[2]) if len(rest) > 2 else 0.0
        fields[int(at)] = Field(int(at), field, BASE_TYPES[base], scale, offset, "" if unit == "-" else unit)
    return Message(number, name, MappingProxyType(fields))


# Columns: number, name, base type, unit ("-" for none), scale, offset.
_FILE_ID = """
0 type          enum
1 manufacturer  uint16
2 product       uint16
3 serial_number uint32z
4 time_created  uint32 s
5 number        uint16
8 product_name  string
"""

_FILE_CREATOR = """
0 software_version uint16
1 hardware_version uint8
"""

_SPORT = """
0 sport     enum
1 sub_sport enum
3 name      string
"""

_USER_PROFILE = """
0 friendly_name string
1 gender        enum
2 age           uint8
3 height        uint8  m  100
4 weight        uint16 kg 10
8 resting_heart_rate uint8 bpm
"""

_SESSION = """
0   event                    enum
1   event_type               enum
2   start_time               uint32 s
3   start_position_lat       sint32 semicircles
4   start_position_long      sint32 semicircles
5   sport                    enum
6   sub_sport                enum
7   total_elapsed_time       uint32 s    1000
8   total_timer_time         uint32 s    1000
9   total_distance           uint32 m    100
10  total_cycles             uint32 cycles
11  total_calories           uint16 kcal
14  avg_speed                uint16 m/s  1000
15  max_speed                uint16 m/s  1000
16  avg_heart_rate           uint8  bpm
17  max_heart_rate           uint8  bpm
18  avg_cadence              uint8  rpm
19  max_cadence              uint8  rpm
20  avg_power                uint16 W
21  max_power                uint16 W
22  total_ascent             uint16 m
23  total_descent            uint16 m
25  first_lap_index          uint16
26  num_laps                 uint16
28  trigger                  enum
57  avg_temperature          sint8  C
59  total_moving_time        uint32 s    1000
89  avg_vertical_oscillation uint16 mm   10
90  avg_stance_time_percent  uint16 %    100
91  avg_stance_time          uint16 ms   10
92  avg_fractional_cadence   uint8  rpm  128
93  max_fractional_cadence   uint8  rpm  128
94  total_fractional_cycles  uint8  cycles 128
110 sport_profile_name       string
111 sport_index              uint8
124 enhanced_avg_speed       uint32 m/s  1000
125 enhanced_max_speed       uint32 m/s  1000
132 avg_vertical_ratio       uint16 %    100
133 avg_stance_time_balance  uint16 %    100
134 avg_step_length          uint16 mm   10
199 total_fractional_ascent  uint8  m    100
200 total_fractional_descent uint8  m    100
253 timestamp                uint32 s
254 message_index            uint16
"""

_LAP = """
0   event                    enum
1   event_type               enum
2   start_time               uint32 s
3   start_position_lat       sint32 semicircles
4   start_position_long      sint32 semicircles
5   end_position_lat         sint32 semicircles
6   end_position_long        sint32 semicircles
7   total_elapsed_time       uint32 s    1000
8   total_timer_time         uint32 s    1000
9   total_distance           uint32 m    100
10  total_cycles             uint32 cycles
11  total_calories           uint16 kcal
13  avg_speed                uint16 m/s  1000
14  max_speed                uint16 m/s  1000
15  avg_heart_rate           uint8  bpm
16  max_heart_rate           uint8  bpm
17  avg_cadence              uint8  rpm
18  max_cadence              uint8  rpm
19  avg_power                uint16 W
20  max_power                uint16 W
21  total_ascent             uint16 m
22  total_descent            uint16 m
23  intensity                enum
24  lap_trigger              enum
25  sport                    enum
39  sub_sport                enum
52  total_moving_time        uint32 s    1000
77  avg_vertical_oscillation uint16 mm   10
78  avg_stance_time_percent  uint16 %    100
79  avg_stance_time          uint16 ms   10
80  avg_fractional_cadence   uint8  rpm  128
81  max_fractional_cadence   uint8  rpm  128
82  total_fractional_cycles  uint8  cycles 128
110 enhanced_avg_speed       uint32 m/s  1000
111 enhanced_max_speed       uint32 m/s  1000
118 avg_vertical_ratio       uint16 %    100
119 avg_stance_time_balance  uint16 %    100
120 avg_step_length          uint16 mm   10
253 timestamp                uint32 s
254 message_index            uint16
"""

_RECORD = """
0   position_lat                     sint32  semicircles
1   position_long                    sint32  semicircles
2   altitude                         uint16  m       5 500
3   heart_rate                       uint8   bpm
4   cadence                          uint8   rpm
5   distance                         uint32  m       100
6   speed                            uint16  m/s     1000
7   power                            uint16  W
8   compressed_speed_distance        byte
9   grade                            sint16  %       100
10  resistance                       uint8
11  time_from_course                 sint32  s       1000
12  cycle_length                     uint8   m       100
13  temperature                      sint8   C
17  speed_1s                         uint8   m/s     16
18  cycles                           uint8   cycles
19  total_cycles                     uint32  cycles
28  compressed_accumulated_power     uint16  W
29  accumulated_power                uint32  W
30  left_right_balance               uint8
31  gps_accuracy                     uint8   m
32  vertical_speed                   sint16  m/s     1000
33  calories                         uint16  kcal
39  vertical_oscillation             uint16  mm      10
40  stance_time_percent              uint16  %       100
41  stance_time                      uint16  ms      10
42  activity_type                    enum
43  left_torque_effectiveness        uint8   %       2
44  right_torque_effectiveness       uint8   %       2
45  left_pedal_smoothness            uint8   %       2
46  right_pedal_smoothness           uint8   %       2
47  combined_pedal_smoothness        uint8   %       2
48  time128                          uint8   s       128
49  stroke_type                      enum
50  zone                             uint8
51  ball_speed                       uint16  m/s     100
52  cadence256                       uint16  rpm     256
53  fractional_cadence               uint8   rpm     128
54  total_hemoglobin_conc            uint16  g/dL    100
55  total_hemoglobin_conc_min        uint16  g/dL    100
56  total_hemoglobin_conc_max        uint16  g/dL    100
57  saturated_hemoglobin_percent     uint16  %       10
58  saturated_hemoglobin_percent_min uint16  %       10
59  saturated_hemoglobin_percent_max uint16  %       10
62  device_index                     uint8
67  left_pco                         sint8   mm
68  right_pco                        sint8   mm
69  left_power_phase                 uint8   degrees 0.7111111
70  left_power_phase_peak            uint8   degrees 0.7111111
71  right_power_phase                uint8   degrees 0.7111111
72  right_power_phase_peak           uint8   degrees 0.7111111
73  enhanced_speed                   uint32  m/s     1000
78  enhanced_altitude                uint32  m       5 500
81  battery_soc                      uint8   %       2
82  motor_power                      uint16  W
83  vertical_ratio                   uint16  %       100
84  stance_time_balance              uint16  %       100
85  step_length                      uint16  mm      10
87  cycle_length16                   uint16  m       100
91  absolute_pressure                uint32  Pa
92  depth                            uint32  m       1000
99  respiration_rate                 uint8   1/min
108 enhanced_respiration_rate        uint16  1/min   100
116 current_stress                   uint16  -       100
139 core_temperature                 uint16  C       100
253 timestamp                        uint32  s
"""

_EVENT = """
0   event           enum
1   event_type      enum
2   data16          uint16
3   data            uint32
4   event_group     uint8
253 timestamp       uint32 s
"""

_DEVICE_INFO = """
0   device_index     uint8
1   device_type      uint8
2   manufacturer     uint16
3   serial_number    uint32z
4   product          uint16
5   software_version uint16 - 100
6   hardware_version uint8
25  source_type      enum
27  product_name     string
253 timestamp        uint32 s
"""

_ACTIVITY = """
0   total_timer_time uint32 s 1000
1   num_sessions     uint16
2   type             enum
3   event            enum
4   event_type       enum
5   local_timestamp  uint32 s
6   event_group      uint8
253 timestamp        uint32 s
"""

_WORKOUT = """
4   sport           enum
5   capabilities    uint32z
6   num_valid_steps uint16
8   wkt_name        string
11  sub_sport       enum
254 message_index   uint16
"""

# What a duration or a target counts depends on its type: seconds × 1000, metres × 100, steps as they are.
_WORKOUT_STEP = """
0   wkt_step_name            string
1   duration_type            enum
2   duration_value           uint32
3   target_type              enum
4   target_value             uint32
5   custom_target_value_low  uint32
6   custom_target_value_high uint32
7   intensity                enum
8   notes                    string
254 message_index            uint16
"""

_HRV = "0 time uint16 s 1000"

_HR = """
0   fractional_timestamp uint16 s 32768
1   time256              uint8  s 256
6   filtered_bpm         uint8  bpm
9   event_timestamp      uint32 s 1024
10  event_timestamp_12   byte
253 timestamp            uint32 s
"""

_LENGTH = """
0   event                enum
1   event_type           enum
2   start_time           uint32 s
3   total_elapsed_time   uint32 s   1000
4   total_timer_time     uint32 s   1000
5   total_strokes        uint16
6   avg_speed            uint16 m/s 1000
7   swim_stroke          enum
9   avg_swimming_cadence uint8  1/min
12  length_type          enum
253 timestamp            uint32 s
254 message_index        uint16
"""

_DEVELOPER_DATA_ID = """
0 developer_id         byte
1 application_id       byte
2 manufacturer_id      uint16
3 developer_data_index uint8
4 application_version  uint32
"""

_FIELD_DESCRIPTION = """
0  developer_data_index    uint8
1  field_definition_number uint8
2  fit_base_type_id        uint8
3  field_name              string
4  array                   uint8
5  components              string
6  scale                   uint8
7  offset                  sint8
8  units                   string
13 fit_base_unit_id        uint16
14 native_mesg_num         uint16
15 native_field_num        uint8
"""

_TIME_IN_ZONE = """
0   reference_mesg        uint16
1   reference_index       uint16
2   time_in_hr_zone       uint32 s   1000
3   time_in_speed_zone    uint32 s   1000
4   time_in_cadence_zone  uint32 s   1000
5   time_in_power_zone    uint32 s   1000
6   hr_zone_high_boundary uint8  bpm
253 timestamp             uint32 s
"""

MESSAGES: Final[Mapping[int, Message]] = MappingProxyType(
    {
        message.number: message
        for message in (
            _message(FILE_ID, "file_id", _FILE_ID),
            _message(USER_PROFILE, "user_profile", _USER_PROFILE),
            _message(SPORT, "sport", _SPORT),
            _message(SESSION, "session", _SESSION),
            _message(LAP, "lap", _LAP),
            _message(RECORD, "record", _RECORD),
            _message(EVENT, "event", _EVENT),
            _message(DEVICE_INFO, "device_info", _DEVICE_INFO),
            _message(ACTIVITY, "activity", _ACTIVITY),
            _message(WORKOUT, "workout", _WORKOUT),
            _message(WORKOUT_STEP, "workout_step", _WORKOUT_STEP),
            _message(FILE_CREATOR, "file_creator", _FILE_CREATOR),
            _message(HRV, "hrv", _HRV),
            _message(LENGTH, "length", _LENGTH),
            _message(HR, "hr", _HR),
            _message(FIELD_DESCRIPTION, "field_description", _FIELD_DESCRIPTION),
            _message(DEVELOPER_DATA_ID, "developer_data_id", _DEVELOPER_DATA_ID),
            _message(TIME_IN_ZONE, "time_in_zone", _TIME_IN_ZONE),
        )
    }
)
