"""The reference stage of a board in a circuit simulator: netlist, bench, requirements, report.

The netlist and its models lie in `boards/pico_pwm/stage/netlist`; ngspice runs them. Generic
models, nothing measured. Needs the program `ngspice`, and no other package than the rest.
"""
