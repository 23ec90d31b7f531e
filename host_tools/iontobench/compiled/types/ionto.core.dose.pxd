# every tick
from iontobench.compiled.sample_buffer cimport WordTable


cpdef long long whole_uc(WordTable table, long long current_q4, long long dt_us) except? -1


cdef class Dose:
    cdef public WordTable table
    cdef public long long gross_uc, _other_uc, _other_remainder, _polarity
    cpdef void reset(self, long long polarity) except *
    cpdef void set_polarity(self, long long polarity) except *
    cpdef void step(self, long long current_q4, long long dt_us) except *
    cpdef long long positive_uc(self) except? -1
    cpdef long long negative_uc(self) except? -1
