# every tick
from iontobench.compiled.sample_buffer cimport WordTable


cpdef long long drive(
    WordTable table, long long set_q4, long long measured_q4, long long frozen
) except? -1


cdef class Regulator:
    cdef public WordTable table
    cpdef void reset(self) except *
    cpdef long long step(
        self, long long set_q4, long long measured_q4, long long frozen
    ) except? -1
