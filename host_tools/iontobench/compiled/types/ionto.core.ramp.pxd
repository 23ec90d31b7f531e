# every tick
cdef class Ramp:
    cdef public long long set_q4, _remainder_pa
    cpdef void reset(self) except *
    cpdef long long step(
        self, long long target_q4, long long slew_ua_s, long long dt_us
    ) except? -1
    cpdef long long retract(self, long long measured_q4) except? -1
