"""The reference stage of a board in a circuit simulator: netlist, bench, requirements, report.

The netlist and its models lie in `boards/pico_pwm/stage/netlist`; that of pico_dac has what
differs, and pico_demo has one of its own. ngspice runs them. Generic models, nothing measured.
Needs the program `ngspice`, and no other package than the rest.
"""
