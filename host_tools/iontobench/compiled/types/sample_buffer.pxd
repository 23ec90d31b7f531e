cdef class SampleBuffer:
    cdef long long v[5]
