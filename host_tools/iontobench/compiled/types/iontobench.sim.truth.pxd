cdef class Truth:
    cdef public object _bench, fault_onset_us, gate_low_us
    cdef public double positive_uc_done, negative_uc_done
    cdef public long long gate_until_us
    cpdef (double, double) _pair(self) except *
    cpdef void fold(self) except *
