# every tick
from ionto.core.ramp cimport Ramp


cdef class Envelope:
    cdef public long long _floor_q4, _armed_q4, _cap_q4
    cdef public Ramp _envelope
    cdef public Ramp _reference
    cdef public long long _retracted, target_q4, _slew_ua_s, _owed_us, expected_q4, moving
    cdef public long long max_q4, open_q4
    cpdef void reset(self) except *
    cpdef long long is_at_zero(self) except? -1
    cpdef void follow(
        self, long long target_q4, long long slew_ua_s, long long measured_q4
    ) except *
    cpdef void jump(self) except *
    cpdef void move(self, long long dt_us) except *
    cpdef long long reached_q4(self) except? -1
    cpdef long long open_high_q4(self) except? -1
    cpdef void retract(self, long long measured_q4) except *
    cpdef void _catch_up(self) except *
    cpdef void _refresh(self, long long ahead_us) except *
    cpdef long long _reference_q4(self) except? -1
    cpdef long long _retract(self, long long measured_q4) except? -1
