cdef class Program:
    cdef public list words
    cdef public long long crc, polarity, peak_ua, slew_ua_s, down_slew_ua_s, charge_uc, time_s
    cdef public long long area_mm2, probe_min_q4, least_ohm, lift_percent, segments
    cpdef long long word(self, long long segment, long long field) except? -1
    cpdef long long is_to_zero(self, long long segment) except? -1
