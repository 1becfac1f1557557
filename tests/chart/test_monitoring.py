"""Dashboards and alert rules: of metrics that exist, and each alert fires."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from chart import CHART, HERE, ROOT, metrics, rendered, template

RULES = sorted((CHART / "alerts").glob("*.yaml"))
NAME = re.compile(r"\b(?:http_server|linli|operator)_[a-z_]+")


def promtool(*arguments, cwd=HERE):
    return subprocess.run([os.environ["PROMTOOL"], *map(str, arguments)], capture_output=True, text=True, cwd=cwd)


class Monitoring(unittest.TestCase):
    def test_the_sources_are_read(self):
        self.assertLessEqual(
            {"http_server_request_duration_seconds_bucket", "http_server_shed_total", "linli_bus_outbox_lag_seconds", "linli_store_statements_total"},
            metrics(),
        )

    def test_only_metrics_that_exist(self):
        known = metrics()
        for path in [*RULES, *(CHART / "dashboards").glob("*.json")]:
            used = set(NAME.findall(path.read_text()))
            self.assertGreater(len(used), 2, path.name)
            self.assertLessEqual(used, known, path.name)

    def test_who_scales_by_a_queue_asks_for_what_the_adapter_makes(self):
        """One name and one label at both ends; with one that is not there nothing is scaled down any more."""
        [rule] = yaml.safe_load((ROOT / "k8s/examples/prometheus-adapter.yaml").read_text())["rules"]["external"]
        asked = 0
        for one in rendered("options"):
            for metric in one["spec"]["metrics"] if one["kind"] == "HorizontalPodAutoscaler" else []:
                if metric["type"] == "External":
                    wanted = metric["external"]["metric"]
                    self.assertEqual(wanted["name"], rule["name"]["as"])
                    self.assertEqual(wanted["selector"], {"matchLabels": {"consumer": one["metadata"]["name"].removeprefix("linli-")}})
                    asked += 1
        self.assertGreater(asked, 0)
        self.assertIn("by (consumer)", rule["metricsQuery"])
        query = rule["metricsQuery"].replace("<<.Series>>", rule["name"]["as"]).replace("<<.LabelMatchers>>", 'namespace="linli"')
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            yaml.safe_dump({"groups": [{"name": "adapter", "rules": [{"record": "a:b", "expr": query}]}]}, file)
            file.flush()
            self.assertEqual(promtool("check", "rules", file.name).returncode, 0)

    def test_the_operator_is_scraped_where_it_runs(self):
        def scraped(objects):
            monitor = next(one for one in objects if one["kind"] in ("ServiceMonitor", "PodMonitor"))
            return monitor["spec"]["selector"]["matchExpressions"][0]["values"]

        self.assertIn("operator", scraped(rendered("options")))
        services = [one["metadata"]["name"] for one in rendered("options") if one["kind"] == "Service"]
        self.assertTrue(any(name.endswith("-operator") for name in services), services)
        self.assertNotIn("operator", scraped(rendered("city")))
        # a pod is scraped without a Service
        objects = template(["values-city.yaml"], [], "--set", "operator.enabled=true")
        self.assertIn("operator", scraped(objects))

    def test_nobody_is_told_of_an_operator_that_was_never_wanted(self):
        """Its alerts fire where there is none: they come with it alone, and as they are in the file."""
        files = {path.stem: yaml.safe_load(path.read_text())["groups"] for path in RULES}
        for values, groups in (([], files["linli"]), (["operator.enabled=true"], files["linli"] + files["linli-operator"])):
            [rules] = [one for one in template(["values-city.yaml"], values) if one["kind"] == "PrometheusRule"]
            self.assertEqual(rules["spec"]["groups"], groups)

    def test_dashboards_read(self):
        for path in (CHART / "dashboards").glob("*.json"):
            board = json.loads(path.read_text())
            ids = [panel["id"] for panel in board["panels"]]
            self.assertEqual(len(ids), len(set(ids)))
            for panel in board["panels"]:
                self.assertTrue(panel["title"] and panel["targets"], panel["id"])

    def test_queries_of_dashboards_parse(self):
        rules = []
        for path in (CHART / "dashboards").glob("*.json"):
            for panel in json.loads(path.read_text())["panels"]:
                for target in panel["targets"]:
                    query = target["expr"].replace("$__rate_interval", "5m")
                    board = path.stem.replace("-", "_")
                    rules.append({"record": f"{board}:{panel['id']}:{target['refId'].lower()}", "expr": query})
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "queries.yaml"
            file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
            done = promtool("check", "rules", file)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)

    def test_every_alert_fires_and_is_silent_otherwise(self):
        done = promtool("test", "rules", "alerts.test.yaml")
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)

    def test_every_alert_is_tested_and_explained(self):
        alerts = {rule["alert"]: rule for path in RULES for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]}
        tested = {}
        for case in yaml.safe_load((HERE / "alerts.test.yaml").read_text())["tests"]:
            for expected in case["alert_rule_test"]:
                fires = bool(expected.get("exp_alerts"))
                tested.setdefault(expected["alertname"], set()).add(fires)
        self.assertEqual(tested, {name: {True, False} for name in alerts})
        for name, rule in alerts.items():
            self.assertIn(rule["labels"]["severity"], ("critical", "warning"), name)
            self.assertGreater(len(rule["annotations"]["runbook"]), 40, name)
