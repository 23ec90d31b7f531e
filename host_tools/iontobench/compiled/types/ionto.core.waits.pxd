from ionto.core.impedance cimport Probe
from ionto.core.program cimport Program
from ionto.core.proof cimport Proof
from iontobench.compiled.sample_buffer cimport SampleBuffer


cdef class Waits:
    cdef public SampleBuffer _buf
    cdef public Probe _probe
    cdef public Proof _proof
    cdef public long long _zero_q4, _probe_min_q4, fault, _entered_ms, _back_ticks, _zero_sum_q4
    cdef public long long _zero_ticks
    cpdef void start(self, Program program) except *
    cpdef void enter(self, long long t_ms) except *
    cpdef long long step(self, long long state, long long t_ms, long long polarity) except? -1
    cpdef long long _report_fault(self, long long fault) except? -1
    cpdef long long _prove(self, long long polarity) except? -1
    cpdef long long _watch(self, long long t_ms) except? -1
    cpdef long long _rest(self) except? -1
