"""Campaigns as files: protocols x loads x faults x boards x seeds, run to Parquet parts.

`schema` and `loader` read a campaign's TOML file, `cells` numbers its runs, `session_row` runs one
and says what came of it in the columns of `columns`, `engines` runs parts of them on processes or
on a cluster, `folder` keeps whole parts, and `figures`, `page` and `differences` read them.
"""
