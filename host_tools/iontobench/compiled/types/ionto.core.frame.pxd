import cython


@cython.locals(value=cython.longlong)
cpdef long long put(
    bytearray frame, long long at, list values, bytes widths, long long first, long long last
) except? -1
@cython.locals(crc=cython.longlong)
cpdef long long seal(bytearray frame, long long at) except? -1
