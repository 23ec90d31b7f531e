cdef class Normal:
    cdef public object _source
    cpdef list block(self, long long count=*, double times=*)


cdef class SlowWander:
    cdef public Normal _normal
    cdef public double _keep, _kick, _value
    cdef public list _block
    cpdef double next(self) except? -1
    cpdef list _draw(self)
