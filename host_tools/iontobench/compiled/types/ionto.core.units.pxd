# every tick
cpdef long long ua_to_q4(long long current_ua) except? -1
cpdef long long q4_to_ua(long long current_q4) except? -1
cpdef long long mamin_to_uc(long long dose_mamin_x1000) except? -1
cpdef long long probe_current_q4(
    long long probe_mv, long long probe_ohm, long long load_mv
) except? -1
cpdef long long load_ohm(long long load_mv, long long current_q4) except? -1
