cdef class Regulator:
    cdef public long long full_scale_q4, drive_counts, trim_q4, _integral_q14, _mul, _shift
    cpdef void reset(self) except *
    cpdef long long step(
        self, long long set_q4, long long measured_q4, long long frozen
    ) except? -1
