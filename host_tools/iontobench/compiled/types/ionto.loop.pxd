from ionto.tick cimport Tick
from iontobench.sim.port cimport VirtualPort


cdef class Loop:
    cdef public VirtualPort port
    cdef public Tick tick
    cdef public long long _left, _off_us
    cpdef void _unwind(self) except *
    cpdef void _run(self, object ticks) except *
