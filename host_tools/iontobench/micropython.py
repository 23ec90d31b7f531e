"""The release of MicroPython that this project is built, tested and deployed with."""

MICROPYTHON = "1.26.1"
