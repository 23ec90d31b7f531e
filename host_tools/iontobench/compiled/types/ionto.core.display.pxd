cdef class Display:
    cdef public bytearray frame
    cdef public long long length
    cdef public list _values
    cdef public bytearray _words
    cdef public long long building, _at, _letter, _field, _divisor, _shown
    cpdef void reset(self) except *
    cpdef void begin(self, list sample) except *
    cpdef void step(self) except *
    cpdef long long _digit(self, long long field) except? -1
