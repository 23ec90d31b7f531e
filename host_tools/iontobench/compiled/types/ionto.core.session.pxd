# every tick
import cython

from ionto.core.dose cimport Dose
from ionto.core.program cimport Program
from ionto.core.proof cimport Proof
from ionto.core.pulses cimport Pulses
from ionto.core.ramp cimport Ramp
from ionto.core.segment cimport Segment
from ionto.core.waits cimport Waits
from ionto.core.window cimport Window


cdef class Session:
    cdef public Ramp _ramp
    cdef public Dose _dose
    cdef public Proof _proof
    cdef public Pulses _pulses
    cdef public Waits _waits
    cdef public Segment _segment
    cdef public bytearray _first_rows
    cdef public Window _glitches
    cdef public Program _program
    cdef public long long state, outcome, fault, entered, t_ms, segment, polarity, value, gate
    cdef public long long probe_on, target_q4, slew_ua_s, jump, starts, glitches, lost_q4, _us
    cdef public long long _entered_ms, _state_end_ms, _ramp_end_ms, _hold_start_ms, _energised_ms
    cdef public long long _closed_ms, _look_at_end_uc, _session_end_uc, _pending_fault
    cdef public long long _is_intermittent
    cpdef void _clear(self) except *
    cpdef void start(self, Program program) except *
    cpdef long long step(self, long long verdict, long long ask, long long dt_us) except? -1
    cpdef long long energised_ms(self) except? -1
    cpdef long long _is_spent(self, long long start_uc) except? -1
    cpdef void _judge_end(self) except *
    cpdef void _hear_verdict(self, long long verdict) except *
    cpdef void _hear_wait(self, long long event) except *
    cpdef void _trip(self, long long fault) except *
    @cython.locals(actions=cython.longlong, following=cython.longlong)
    cpdef void _happen(self, long long event) except *
    cpdef long long _is_so(self, long long guard) except? -1
    cpdef void _conclude(self, long long actions) except *
    cpdef void _prepare(self, long long actions) except *
    cpdef void _leave(self, long long following) except *
    @cython.locals(contact=cython.bint)
    cpdef void _enter(self, long long state) except *
    cpdef void _switch(self, long long gate, long long t_ms) except *
    cpdef void _aim(self, long long state) except *
    cpdef void _start_pulses(self) except *
    cpdef void _set_end(self, long long t_ms) except *
