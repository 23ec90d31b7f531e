cdef class Pusher:
    cdef public object _put
    cdef public bytearray _byte
    cdef public long long busy
    cdef public bytearray _data
    cdef public long long _at, _count
    cpdef void reset(self) except *
    cpdef void send(self, bytearray data, long long count) except *
    cpdef void step(self) except *
