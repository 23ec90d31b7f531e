# pyright: strict
"""What a user's script looks like: `make check` reads it as strictly as a checker can."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

import iontobench


def mean_load_ohm(result: iontobench.SessionResult) -> float:
    """The mean load while current flowed."""
    load_ohm: npt.NDArray[np.float64] = result.load_ohm
    return float(np.nanmean(load_ohm))


def stepped(seed: int) -> iontobench.SessionResult:
    """Ten seconds in steps, with a mark and another set point."""
    with iontobench.Session("demo", skin="palm", seed=seed) as session:
        for second in range(10):
            if second == 5:
                session.mark("half way")
                session.set(200)
            if not session.step(1.0):
                break
            sample = session.sample
            if sample is not None and sample.current_ua > 1000:
                session.off()
        return session.finish()


def main(folder: Path) -> list[str]:
    """Check, run, read, verify, step; what came of each, in words."""
    said = [f"ok: {iontobench.check('demo', profile='us').ok}"]
    result = iontobench.run("demo", seed=2, faults=["open@5"], data_dir=folder)
    said.append(f"{result.outcome}: {result.fault}, {mean_load_ohm(result) > 0}")
    said += [f"{event.name}: {event.values['fault_code'] > 0}" for event in result.events[-1:]]
    if result.record is not None:
        again = iontobench.read(result.record)
        same = bool(np.array_equal(again.dose_uc, result.dose_uc))
        said.append(f"{iontobench.verify(result.record).status}: {same}")
    try:
        iontobench.run("demo", data_dir=folder)
    except iontobench.LatchedError as error:
        said.append(f"latched: {error.exit_code}")
    said += [mark.text for mark in stepped(3).marks]
    return [*said, iontobench.__version__]


if __name__ == "__main__":
    print("\n".join(main(Path("my-data"))))
