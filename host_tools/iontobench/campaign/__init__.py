"""Campaigns: many virtual sessions with faults in them, judged against what is required."""
