cdef class SampleBuffer:
    cdef long long v[5]


cdef class WordTable:
    cdef long long v[8]
    cdef long long _length
