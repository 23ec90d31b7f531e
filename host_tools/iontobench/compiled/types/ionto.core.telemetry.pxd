# every tick
cdef class Telemetry:
    cdef public list _ring
    cdef public list _lengths
    cdef public bytearray _spare
    cdef public list values
    cdef public list _events
    cdef public bytearray frame
    cdef public long long length, _frames, _hold, head, tail, acked, _sent, dropped, _queued
    cdef public long long _first, _sample_us, _closing, _status_us, _status_asked
    cdef public list _fields
    cdef public bytes _widths
    cdef public long long _building, _field, _at, _due, _todo, _status
    cpdef void reset(self, long long frames=*) except *
    cpdef void event(self, long long t_ms, long long code, long long a, long long b) except *
    cpdef void repeatable(self, long long t_ms, long long code, long long a, long long b) except *
    cpdef void query(self) except *
    cpdef void hold(self, long long on) except *
    cpdef void sample_now(self) except *
    cpdef void close(self) except *
    cpdef void ack(self, long long seq) except *
    cpdef long long is_idle(self) except? -1
    cpdef long long step(self, long long dt_us) except? -1
    cpdef long long _next(self, long long sample_us) except? -1
    cpdef long long _offer(self) except? -1
    cpdef void _begin_event(self) except *
    cpdef void _begin_sample(self) except *
    cpdef void _begin(self, list values, bytes widths) except *
    cpdef long long _build(self) except? -1
