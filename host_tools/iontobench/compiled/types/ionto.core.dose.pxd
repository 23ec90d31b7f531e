cdef class Dose:
    cdef public long long gross_uc, _remainder, _other_uc, _other_remainder, _polarity, _last_q4
    cpdef void reset(self, long long polarity) except *
    cpdef void set_polarity(self, long long polarity) except *
    cpdef void step(self, long long current_q4, long long dt_us) except *
    cpdef long long positive_uc(self) except? -1
    cpdef long long negative_uc(self) except? -1
    cpdef long long _late(self, long long mean_q4, long long dt_us) except? -1
