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
    for patch in json.loads(next(each for each in sys.argv if each.startswith("--patch=")).removeprefix("--patch=")):
        *way, last = patch["path"].strip("/").split("/")
        place = job
        for step in way: place = place[int(step) if isinstance(place, list) else step]
        if last == "-": place.append(patch["value"])
        else:
            assert (last in place) == (patch["op"] == "replace"), patch
            place[last] = patch["value"]
    print(json.dumps(job))
elif "create --filename=-" in call: (folder / "made.json").write_text(sys.stdin.read())
elif "get job" in call: print("SuccessCriteriaMet {ends}", end="")
elif "get pods" in call: print("pod-1", end="")
elif "logs" in call: print("said")
elif "get pod" in call: print("{code}", end="")
elif "delete job linli-tools-" in call: print("deleted")
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
        for name in ("charts/linli/alerts/linli.yaml", "charts/linli/alerts/linli-operator.yaml", "services/operator/README.md"):
            self.assertNotRegex((ROOT / name).read_text(), r"`linli (doctor|events|statistics|audit|verify)", name)

    def run_script(self, arguments, ends="Complete", code=0, profile="city"):
        """The script with a `kubectl` that answers as a cluster would; what was made, and how it ended."""
        tools = next(one for one in rendered(profile) if one["kind"] == "CronJob")
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

    def test_the_script_brings_a_backup_back_into_another_volume(self):
        """The volume that has the backup is only read; the pod may not do more than before."""
        arguments = ["restore", "/before/backup-1"]
        done, made, _ = self.run_script(["--into", "linli-restored-all", *arguments], profile="single")
        self.assertEqual(done.returncode, 0, done.stderr)
        pod = made["spec"]["template"]["spec"]
        self.assertEqual(pod["containers"][0]["args"], arguments)
        claims = {each["name"]: each["persistentVolumeClaim"]["claimName"] for each in pod["volumes"]}
        places = {claims[each["name"]]: (each["mountPath"], each.get("readOnly", False)) for each in pod["containers"][0]["volumeMounts"]}
        self.assertEqual(places, {"linli-all": ("/before", True), "linli-restored-all": ("/data", False)})
        usual = pod_of(next(one for one in rendered("single") if one["kind"] == "CronJob"))["spec"]
        for part in ("securityContext", "automountServiceAccountToken"):
            self.assertEqual(pod[part], usual[part])
        check = validator("v1.34.0", "batch/v1", "Job")
        self.assertEqual([error.message for error in check.iter_errors(made)], [])

    def test_the_script_ends_as_the_command_did(self):
        done, _, _ = self.run_script(["audit"], ends="Failed", code=3)
        self.assertEqual((done.returncode, done.stdout), (3, "said\n"), done.stderr)
        done, made, _ = self.run_script([])
        self.assertEqual((done.returncode, made), (2, False))

    def test_what_is_secret_goes_with_its_job(self):
        arguments = ["admin", "machine", "--secret", "linli-operator"]
        done, made, calls = self.run_script(["--forget", *arguments])
        self.assertEqual((done.returncode, done.stdout), (0, "said\n"), done.stderr)
        self.assertEqual(made["spec"]["template"]["spec"]["containers"][0]["args"], arguments)
        self.assertRegex(calls.splitlines()[-1], "delete job linli-tools-")
        _, _, calls = self.run_script(["doctor"])
        self.assertNotIn("delete", calls)


class Test(unittest.TestCase):
    """What `helm test` runs."""

    CITY = ["tests.server=https://linli.example.cn", "tests.accountsSecret=linli-demo"]

    def test_a_city_plays_the_demo_with_accounts_of_a_secret(self):
        """Where the demo district was made elsewhere its passwords are in no volume of this release."""
        pods = lambda objects: {called(one): one["spec"] for one in objects if one["kind"] == "Pod"}
        self.assertEqual(set(pods(rendered("city"))), {"Pod/linli-test-doctor"})
        objects = template(["values-city.yaml"], self.CITY)
        pod = pods(objects)["Pod/linli-test-demo"]
        self.assertEqual(pod["containers"][0]["args"], ["demo", "--server", "https://linli.example.cn"])
        items = [{"key": "demo-accounts.json", "path": "demo-accounts.json"}]
        self.assertEqual(pod["volumes"], [{"name": "data", "secret": {"secretName": "linli-demo", "defaultMode": 0o440, "items": items}}])
        self.assertEqual(pod["containers"][0]["volumeMounts"], [{"name": "data", "mountPath": "/data", "readOnly": True}])
        self.assertNotIn("affinity", pod, "it shares no volume with a pod")
        check = validator("v1.34.0", "v1", "Pod")
        [one] = [one for one in objects if called(one) == "Pod/linli-test-demo"]
        self.assertEqual([error.message for error in check.iter_errors(one)], [])

    def test_it_is_let_out_to_where_it_plays(self):
        labels = {"app.kubernetes.io/name": "linli", "app.kubernetes.io/instance": "linli", "app.kubernetes.io/component": "test"}

        def anywhere(server):
            objects = template(["values-city.yaml"], [f"tests.server={server}"] if server else [])
            policies = [one["spec"] for one in objects if one["kind"] == "NetworkPolicy" and selects(one["spec"]["podSelector"], labels)]
            rules = [rule for policy in policies for rule in policy.get("egress", []) if "to" not in rule]
            return {port["port"] for rule in rules for port in rule["ports"]} - {53}

        for server, port in (("https://linli.example.cn", 443), ("http://gateway.gateway", 80), ("http://gateway.gateway:8081", 8081), ("", None)):
            self.assertEqual(anywhere(server), {port} if port else set(), server)
