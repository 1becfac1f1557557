"""Writes what is generated: the snapshots and the chart's README."""

import subprocess

from chart import CHART, HERE, PROFILES, recovery_snapshot, snapshot

for profile in PROFILES:
    (HERE / f"snapshots/{profile}.yaml").write_text(snapshot(profile))
(HERE / "snapshots/recovery.diff").write_text(recovery_snapshot())
subprocess.run([CHART / "hack/readme"], check=True)
