"""A sample's integers (`ionto.core.units.SAMPLE_*`) as a C array that also acts as a list.

Compiled modules use `v` itself; all others index and iterate it as the list that it stands for.
"""


cdef class SampleBuffer:
    """Five integers."""

    def __len__(self):
        return 5

    def __getitem__(self, index):
        return [self.v[at] for at in range(5)][index]

    def __setitem__(self, long long index, long long value):
        if not 0 <= index < 5:
            raise IndexError("a sample has five integers")
        self.v[index] = value
