# every tick
from ionto.core.dose cimport Dose
from ionto.core.impedance cimport Probe
from ionto.core.program cimport Program
from ionto.core.proof cimport Proof
from ionto.core.pulses cimport Pulses
from ionto.core.ramp cimport Ramp
from ionto.core.regulator cimport Regulator
from ionto.core.session cimport Session
from ionto.core.supervisor cimport Supervisor
from ionto.link cimport Link
from iontobench.compiled.sample_buffer cimport SampleBuffer
from iontobench.sim.port cimport VirtualPort


cdef class Tick:
    cdef public VirtualPort port
    cdef public SampleBuffer buf
    cdef public Ramp ramp
    cdef public Dose dose
    cdef public Probe probe
    cdef public Regulator regulator
    cdef public Supervisor supervisor
    cdef public Proof proof
    cdef public Pulses pulses
    cdef public Session session
    cdef public Link link
    cdef public Program _program
    cdef public long long peak_q4, ended_ms, _supervised, _gate, _off_us, _ended_us, _glitches
    cdef public long long _starts, _polarity
    cdef public long long _entry_state, _entry_segment, _entry_ms, _entry_q4
    cpdef void _reset(self) except *
    cpdef start(self, Program program, bint supervised)
    cpdef void _first(self) except *
    cpdef void _step_low(self, long long current_q4, long long dt_us, long long ended) except *
    cpdef void _prove(self, long long current_q4, long long dt_us) except *
    cpdef long long _act_on_verdict(self, long long verdict) except? -1
    cpdef void _enter_state(self) except *
    cpdef void _switch(self, long long state, long long gate) except *
    cpdef void _reverse(self, long long polarity) except *
    cpdef void _note_entry(self) except *
    cpdef long long _finish(self, long long dt_us) except? -1
    cpdef void _tell_end(self) except *
