cdef class Window:
    cdef public long long _width_ms, count, _last_ms, _before_ms
    cpdef void reset(self) except *
    cpdef long long hit(self, long long now_ms) except? -1
