"""The pure core: integers only, no clock, pin, file or print, nothing allocated in a tick."""
