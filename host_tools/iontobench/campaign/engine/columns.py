"""The columns of a campaign's results: names with units, types, and what each means.

One row is one run. docs/campaigns.md has the same table; a test compares them. A value that a run
does not have is null.
"""

from typing import Any, NamedTuple

TEXT, WHOLE, NUMBER, FLAG = "string", "int64", "double", "bool"
NO_TRIP, WANTED, UNWANTED = "none", "wanted", "unwanted"


class RunColumn(NamedTuple):
    """A column: its name with its unit, its type in Parquet, what it means."""

    name: str
    kind: str
    meaning: str


KEYS = (
    RunColumn("protocol", TEXT, "as `iontobench run` takes it"),
    RunColumn("load", TEXT, "as `--skin` takes it"),
    RunColumn("board", TEXT, "as `--board` takes it"),
    RunColumn("converter", TEXT, "as `--adc` takes it"),
    RunColumn("profile", TEXT, "the limits profile"),
    RunColumn("faults", TEXT, "what was injected, joined by ` + `, or `none`"),
    RunColumn("seed", WHOLE, "as `--seed` takes it"),
)
COLUMNS = (
    RunColumn("run", WHOLE, "the run's number in its campaign, from 0"),
    *KEYS,
    RunColumn("group", TEXT, "the load as the campaign's file names it"),
    RunColumn("member", WHOLE, "its index in a population"),
    RunColumn("outcome", TEXT, "as of a record, or `no result`"),
    RunColumn("fault", TEXT, "what ended it"),
    RunColumn("trouble", TEXT, "why there is no result"),
    RunColumn("dose_planned_mamin", NUMBER, "gross charge of the program on an ideal bench"),
    RunColumn("dose_mamin", NUMBER, "by the firmware"),
    RunColumn("dose_true_mamin", NUMBER, "through the load"),
    RunColumn("duration_planned_s", NUMBER, "of the program on an ideal bench"),
    RunColumn("duration_s", NUMBER, "of board time"),
    RunColumn("time_stretch", NUMBER, "duration over plan, of a complete run"),
    RunColumn("peak_ua", NUMBER, "largest true current through the load"),
    RunColumn("overshoot_ua", NUMBER, "of it above the proven peak"),
    RunColumn("load_peak_mv", NUMBER, "highest measured voltage over the load"),
    RunColumn("compliance_mv", NUMBER, "the stage's true compliance, drawn by the seed"),
    RunColumn("load_least_ohm", NUMBER, "least V / I of the samples of at least 20 µA"),
    RunColumn("load_mean_ohm", NUMBER, "their mean"),
    RunColumn("load_most_ohm", NUMBER, "the highest"),
    RunColumn("is_limited", FLAG, "whether compliance limited the current"),
    RunColumn("limited_s", NUMBER, "for how long"),
    RunColumn("faults_struck", WHOLE, "injected faults whose time came"),
    RunColumn("faults_met", WHOLE, "of them, those that met a current or its gate"),
    RunColumn("trip", TEXT, "`none`, `wanted` after a fault that struck, or `unwanted`"),
    RunColumn("is_missed", FLAG, "a fault met the output, has to cut it off, and did not"),
    RunColumn("gate_off_ms", NUMBER, "from the first onset to the gate low, of a wanted trip"),
    RunColumn("warnings", WHOLE, "all of the following"),
    RunColumn("warned_compliance", WHOLE, "above 80 % of compliance"),
    RunColumn("warned_drift", WHOLE, "a load that rises"),
    RunColumn("warned_noise", WHOLE, "a noisy current"),
    RunColumn("warned_dip", WHOLE, "a dip of the current"),
    RunColumn("warned_lift", WHOLE, "a part of an electrode may be off"),
    RunColumn("warned_low", WHOLE, "a load that is low"),
    RunColumn("warned_over", WHOLE, "too much current for a second"),
    RunColumn("warned_late", WHOLE, "a late tick"),
    RunColumn("contacts_lost", WHOLE, "cuts for a contact that was lost"),
    RunColumn("items", WHOLE, "samples, events, gaps and notes of the link"),
    RunColumn("items_sha256", TEXT, "their hash: equal for the same session, to the bit"),
)
NAMES = tuple(column.name for column in COLUMNS)
KEY_NAMES = tuple(column.name for column in KEYS)
Row = dict[str, Any]
