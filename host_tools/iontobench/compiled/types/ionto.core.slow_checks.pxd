# every tick
import cython

from ionto.core.envelope cimport Envelope
from ionto.core.integrity cimport Integrity
from ionto.core.program cimport Program
from ionto.core.snapshot cimport Snapshot
from ionto.core.steady cimport Steady
from iontobench.compiled.sample_buffer cimport SampleBuffer


cdef class SlowChecks:
    cdef public Envelope _envelope
    cdef public object _is_whole
    cdef public long long _near_mv, _supply_min_mv, _under_q4, _stuck_q4, _still_q4
    cdef public long long _noise_max_q4
    cdef public Integrity _integrity
    cdef public Snapshot snapshot
    cdef public Steady steady
    cdef public long long _time_ms, clock_ms, energised_ms, warning, near_mv, noise_q4, _number
    cdef public long long _supply_times, pulsing, _ramp_ms, _low_load_times, _under_times
    cdef public long long _noise_steps, _noise_sum_q4, _last_q4, _last_step_q4, _from_q4
    cdef public long long _from_expected_q4, _stuck_until_ms
    cpdef void reset(self) except *
    cpdef void arm(self, Program program, long long time_ms) except *
    cpdef void output_off(self) except *
    cpdef void keep(self, SampleBuffer buf) except *
    cpdef void begin_ramp(self) except *
    cpdef long long step(self, SampleBuffer buf, long long flow, long long frozen) except? -1
    cpdef long long _check_time_and_load(self, SampleBuffer buf, long long flow) except? -1
    @cython.locals(settled=cython.bint)
    cpdef long long _check_supply_and_flow(
        self, SampleBuffer buf, long long flow, long long frozen
    ) except? -1
    cpdef long long _check_sense_follows(
        self, long long current_q4, long long expected_q4, long long frozen
    ) except? -1
    cpdef void _rebase(self, long long current_q4, long long expected_q4) except *
    cpdef void _measure_noise(self, long long current_q4) except *
