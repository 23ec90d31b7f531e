"""Campaigns: many virtual sessions with faults or disturbances, judged against what is required.

The fault matrix (`iontobench faults`): `matrix` lists what is tried, `required` what each fault
asks for, `trial` runs one fault on a `fault_bench`, `observability` says from when a rule could
see it, `verdict` judges, and `fault_result` counts and writes. Campaigns with a command of their
own: `leads`, `nuisance`, `long_holds` and `thresholds`.
"""
