"""What the chart says of wrong values, and that every value is described."""

import importlib.machinery
import importlib.util
import re
import subprocess
import unittest

import yaml

from chart import CHART, RECOVERY, Refused, schema, template

DISTRICT = ["values-district.yaml"]

# Values that are refused, and words that say why.
REFUSED = [
    ([], ["servces.identity.enabled=false"], "additional properties 'servces' not allowed"),
    ([], ["services.tiketing.enabled=true"], "additional properties 'tiketing' not allowed"),
    ([], ["services.ticketing.replica=2"], "additional properties 'replica' not allowed"),
    ([], ["services.ticketing.replicas=two"], "at '/services/ticketing"),
    ([], ["services.ticketing.calls={volunteering}"], "value must be one of 'identity', 'registry'"),
    ([], ["migrate.hook=never"], "value must be one of 'auto', 'always'"),
    ([], ["form=both"], "value must be one of 'services', 'single'"),
    ([], ["image.tag=latest"], "`latest` names no version"),
    ([], ["image.digests.ticketing=sha256:1"], "does not match pattern"),
    ([], ["config.http\\.max_in_flight={1}"], "at '/config/http.max_in_flight'"),
    ([], ["config.database\\.url=postgres://me:secret@db/linli"], "invalid propertyName 'database.url'"),
    ([], ["services.ticketing.config.ticketing\\.database\\.url=x"], "invalid propertyName 'ticketing.database.url'"),
    ([], ["services.identity.config.identity\\.phone\\.sender_token=t"], "keep it in a Secret, and name that there"),
    ([], ["services.identity.config.identity\\.phone\\.sender_token=t"], "services.identity.secretEnv.LINLI_IDENTITY__PHONE__SENDER_TOKEN"),
    ([], ["config.identity\\.phone\\.sender_token=t"], "services.<name>.secretEnv.LINLI_IDENTITY__PHONE__SENDER_TOKEN"),
    (["values-single.yaml"], ["single.config.identity\\.phone\\.sender_token=t"], "single.secretEnv.LINLI_IDENTITY__PHONE__SENDER_TOKEN"),
    ([], ["services.identity.config.identity\\.phone\\.sender_url=https://me:pw@sms.example.cn"], "is a secret"),
    ([], ["operator.config.operator\\.platform\\.places\\.client_secret=s"], "用 operator.secretName 引用"),
    ([], ["services.identity.secretEnv.TOKEN.name=a", "services.identity.secretEnv.TOKEN.key=b"], "invalid propertyName 'TOKEN'"),
    ([], ["services.identity.secretEnv.LINLI_DATABASE__URL.name=a", "services.identity.secretEnv.LINLI_DATABASE__URL.key=b"], "invalid propertyName 'LINLI_DATABASE__URL'"),
    ([], ["services.identity.secretEnv.LINLI_IDENTITY__X.name=a"], "missing property 'key'"),
    ([], ["services.identity.config.identity\\.public_url=https://x", "services.identity.secretEnv.LINLI_IDENTITY__PUBLIC_URL.name=a", "services.identity.secretEnv.LINLI_IDENTITY__PUBLIC_URL.key=b"], "the same setting is in config"),
    ([], ["services.identity.egress[0].from=x"], "additional properties 'from' not allowed"),
    (["values-single.yaml"], ["single.egress[0].ports[0].protocol=TCP"], "missing property 'port'"),
    ([], ["lifecycle.stopTimeoutSeconds=0"], "at '/lifecycle/stopTimeoutSeconds'"),
    ([], ["defaults.resources.limits.memory=lots"], "at '/defaults/resources/limits/memory'"),
    ([], ["defaults.resources.limits=null"], "missing property 'limits'"),
    ([], ["services.ticketing.storage.kind=hostPath"], "value must be one of 'claim', 'local', 'emptyDir'"),
    ([], ["services.ticketing.replicas=2"], "services.ticketing.storage: 多副本须共享卷"),
    ([], ["services.identity.autoscaling.enabled=true"], "services.identity.storage: 多副本须共享卷"),
    ([], ["services.identity.enabled=false"], "services.identity: 必须启用"),
    ([], ["services.registry.enabled=false", "services.ticketing.calls={identity,registry}"], "服务 registry 未启用"),
    ([], ["services.identity.storage.kind=local"], "storage.local: identity"),
    ([], ["demo.enabled=true"], "helm test needs one address"),
    (DISTRICT, ["demo.enabled=true", "services.identity.storage.kind=emptyDir"], "示范口令写在其中"),
    (DISTRICT, ["broker.bundled.image=rabbitmq:latest"], "`latest` names no version"),
    (["values-single.yaml"], ["administrator.secretName=x"], "administrator.secretName: 形态 single"),
    (["values-city.yaml"], ["database.cloudnativepg.synchronous=3"], "must be less than instances"),
    (["values-city.yaml"], ["database.cloudnativepg.backup.destinationPath="], "backup.destinationPath: 未给出"),
    (["values-city.yaml"], ["database.cloudnativepg.recovery.targetTime=2026-11-23T02:30:00Z"], "needs recovery.source"),
    (["values-city.yaml"], ["database.cloudnativepg.recovery.targetTime=yesterday"], "does not match pattern"),
    (["values-city.yaml"], ["database.cloudnativepg.recovery.targetTime=2026-11-23T02:30:00"], "does not match pattern"),
    (["values-city.yaml"], ["database.cloudnativepg.recovery.source=linli-postgres"], "must not be recovery.source"),
    (["values-city.yaml"], [*RECOVERY, "database.cloudnativepg.clusterName=linli-postgres"], "must not be recovery.source"),
    (["values-city.yaml"], [*RECOVERY, "database.cloudnativepg.backup.enabled=false"], "is a name in the store of backups"),
    (["values-city.yaml"], [*RECOVERY, "demo.enabled=true", "tests.server=http://x"], "does not go with recovery.source"),
    (DISTRICT, RECOVERY, "is a name in the store of backups"),
    (["values-city.yaml"], ["defaults.autoscaling.max=7"], "max_connections: 400，而最多会有"),
    (["values-city.yaml"], ["database.cloudnativepg.parameters=null"], "max_connections: 100，而最多会有"),
    (["values-city.yaml"], ["gateway.httpRoute.parentRefs=null"], "gateway.httpRoute.parentRefs"),
    ([], ["gateway.ingress.tlsSecret=x"], "a certificate needs host names"),
    ([], ["tests.accountsSecret=linli-demo"], "needs one address for all services"),
    ([], ["externalSecrets.enabled=true"], "externalSecrets.store.name: 未给出"),
    ([], ["operator.enabled=true", "operator.allNamespaces=true", "operator.namespace=x"], "does not go with allNamespaces"),
    ([], ["operator.enabled=true", "services.registry.enabled=false", "services.ticketing.calls={identity}"], "needs registry and ticketing"),
    ([], ["operator.replica=2"], "additional properties 'replica' not allowed"),
    ([], ["networkPolicy.gateway[0].cidr=10.0.0.0/8"], "additional properties 'cidr' not allowed"),
]


