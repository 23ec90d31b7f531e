"""Whole sessions of protocols on their virtual boards, and what the plant saw of them.

Virtual time throughout. Currents in uA, charge in uC, times in us or s as the names say. What is
true is read from the plant; what the firmware says, from its own summary.
"""

from functools import cache

from msgspec.structs import replace
from tests.support.trial import ScriptedPort, Trial, UnwatchedPort

from iontobench import resources
from iontobench.link.events import Event
from iontobench.protocols import compile_protocol, load, profile
from iontobench.protocols.board_fit import board_for
from iontobench.protocols.lowering import lower
from iontobench.protocols.schema import OffPhase, PulsePhase
from iontobench.sim.skin import load_skin

HOLD_S = 4.0  # of a shortened phase


class Run:
    """A session of a program: `last` of the firmware, `truth` of the plant, `items` of the link.

    `events` are the events among the items.

    `commands` are (s, text), an operator's; a command is due at that board time. `each`, if set,
    sees the plant before every tick.
    """

    def __init__(self, words, board, skin, commands=(), each=None, seed=1):
        port_class = UnwatchedPort if each is None else ScriptedPort
        trial = Trial(skin, seed=seed, board=board, port_class=port_class)
        trial.each = each
        for at_s, text in sorted(commands):
            trial.say(at_s, text)
        self.last = trial.run(words)
        self.plant, self.truth = trial.plant, trial.truth
        self.items = trial.items

    @property
    def events(self):
        """The events so far, in their order."""
        return [item for item in self.items if isinstance(item, Event)]


@cache
def board_of(name):
    """The data of one board."""
    return resources.load_board(name).BOARD


def shortened(protocol):
    """The same ramps, edges and polarities; every hold, pulse train and wait a few seconds."""
    phases = [_short(phase, protocol) for phase in protocol.phases]
    return replace(protocol, phases=phases, max_time_s=None)


def _short(phase, protocol):
    if isinstance(phase, OffPhase):
        return replace(phase, time_s=3.0)
    if isinstance(phase, PulsePhase):
        if phase.count is not None:
            return replace(
                phase, count=2, on_s=min(phase.on_s, HOLD_S), off_s=min(phase.off_s, 2.0)
            )
        return replace(phase, time_s=(phase.ramp_up_s or 0) + HOLD_S)
    if phase.hold_s is not None:
        return replace(phase, hold_s=HOLD_S)
    ramps_s = (phase.ramp_up_s + protocol.ramp_down_s) / 2 + HOLD_S
    return replace(phase, dose_mamin=round(phase.current_ma * ramps_s / 60, 3))


def compiled(protocol):
    """Compiled for the first simulated board that serves it: (compiled, board)."""
    board = board_of(board_for(protocol, lower(protocol)))
    return compile_protocol(protocol, profile("us"), board), board


def run_protocol(protocol, **options):
    """Run it on its site's median load: (compiled, board, run)."""
    made, board = compiled(protocol)
    electrodes = protocol.electrodes
    skin = load_skin(protocol.skin, electrodes.active.area_cm2, electrodes.return_.area_cm2)
    return made, board, Run(made.words, board, skin, **options)


def shipped(name, short=True):
    """One of the protocols that ship, shortened or whole."""
    return shortened(load(name)) if short else load(name)
