from iontobench.link.host_session cimport HostSession


cdef class HostLink:
    cdef public HostSession session
    cdef public object _listeners
    cpdef void received(self, bytes data, long long t_us) except *
    cpdef bytes poll(self, long long t_us)
    cpdef void _tell(self, object item) except *


cdef class LinkConsole:
    cdef public HostLink _link
    cdef public bytearray _waiting
    cdef public long long _t_us
    cpdef void poll(self, long long t_us) except *
    cpdef long long read(self) except? -1
    cpdef void write(self, bytes data) except *
