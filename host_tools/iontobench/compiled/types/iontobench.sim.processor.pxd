from iontobench.sim.bench cimport SimulatedBench


cdef class NoConsole:
    cpdef void poll(self, long long t_us) except *
    cpdef long long read(self) except? -1
    cpdef void write(self, bytes data) except *


cdef class Cable:
    cdef public object _console, _random
    cdef public dict _host
    cdef public bytearray _line, _waiting
    cpdef void poll(self, long long t_us) except *
    cpdef long long read(self) except? -1
    cpdef void write(self, bytes data) except *


cdef class Processor:
    cdef public SimulatedBench bench
    cdef public object _console, _read
    cdef public list _timing
    cdef public bint watchdog_bit, _armed
    cdef public long long _tick_us, _poll_us, _fed_us, _period_us, _shift_us, _look_us
    cpdef void _connect(self, object console) except *
    cpdef void end(self) except *
    cpdef void _read_supply(self) except *
    cpdef void _wake(self) except *
    cpdef long long timing(self, long long which) except? -1
    cpdef long long now_us(self) except? -1
    cpdef void wait(self) except *
    cpdef void _look(self) except *
    cpdef void _note_interval(self, long long interval_us) except *
    cpdef void _befall(self, long long what, double value) except *
    cpdef void _stand_still(self, long long to_us) except *
    cpdef void _bite(self) except *
    cpdef void feed(self) except *
