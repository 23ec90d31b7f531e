"""Tests of the port contract for the author of a new board.

The contract itself is in words in `ionto/port.py`. To hold a port to it:

1. Install the host tools and pytest: `pip install .` in this project's checkout,
   then `pip install pytest`.
2. Write test_my_port.py. `make` returns a new port and its board, on a load of about 5 kOhm
   (of a board that has `loads_ohm` the middle of these):

    from my_board import BOARD, MyPort
    from iontobench.testing import PortRules

    class TestMyPort(PortRules):
        def make(self):
            return MyPort(), BOARD

3. Run it: `python -m pytest test_my_port.py`. Each test is one rule; a port that breaks a rule
   gets a ContractError that says what was found and what is allowed.

`CheckedPort(port, board)` is a port that checks each call in both directions. Put it around a
port wherever a loop of your own drives one. Nothing here imports pytest or runs on a board.
"""

from .checked_port import CALLS, HOLD_US, CheckedPort, ContractError
from .port_rules import PortRules, rule_load_ohm

__all__ = ["CALLS", "HOLD_US", "CheckedPort", "ContractError", "PortRules", "rule_load_ohm"]
