# every tick
cdef class Pulses:
    cdef public long long left, gain_q10, _at_us, _edge_us, _fall_us, _low_us, _period_us
    cpdef void reset(self) except *
    cpdef void start(
        self, long long on_ms, long long off_ms, long long edge_ms, long long left
    ) except *
    cpdef long long step(self, long long dt_us) except? -1
    cpdef long long _area(self, long long at_us, long long end_us) except? -1
    cpdef void interrupt(self) except *
