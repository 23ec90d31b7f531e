# every tick
cdef class Limiter:
    cdef public object _params
    cdef public double _over_us, share, limit_ua
    cdef public long long opens_us
    cdef public bint tripped, dead
    cpdef void test(self, bint on) except *
    cpdef bint watch(self, double current_ua, double dt_us, long long now_us) except -1
    cpdef void die(self) except *
    cpdef void move(self, double share) except *
    cpdef void rearm(self, bint gate) except *
