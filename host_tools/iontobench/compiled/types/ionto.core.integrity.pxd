# every tick
import cython

from ionto.core.program cimport Program


@cython.locals(word=cython.longlong)
cpdef long long walk(
    list words, long long first, long long last, long long crc, bytes high, bytes low
) except? -1


cdef class Integrity:
    cdef public list _words
    cdef public long long _count, _whole_crc, _at, _crc
    cpdef void arm(self, Program program) except *
    cpdef void _begin(self) except *
    cpdef long long step(self) except? -1
