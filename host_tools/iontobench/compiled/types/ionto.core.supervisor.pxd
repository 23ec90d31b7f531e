# every tick
from ionto.core.envelope cimport Envelope
from ionto.core.program cimport Program
from ionto.core.slow_checks cimport SlowChecks
from ionto.core.window cimport Window
from iontobench.compiled.sample_buffer cimport SampleBuffer


cdef class Supervisor:
    cdef public object _board
    cdef public long long _absolute_q4, _floor_q4, _difference_offset_q4, _back_q4
    cdef public Envelope envelope
    cdef public long long _high_mv, _near_high_mv
    cdef public SlowChecks slow_checks
    cdef public long long probe_q4, _drive_mul, _drive_shift
    cdef public Window _lates
    cdef public Window dips
    cdef public long long _over_q4, _charge_wall_uc, _polarity, _not_over_q4, _not_absolute_q4
    cdef public long long _not_charge_wall_uc, _not_drive_max, _not_peak_q4, _not_slew_max_ua_s
    cdef public long long tripped, later, warning, late_us, resamples, _allowed_q4, _may_trip
    cdef public long long _drive_max, _peak_q4, _slew_max_ua_s, _over_ticks, _low_ticks
    cdef public long long _apart_ticks, _leak_ticks, _off_us, limited, low, freeze
    cpdef void clear(self) except *
    cpdef void arm(self, Program program) except *
    cpdef void _keep_inverted(self) except *
    cpdef long long _is_whole(self) except? -1
    cpdef void set_polarity(self, long long polarity) except *
    cpdef void allow(self, long long current_q4, long long may_trip) except *
    cpdef void output_off(self) except *
    cpdef void follow(
        self, long long target_q4, long long slew_ua_s, long long measured_q4, long long how
    ) except *
    cpdef long long check(
        self, SampleBuffer buf, long long flow, long long charge_uc, long long dt_us
    ) except? -1
    cpdef long long recheck(self, long long current_q4) except? -1
    cpdef long long clamp_drive(self, long long drive, long long gate) except? -1
    cpdef long long trip(self, long long code) except? -1
    cpdef long long _is_over(self, long long current_q4) except? -1
    cpdef long long _count_apart(self) except? -1
    cpdef long long _count_above(self) except? -1
    cpdef long long _judge_high(self, long long current_q4, long long load_mv) except? -1
    cpdef long long _recover(self) except? -1
    cpdef long long _judge_off(self, long long current_q4, long long dt_us) except? -1
    cpdef long long _count_leak(self, long long current_q4, long long most_q4) except? -1
    cpdef long long _count_low(self) except? -1
    cpdef long long _note_dip(self) except? -1
    cpdef long long _judge_late(self, long long dt_us) except? -1
