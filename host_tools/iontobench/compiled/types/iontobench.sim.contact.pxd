cdef class Contact:
    cdef public object _draw
    cdef public double _least, _most, _shown_us, _apart_us, _edge_per_us, _bubble
    cdef public double _edge_from_us, _next_us
    cdef public long long _now_us
    cpdef double step(self, long long dt_us) except? -1
    cpdef double _waiting(self, double mean_us) except? -1
