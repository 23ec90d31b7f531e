"""A session as a stream of the lab streaming layer, for LabRecorder and other inlets.

Bench only: dummy loads, never people. Needs `pip install pylsl`. A virtual bench is faster than
real time, so a sample's time stamp is the first one's and the board time since.
"""

import pylsl

import iontobench

CHANNELS = (
    ("set", "microamperes", "set_ua"),
    ("current", "microamperes", "current_ua"),
    ("voltage", "millivolts", "load_mv"),
    ("dose", "microcoulombs", "dose_uc"),
)
RATE_HZ = 10
STEP_S = 0.1  # board time


def stream(name="IontoBench"):
    """The outlet: four channels at 10 Hz, each with its label and unit."""
    info = pylsl.StreamInfo(name, "Stimulation", len(CHANNELS), RATE_HZ, "double64", name)
    channels = info.desc().append_child("channels")
    for label, unit, _ in CHANNELS:
        channel = channels.append_child("channel")
        channel.append_child_value("label", label)
        channel.append_child_value("unit", unit)
    return pylsl.StreamOutlet(info)


def play(outlet, protocol="demo", **asked):
    """Run a session and push each sample; `asked` is as of `iontobench.Session`."""
    begun_s = pylsl.local_clock()
    last_ms = -1
    with iontobench.Session(protocol, **asked) as session:
        while session.step(STEP_S):
            sample = session.sample
            if sample is not None and sample.t_ms > last_ms:
                last_ms = sample.t_ms
                values = [float(getattr(sample, field)) for _, _, field in CHANNELS]
                outlet.push_sample(values, begun_s + sample.t_ms / 1000)
        return session.finish()


if __name__ == "__main__":
    print(play(stream(), skin="palm").outcome)
