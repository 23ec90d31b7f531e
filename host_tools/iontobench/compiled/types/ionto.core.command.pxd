cdef class Command:
    cdef public bytearray _line
    cdef public long long _checked_only, value, garbage, _length
    cpdef void reset(self, long long supervised=*) except *
    cpdef long long step(self, long long byte) except? -1
