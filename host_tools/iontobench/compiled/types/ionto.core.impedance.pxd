cdef class Probe:
    cdef public long long _probe_mv, _probe_ohm, _sum_mv, _count, current_q4, load_ohm
    cpdef void reset(self) except *
    cpdef long long step(self, long long load_mv) except? -1
    cpdef long long now_q4(self, long long load_mv) except? -1
