cdef class Proof:
    cdef public tuple drives
    cdef public long long _is_judged
    cdef public long long _flows_q4, _flows_max_q4, _nothing_q4, _sign_q4, allowance_q4
    cdef public long long _has_lim_test, _high_mv, fault, proven, on_q4
    cdef public long long _on_b_q4, _has_tripped, _sum_q4, _sum_b_q4, _count, gate, drive
    cdef public long long lim_test, _at, _was_high, _flowed, moved, rearm, pump, may_trip, _wait_ticks
    cpdef void start(self) except *
    cpdef void leave(self) except *
    cpdef long long step(
        self, long long current_a_q4, long long current_b_q4, long long load_mv, long long inputs
    ) except? -1
    cpdef long long _judge(
        self, long long mean_q4, long long mean_b_q4, long long tripped
    ) except? -1
    cpdef long long _end_step(self, long long good, long long fault, long long proven) except? -1
    cpdef void _enter(self, long long at) except *
