"""The firmware's small arrays of words as C arrays that also act as lists.

Compiled modules use `v` itself; all others index and iterate it as the list that it stands for.
A sample's integers are `ionto.core.units.SAMPLE_*`.
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


cdef class WordTable:
    """Up to eight integers: the state of one function."""

    def __init__(self, list values):
        if len(values) > 8:
            raise ValueError("a table has eight integers at most")
        self._length = len(values)
        for at in range(self._length):
            self.v[at] = values[at]

    def __len__(self):
        return self._length

    def __getitem__(self, index):
        return [self.v[at] for at in range(self._length)][index]

    def __setitem__(self, long long index, long long value):
        if not 0 <= index < self._length:
            raise IndexError(f"this table has {self._length} integers")
        self.v[index] = value
