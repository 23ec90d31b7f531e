from ionto.core.program cimport Program
from ionto.core.pulses cimport Pulses


cdef class Segment:
    cdef public Pulses pulses
    cdef public Program _program
    cdef public long long index, kind, polarity, level_q4, slew_ua_s, ends_at_zero, full_uc
    cdef public long long is_ahead, held_ms, _time_ms, _left
    cpdef void take(self, Program program, long long index, long long gross_uc) except *
    cpdef void begin_at(self, long long gross_uc) except *
    cpdef void adjust(self, long long level_ua) except *
    cpdef long long is_last(self) except? -1
    cpdef long long down_uc(self, long long from_q4) except? -1
    cpdef long long reserve_uc(self, long long from_q4) except? -1
    cpdef long long end_uc(self, long long from_q4) except? -1
    cpdef long long ramp_ms(self, long long from_q4) except? -1
    cpdef long long until_ms(self, long long from_ms) except? -1
    cpdef void start_pulses(self) except *
    cpdef void leave_pulses(self) except *
    cpdef long long is_pulses(self) except? -1
    cpdef long long is_off(self) except? -1
    cpdef long long is_charge(self) except? -1
