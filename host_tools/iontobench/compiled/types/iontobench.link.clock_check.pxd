cdef class ClockCheck:
    cdef public object _buckets, _alive_us
    cdef public long long _distrust_until_us
    cpdef void alive(self, long long now_us) except *
    cpdef drift_us(self, long long t_ms, long long now_us)
    cpdef _compare(self)
