"""The port contract in words: the calls of a board's port, and when each is allowed.

The session loop knows a board by its port only. This file has no code and is not deployed.
`iontobench.testing` of the host tools checks a port against this contract: its `CheckedPort`
checks each call, its `PortRules` are tests for any port.

Times in us modulo 2^30, currents in `_q4` (1/16 uA), voltages in mV, the drive in counts
0..board.drive_counts. A tick lasts 1 ms and begins with `wait`.

A caller may keep a port's methods from its construction on: they are never replaced.

    begin()               take pins, heap, collector, console; arm the watchdog. Output off.
    off()                 gate low, drive 0, ENABLE still, probe off, the limiter's threshold
                          restored. Idempotent; needs no begin(). After it `actuate`, `prove` and
                          `pump` change nothing until the next begin().
    end()                 release everything; the watchdog last, after off.
    now_us()              time modulo 2^30. Before begin() too.
    wait()                return at the start of the next tick.
    timing(which)         one of units.TIMING_* of the ticks since begin(); allocates nothing.
    sample(buf)           fill buf[SAMPLE_*] with integers in units; once a tick. buf is an
                          array of 32 bits.
    resample(buf)         150 us after the last sample: read the current again into buf[SAMPLE_A].
    actuate(gate, drive)  gate 0 or 1; with gate 0 the drive must be 0.
    prove(gate, drive)    as actuate, but with gate 0 the drive may be up to 60 uA *
                          board.proof_scale, for the proof.
    set_polarity(sign)    +1 or -1; only with the gate low.
    probe(on)             the PROBE source, 0 or 1; on only with the gate low.
    lim_test(on)          1 lowers the hardware limiter's threshold for its proof, 0 restores it.
    rearm()               re-arm the hardware limiter; only with the gate low.
    feed()                feed the watchdog; at most once a tick, and every 100 ms at the latest.
    pump()                one edge of ENABLE, for the dead-man timer; at most once a tick.
    read(buf)             at most one byte into buf[0]; return how many.
    write(buf, count)     the first `count` bytes; never blocks for longer than a tick.
    put(buf)              write buf[0] if there is room at once; return how many were written.

`resample`, `actuate`, `prove`, `feed` and `pump` come after the `sample` of their tick.

The gate closes last, `actuate` and `prove` alike: with the probe off, after 10 ms of `pump`
without a gap of more than 6 ms, 10 ms after `rearm`, 5 ms after it opened, and with the limiter's
threshold not lowered. While ENABLE stood still or the limiter has tripped, the stage may have
wound up behind a closed gate. So `pump` after such a gap, and `rearm`, come 10 ms after the gate
last opened, in an earlier run too: where `begin` comes sooner, the loop first waits.
`lim_test(1)` comes 1 ms after the gate closed: what closing gives is over.
"""
