# every tick
from iontobench.compiled.sample_buffer cimport SampleBuffer


cdef class Snapshot:
    cdef public list _ring
    cdef public long long rows, _at
    cpdef void reset(self) except *
    cpdef void keep(self, SampleBuffer buf, long long set_q4) except *
