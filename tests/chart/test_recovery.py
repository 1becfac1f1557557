"""A city of its backups, as of an earlier moment."""

import re
import shlex
import unittest

from chart import HERE, ROOT, PROFILES, RECOVERY, called, pod_of, recovery_snapshot, rendered, template
from test_objects import custom, validator
from test_policy import ours


class Recovery(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        files, values = PROFILES["city"]
        cls.objects = {called(one): one for one in template(files, [*values, *RECOVERY])}

    def test_what_changes_is_what_is_checked_in(self):
        self.assertEqual((HERE / "snapshots/recovery.diff").read_text(), recovery_snapshot(), "tests/chart/run --refresh writes it anew")

    def test_a_new_cluster_is_made_beside_the_old_one(self):
        """The old one is kept as it is: what turns out to be wrong is taken back by a name."""
        new = self.objects["Cluster/linli-postgres-2"]
        self.assertNotIn("Cluster/linli-postgres", self.objects)
        old = next(one for one in rendered("city") if one["kind"] == "Cluster")
        self.assertEqual(old["metadata"]["annotations"]["helm.sh/resource-policy"], "keep")
        wanted = {"recovery": {"source": "linli-postgres", "database": "linli", "owner": "linli", "recoveryTarget": {"targetTime": "2026-11-23T02:30:00Z"}}}
        self.assertEqual(new["spec"]["bootstrap"], wanted)
        # where it reads, and where it writes: the plugin files under the name of the cluster unless it is told another
        [source] = new["spec"]["externalClusters"]
        self.assertEqual(source["plugin"]["parameters"], {"barmanObjectName": "linli-postgres", "serverName": "linli-postgres"})
        self.assertEqual([each["parameters"] for each in new["spec"]["plugins"]], [{"barmanObjectName": "linli-postgres"}])
        self.assertEqual({name for name in self.objects if name.startswith("ObjectStore")}, {"ObjectStore/linli-postgres"})
        # a new one, which takes a whole backup at once
        backup = self.objects["ScheduledBackup/linli-postgres-2"]["spec"]
        self.assertEqual((backup["cluster"], backup["immediate"]), ({"name": "linli-postgres-2"}, True))

    def test_everything_goes_to_the_new_cluster(self):
        seen = 0
        for name, one in self.objects.items():
            for container in ours(pod_of(one)) if pod_of(one) else []:
                env = {each["name"]: each for each in container["env"]}
                if "DATABASE_PASSWORD" in env:
                    self.assertIn("@linli-postgres-2-rw:5432/", env["LINLI_DATABASE__URL"]["value"], name)
                    self.assertEqual(env["DATABASE_PASSWORD"]["valueFrom"]["secretKeyRef"]["name"], "linli-postgres-2-app", name)
                    secrets = [volume["secret"]["secretName"] for volume in pod_of(one)["spec"]["volumes"] if "secret" in volume]
                    self.assertIn("linli-postgres-2-ca", secrets, name)
                    seen += 1
        self.assertGreaterEqual(seen, 6)
        out = [rule for rule in self.objects["NetworkPolicy/linli-ticketing"]["spec"]["egress"] if rule["ports"][0]["port"] == 5432]
        self.assertEqual(out[0]["to"], [{"podSelector": {"matchLabels": {"cnpg.io/cluster": "linli-postgres-2"}}}])

    def test_objects_are_valid(self):
        for name, one in self.objects.items():
            check = validator("v1.34.0", one["apiVersion"], one["kind"]) or custom(one)
            self.assertEqual([error.message for error in check.iter_errors(one)], [], name)

    def test_commands_of_the_runbook_render(self):
        """Every upgrade names the three values: without them the chart would go back to the old database."""
        text = (ROOT / "k8s/recovery.md").read_text().replace("\\\n", " ")
        variables = dict(re.findall(r"^(T|VALUES)='?([^'#\n]*?)'? *(?:#.*)?$", text, re.MULTILINE))
        commands = re.findall(r"^helm upgrade .*$", text, re.MULTILINE)
        self.assertEqual(len(commands), 3)
        for command in commands:
            words = shlex.split(command.replace("$VALUES", variables["VALUES"]).replace("$T", variables["T"]))
            flags = list(zip(words, words[1:]))
            files = [value.removeprefix("charts/linli/") for flag, value in flags if flag == "--values"]
            values = [value for flag, value in flags if flag == "--set"]
            self.assertLessEqual(set(RECOVERY), set(values), command)
            self.assertIn("Cluster/linli-postgres-2", {called(one) for one in template(files, values)})

    def test_before_it_is_checked_nothing_serves(self):
        """The step of the runbook that makes the database and no process."""
        files, values = PROFILES["city"]
        objects = template(files, [*values, *RECOVERY, "defaults.autoscaling.enabled=false", "defaults.replicas=0"])
        replicas = {called(one): one["spec"]["replicas"] for one in objects if one["kind"] == "Deployment"}
        self.assertEqual((len(replicas), set(replicas.values())), (5, {0}))
        self.assertEqual([called(one) for one in objects if one["kind"] == "HorizontalPodAutoscaler"], [])
