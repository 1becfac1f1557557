"""Writes what is generated: the snapshots and the chart's README."""

import subprocess

from chart import CHART, HERE, PROFILES, snapshot

for profile in PROFILES:
    (HERE / f"snapshots/{profile}.yaml").write_text(snapshot(profile))
subprocess.run([CHART / "hack/readme"], check=True)
