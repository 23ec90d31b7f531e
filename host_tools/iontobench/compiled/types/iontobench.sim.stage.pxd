cdef class Limiter:
    cdef public object _params
    cdef public double _over_us, limit_ua
    cdef public bint tripped, dead
    cpdef void test(self, bint on) except *
    cpdef bint watch(self, double current_ua, double dt_us) except -1
    cpdef void die(self) except *
    cpdef void rearm(self, bint gate) except *
