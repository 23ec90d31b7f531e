import cython


@cython.locals(
    half_up=cython.double, steps=cython.longlong, r=cython.double, more=cython.double,
    power=cython.double
)
cpdef double exp(double x) except? -1
