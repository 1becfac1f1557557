"""What runs once: the migration before a release, and the commands of operators."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from chart import PROFILES, ROOT, called, pod_of, rendered, selects, template
from test_objects import validator
from test_policy import ours, serving

# What `kubectl` answers to k8s/linli.
KUBECTL = """#!{python}
import json, sys
from pathlib import Path
folder, call = Path("{folder}"), " ".join(sys.argv[1:])
with open(folder / "calls", "a") as calls: print(call, file=calls)
if "create job" in call: print((folder / "job.json").read_text())
elif "patch --local" in call:
    job = json.load(sys.stdin)
    [patch] = json.loads(next(each for each in sys.argv if each.startswith("--patch=")).removeprefix("--patch="))
    assert (patch["op"], patch["path"]) == ("replace", "/spec/template/spec/containers/0/args")
    job["spec"]["template"]["spec"]["containers"][0]["args"] = patch["value"]
    print(json.dumps(job))
elif "create --filename=-" in call: (folder / "made.json").write_text(sys.stdin.read())
elif "get job" in call: print("SuccessCriteriaMet {ends}", end="")
elif "get pods" in call: print("pod-1", end="")
elif "logs" in call: print("said")
elif "get pod" in call: print("{code}", end="")
else: sys.exit("unknown: " + call)
"""


class Migrations(unittest.TestCase):
    """What comes before every other object finds no engine and no Secret that the release itself makes."""

    def hooks(self, objects, when):
        return [called(one) for one in objects if when in one["metadata"].get("annotations", {}).get("helm.sh/hook", "").split(",")]

    def test_a_job_comes_before_the_release_only_where_it_finds_everything(self):
        for profile in PROFILES:
            wanted = ["Job/linli-migrate"] if profile == "external" else []
            for when in ("pre-install", "pre-upgrade"):
                self.assertEqual(self.hooks(rendered(profile), when), wanted, (profile, when))
        for values in (
            ["broker.kind=bundled"],
            ["database.kind=bundled"],
            ["externalSecrets.enabled=true", "externalSecrets.store.name=vault"],
            ["migrate.enabled=false"],
        ):
            self.assertEqual(self.hooks(template([], values), "pre-upgrade"), [], values)

    def test_who_asks_for_it_has_one_before_upgrades(self):
        objects = template(["values-city.yaml"], ["migrate.hook=always"])
        self.assertEqual(self.hooks(objects, "pre-upgrade"), ["Job/linli-migrate"])
        self.assertEqual(self.hooks(objects, "pre-install"), [])

    def test_a_process_that_migrates_has_the_time_for_it(self):
        """A kubelet that ends it begins the migration anew, and so on for ever."""
        for profile in PROFILES:
            alone = profile == "external"
            seen = 0
            for one in rendered(profile):
                if one["kind"] not in ("Deployment", "StatefulSet") or not serving(pod := pod_of(one)) or "operator" in called(one):
                    continue
                container = ours(pod)[0]
                probe = container["startupProbe"]
                start = probe["periodSeconds"] * probe["failureThreshold"]
                self.assertEqual(start, 300 if alone else 1800, (profile, called(one)))
                if one["kind"] == "Deployment":
                    self.assertGreater(one["spec"]["progressDeadlineSeconds"], start, called(one))
                seen += 1
            self.assertGreaterEqual(seen, 1)
        objects = template(["values-city.yaml"], ["migrate.deadlineSeconds=7200"])
        probe = ours(pod_of(next(one for one in objects if called(one) == "Deployment/linli-ticketing")))[0]["startupProbe"]
        self.assertEqual(probe["periodSeconds"] * probe["failureThreshold"], 7200)


class Tools(unittest.TestCase):
    """Where operators run commands: what runbooks name is in no service's image."""

    def test_there_is_one_that_never_runs_by_itself(self):
        for profile in PROFILES:
            jobs = [one for one in rendered(profile) if one["kind"] == "CronJob"]
            self.assertEqual([called(one) for one in jobs], ["CronJob/linli-tools"], profile)
            self.assertIs(jobs[0]["spec"]["suspend"], True)
            self.assertRegex(pod_of(jobs[0])["spec"]["containers"][0]["image"], "/linli:")
        gone = template(["values-single.yaml"], ["single.storage.kind=emptyDir"])
        self.assertEqual([called(one) for one in gone if one["kind"] == "CronJob"], [], "its data are in another pod")

    def test_it_reaches_engines_and_services_and_is_let_in(self):
        labels = {"app.kubernetes.io/name": "linli", "app.kubernetes.io/instance": "linli", "app.kubernetes.io/component": "tools"}
        policies = [one["spec"] for one in rendered("district") if one["kind"] == "NetworkPolicy"]
        out = [rule for policy in policies if selects(policy["podSelector"], labels) for rule in policy.get("egress", [])]
        for component, port in (("postgres", 5432), ("rabbitmq", 5672), ("identity", 8080), ("ticketing", 8080)):
            other = {**labels, "app.kubernetes.io/component": component}
            self.assertTrue(any(selects(peer["podSelector"], other) for rule in out if port in [each["port"] for each in rule["ports"]] for peer in rule.get("to", [])), component)
            come = [rule for policy in policies if selects(policy["podSelector"], other) for rule in policy.get("ingress", [])]
            self.assertTrue(any(selects(peer["podSelector"], labels) for rule in come for peer in rule.get("from", [])), component)

    def test_runbooks_name_it(self):
        for name in ("charts/linli/alerts/linli.yaml", "services/operator/README.md"):
            self.assertNotRegex((ROOT / name).read_text(), r"`linli (doctor|events|statistics|audit|verify)", name)

    def run_script(self, arguments, ends="Complete", code=0):
        """The script with a `kubectl` that answers as a cluster would; what was made, and how it ended."""
        tools = next(one for one in rendered("city") if one["kind"] == "CronJob")
        job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "x"}, "spec": tools["spec"]["jobTemplate"]["spec"]}
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            (folder / "job.json").write_text(json.dumps(job))
            (folder / "kubectl").write_text(KUBECTL.format(python=sys.executable, folder=folder, ends=ends, code=code))
            (folder / "kubectl").chmod(0o755)
            environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
            done = subprocess.run([ROOT / "k8s/linli", *arguments], env=environment, capture_output=True, text=True, timeout=30)
            made = folder / "made.json"
            return done, made.exists() and json.loads(made.read_text()), (folder / "calls").exists() and (folder / "calls").read_text()

    def test_the_script_passes_the_command_on_as_it_is(self):
        arguments = ["import", "它 \"is\" C:\\path", "--json"]
        done, made, calls = self.run_script(["--namespace", "east", *arguments])
        self.assertEqual((done.returncode, done.stdout), (0, "said\n"), done.stderr)
        self.assertEqual(made["spec"]["template"]["spec"]["containers"][0]["args"], arguments)
        self.assertIn("--namespace east create job linli-tools-", calls)
        self.assertIn("--from=cronjob/linli-tools", calls)
        check = validator("v1.34.0", "batch/v1", "Job")
        self.assertEqual([error.message for error in check.iter_errors(made)], [])

    def test_the_script_ends_as_the_command_did(self):
        done, _, _ = self.run_script(["audit"], ends="Failed", code=3)
        self.assertEqual((done.returncode, done.stdout), (3, "said\n"), done.stderr)
        done, made, _ = self.run_script([])
        self.assertEqual((done.returncode, made), (2, False))
