from iontobench.link.clock_check cimport ClockCheck


cdef class HostSession:
    cdef public object ended, status, _next_beat_us
    cdef public bint clock_is_wrong
    cdef public ClockCheck _clock_check
    cdef public bytes _pending
    cdef public bytearray _outgoing
    cdef public long long _next_seq, _t_ms
    cpdef list on_bytes(self, bytes data, long long t_us)
    cpdef void on_time(self, long long t_us) except *
    cpdef void send(self, str command) except *
    cpdef bytes outgoing(self)
    cpdef void _beat(self) except *
