# every tick
from iontobench.compiled.sample_buffer cimport SampleBuffer
from iontobench.sim.processor cimport Processor


cdef class VirtualPort(Processor):
    cdef public object board
    cdef public (
        long long, long long, long long, long long, long long, long long,
        long long, long long, long long,
    ) _ways_back
    cdef public (long long, long long, long long) _supply_back
    cdef public long long _supply_mv, _counts, _steps, _gate, _drive, _drop_mul
    cdef public double _inside_kohm
    cdef public bint _live
    cpdef void begin(self) except *
    cpdef void off(self) except *
    cpdef void sample(self, SampleBuffer buf) except *
    cpdef void resample(self, SampleBuffer buf) except *
    cpdef void prove(self, long long gate, long long drive) except *
    cpdef void actuate(self, long long gate, long long drive) except *
    cpdef void set_polarity(self, long long sign) except *
    cpdef void probe(self, long long on) except *
    cpdef void lim_test(self, long long on) except *
    cpdef void rearm(self) except *
    cpdef void pump(self) except *
    cpdef long long read(self, bytearray buf) except? -1
    cpdef long long write(self, bytearray buf, long long count) except? -1
    cpdef long long put(self, bytearray buf) except? -1
