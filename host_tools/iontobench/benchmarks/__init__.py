"""The figures that the project holds itself to, measured on this machine.

`make bench` prints them and writes `build/bench.json`. A figure is a function in one of the
modules that `__main__` imports; a later one is one more function. It reports and never fails.
"""
