"""A session as a PyMeasure procedure: its parameters, its columns, its stop button.

Bench only: dummy loads, never people. Needs `pip install pymeasure`. Run as a script it writes
`iontobench.csv`; in a `ManagedWindow` it is a procedure like any other.
"""

from typing import ClassVar

from pymeasure.experiment import (
    IntegerParameter,
    Parameter,
    Procedure,
    Results,
    Worker,
)

import iontobench

STEP_S = 0.1  # board time between two rows


class BenchSession(Procedure):
    """One session on a virtual bench, a row of units in names every 0.1 s of board time."""

    protocol = Parameter("Protocol", default="demo")
    skin = Parameter("Load", default="palm")
    seed = IntegerParameter("Seed", default=1, minimum=0)

    DATA_COLUMNS: ClassVar = ["t_ms", "set_ua", "current_ua", "load_mv", "dose_uc"]

    def execute(self):
        """Step the session, and hand on each new sample; the stop button ends it by its ramp."""
        with iontobench.Session(self.protocol, skin=self.skin, seed=self.seed) as session:
            last_ms = -1
            while session.step(STEP_S):
                if self.should_stop():
                    session.stop()
                    break
                sample = session.sample
                if sample is not None and sample.t_ms > last_ms:
                    last_ms = sample.t_ms
                    self.emit("results", {key: getattr(sample, key) for key in self.DATA_COLUMNS})
            self.outcome = session.finish().outcome


if __name__ == "__main__":
    procedure = BenchSession()
    worker = Worker(Results(procedure, "iontobench.csv"))
    worker.start()
    worker.join(timeout=3600)
    print(procedure.outcome)