def generator():
    """The script that writes the README, as a module."""
    loader = importlib.machinery.SourceFileLoader("readme", str(CHART / "hack/readme"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("readme", loader))
    loader.exec_module(module)
    return module


def open_maps(part, path="") -> list[str]:
    """Maps of the schema that take any key."""
    if not isinstance(part, dict):
        return []
    found = []
    if part.get("type") == "object" and "properties" in part and part.get("additionalProperties") is not False:
        found.append(path)
    for key, value in part.items():
        found += open_maps(value, f"{path}/{key}")
    return found


class Values(unittest.TestCase):
    def test_refused(self):
        for files, values, words in REFUSED:
            with self.subTest(values):
                with self.assertRaises(Refused) as refused:
                    template(files, values)
                self.assertIn(words, str(refused.exception))
                self.assertNotIn("nil pointer", str(refused.exception))

    def test_every_problem_is_said_at_once(self):
        with self.assertRaises(Refused) as refused:
            template([], ["image.tag=latest", "demo.enabled=true", "gateway.httpRoute.enabled=true"])
        self.assertEqual(str(refused.exception).count("\n  - "), 3)

    def test_too_old_a_cluster_is_refused(self):
        with self.assertRaises(Refused) as refused:
            template([], [], "--kube-version", "1.29.0")
        self.assertIn("kubeVersion: >=1.30.0-0", str(refused.exception))

    def test_too_long_a_name_is_refused(self):
        """Cut off, two releases could mean the same objects."""
        with self.assertRaises(Refused) as refused:
            template(release="r" * 41)
        self.assertIn("fullnameOverride", str(refused.exception))
        self.assertTrue(template([], ["fullnameOverride=short"], release="r" * 41))

    def test_the_schema_is_strict(self):
        self.assertEqual(open_maps(schema()), [])

    def test_false_and_zero_of_a_service_win(self):
        objects = template(["values-city.yaml"], ["services.registry.autoscaling.enabled=false", "services.registry.replicas=0"])
        registry = {one["kind"]: one for one in objects if one["metadata"]["name"] == "linli-registry"}
        self.assertNotIn("HorizontalPodAutoscaler", registry)
        self.assertEqual(registry["Deployment"]["spec"]["replicas"], 0)

    def test_large_numbers_stay_whole(self):
        objects = template([], ["config.identity\\.source_failures=1000000"])
        job = next(one for one in objects if one["kind"] == "Job")
        env = {each["name"]: each.get("value") for each in job["spec"]["template"]["spec"]["containers"][0]["env"]}
        self.assertEqual(env["LINLI_IDENTITY__SOURCE_FAILURES"], "1000000")

    def test_every_value_is_described(self):
        self.assertEqual(generator().undocumented(), [])

    def test_readme_is_up_to_date(self):
        done = subprocess.run([CHART / "hack/readme", "--check"], check=False)
        self.assertEqual(done.returncode, 0, "charts/linli/hack/readme writes it anew")

    def test_every_value_is_in_the_schema(self):
        """And the other way round: both have the same keys at the top, and in each service."""
        values, known = yaml.safe_load((CHART / "values.yaml").read_text()), schema()["properties"]
        self.assertEqual(set(values), set(known) - {"global"})
        self.assertEqual(set(values["services"]), set(known["services"]["properties"]))

    def test_every_value_is_used(self):
        text = "".join(path.read_text() for path in (CHART / "templates").rglob("*") if path.is_file())
        values = yaml.safe_load((CHART / "values.yaml").read_text())
        for leaf in generator().leaves({key: part for key, part in values.items() if key not in ("config", "services")}):
            key = next(part for part in reversed(leaf.split(".")) if part not in ("requests", "limits", "cpu", "memory", "kind", "size", "accessModes", "max_connections", "grafana_dashboard", "synchronous", "name", "store"))
            self.assertTrue(re.search(rf"[.]{key}\b", text), leaf)
