# every tick
from ionto.core.command cimport Command
from ionto.core.display cimport Display
from ionto.core.dose cimport Dose
from ionto.core.pusher cimport Pusher
from ionto.core.ramp cimport Ramp
from ionto.core.session cimport Session
from ionto.core.steady cimport Steady
from ionto.core.supervisor cimport Supervisor
from ionto.core.telemetry cimport Telemetry
from iontobench.compiled.sample_buffer cimport SampleBuffer


cdef class Link:
    cdef public SampleBuffer _buf
    cdef public Session _session
    cdef public Supervisor _supervisor
    cdef public Ramp _ramp
    cdef public Dose _dose
    cdef public Telemetry telemetry
    cdef public Command command
    cdef public Display _display
    cdef public Pusher _pusher
    cdef public bytearray _byte
    cdef public object _read, _write
    cdef public long long _line_us, _slowly, _is_drawing, _polarity, _supervised, _silent_ms
    cdef public long long _lost, _limited, _limited_from_ms, _near, _near_ms, _noise_ms, waiting
    cdef public long long _command
    cpdef void reset(self, long long polarity, long long supervised) except *
    cpdef long long tell(self, long long dt_us) except? -1
    cpdef void set_polarity(self, long long polarity) except *
    cpdef void flush(self) except *
    cpdef void _line_due(self) except *
    cpdef void _draw(self) except *
    cpdef void _push(self, bytearray frame, long long count) except *
    cpdef long long hear(self) except? -1
    cpdef long long _catch_up(self) except? -1
    cpdef long long _heard(self, long long command) except? -1
    cpdef long long _lose(self, long long why) except? -1
    cpdef void _fill_first_half(self) except *
    cpdef void _fill_second_half(self) except *
    cpdef void _note_limited(self, long long limited) except *
    cpdef void _warn(self, Supervisor supervisor) except *
    cpdef void _warn_of_load(self, Steady steady) except *
