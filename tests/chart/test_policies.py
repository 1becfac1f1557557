"""k8s/policies: a server takes them, they let in every pod of ours and refuse what they say that they refuse."""

import unittest
from functools import lru_cache

import cel
import yaml

from chart import ROOT, Loader, called, pods, rendered, selects
from test_objects import VERSIONS, validator

FOLDER = ROOT / "k8s/policies"
DIGEST = "@sha256:" + "0" * 64


def documents():
    for path in sorted(FOLDER.glob("*.yaml")):
        for one in yaml.load_all(path.read_text(), Loader=Loader):
            yield path.name, one


def the(kind, name):
    return next(one for _, one in documents() if (one["kind"], one["metadata"]["name"]) == (kind, name))


@lru_cache
def compiled(expression):
    return cel.compile(expression)


class Rules:
    """The policy of pods, as the API server evaluates it."""

    def __init__(self, **changed):
        self.policy = the("ValidatingAdmissionPolicy", "linli-pods")["spec"]
        self.params = {**the("ConfigMap", "linli-images"), "data": {**the("ConfigMap", "linli-images")["data"], **changed}}

    def refusals(self, pod: dict) -> list[str]:
        context = cel.Context()
        context.add_function("split", lambda text, by: text.split(by))
        context.add_function("join", lambda parts, by: by.join(parts))
        variables = {}
        context.add_variable("object", pod)
        context.add_variable("params", self.params)
        for variable in self.policy["variables"]:
            context.add_variable("variables", variables)
            variables = {**variables, variable["name"]: compiled(variable["expression"]).execute(context)}
        context.add_variable("variables", variables)
        said = []
        for rule in self.policy["validations"]:
            if not compiled(rule["expression"]).execute(context):
                words = rule.get("messageExpression")
                said.append(compiled(words).execute(context) if words else rule["message"])
        return said


def plain(**container) -> dict:
    """A pod that is let in, but for these fields of its container."""
    own = {"name": "one", "image": "registry.example.cn/linli/ticketing:0.1.0", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}, **container}
    return {"spec": {"securityContext": {"runAsNonRoot": True, "runAsUser": 65532}, "containers": [own]}}


class Policies(unittest.TestCase):
    def test_valid_in_every_version(self):
        seen = set()
        for version in VERSIONS:
            for name, one in documents():
                check = validator(version, one["apiVersion"], one["kind"])
                self.assertEqual([error.message for error in check.iter_errors(one)], [], (version, name))
                wrong = {**one, "wrong": 1}
                self.assertTrue(list(check.iter_errors(wrong)), "a check that cannot fail is none")
                seen.add(one["kind"])
        self.assertEqual(seen, {"Namespace", "LimitRange", "NetworkPolicy", "ConfigMap", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"})

    def test_every_pod_of_the_chart_is_let_in(self):
        rules, seen = Rules(), 0
        for profile, one, pod in pods():
            with self.subTest(profile=profile, object=called(one)):
                # this profile has a registry of another path
                if profile != "options":
                    self.assertEqual(rules.refusals(pod), [])
                seen += 1
        self.assertGreater(seen, 30)
        wide = Rules(registries="registry.example.cn/\n")
        self.assertEqual([called(one) for profile, one, pod in pods() if profile == "options" and wide.refusals(pod)], [])

    def test_what_is_refused(self):
        resources = lambda **limits: {"resources": {"limits": limits}}
        for container, words in (
            ({"image": "registry.example.cn.evil.example/linli/x:1"}, "registry.example.cn.evil.example/linli/x:1"),
            ({"image": "evil.example/registry.example.cn/linli/x:1"}, "image of a registry that is not named"),
            ({"image": "postgres:17"}, "image of a registry that is not named"),
            ({"image": "linli/linli:latest"}, "not `latest`"),
            ({"image": "linli/linli"}, "not `latest`"),
            (resources(cpu="1"), "limits of CPU and memory"),
            ({"resources": {}}, "limits of CPU and memory"),
            ({"securityContext": {"runAsNonRoot": False}}, "(runAsNonRoot)"),
            ({"securityContext": {"runAsUser": 0}}, "(runAsUser)"),
        ):
            with self.subTest(container):
                said = Rules().refusals(plain(**container))
                self.assertEqual(len(said), 1, said)
                self.assertIn(words, said[0])
        self.assertEqual(Rules().refusals(plain()), [])

    def test_no_container_is_left_out(self):
        for kind, refused in (("initContainers", 4), ("ephemeralContainers", 2)):
            pod = plain()
            pod["spec"][kind] = [{"name": "other", "image": "evil.example/x:1", "securityContext": {"runAsNonRoot": False, "runAsUser": 0}}]
            self.assertEqual(len(Rules().refusals(pod)), refused, kind)
        pod = plain()
        del pod["spec"]["securityContext"]
        self.assertEqual(len(Rules().refusals(pod)), 1, "who says nothing may be root")

    def test_images_by_digest_alone(self):
        strict = Rules(digests="true")
        self.assertEqual(len(strict.refusals(plain())), 1)
        self.assertEqual(strict.refusals(plain(image=f"registry.example.cn/linli/ticketing{DIGEST}")), [])

    def test_a_prefix_that_does_not_end_names_nothing(self):
        self.assertEqual(len(Rules(registries="registry.example.cn\n\n").refusals(plain())), 1)

    def test_the_binding_guards_the_namespace(self):
        binding = the("ValidatingAdmissionPolicyBinding", "linli-pods")["spec"]
        labels = the("Namespace", "linli")["metadata"]["labels"]
        self.assertTrue(selects(binding["matchResources"]["namespaceSelector"], labels))
        self.assertEqual(binding["policyName"], the("ValidatingAdmissionPolicy", "linli-pods")["metadata"]["name"])
        params = the("ConfigMap", binding["paramRef"]["name"])
        self.assertEqual(params["metadata"]["namespace"], binding["paramRef"]["namespace"])
        self.assertEqual((binding["validationActions"], binding["paramRef"]["parameterNotFoundAction"]), (["Deny", "Audit"], "Deny"))


class Network(unittest.TestCase):
    def test_nothing_passes_but_what_is_allowed(self):
        deny = the("NetworkPolicy", "default-deny")["spec"]
        self.assertEqual(deny, {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})

    def test_services_reach_the_operators_engines(self):
        """Both ends: what the chart lets out of a service is let in at the engine."""
        out = [rule for one in rendered("city") if called(one) == "NetworkPolicy/linli-ticketing" for rule in one["spec"]["egress"]]
        labels = {"app.kubernetes.io/name": "linli", "app.kubernetes.io/instance": "linli", "app.kubernetes.io/component": "ticketing"}
        for name in ("postgres", "rabbitmq"):
            policy = the("NetworkPolicy", name)["spec"]
            engine = {"postgres": {"cnpg.io/cluster": "linli-postgres"}, "rabbitmq": {"app.kubernetes.io/name": "linli-rabbitmq"}}[name]
            self.assertTrue(selects(policy["podSelector"], engine), name)
            ports = [port["port"] for rule in out for peer in rule.get("to", []) if selects(peer["podSelector"], engine) for port in rule["ports"]]
            self.assertEqual(len(ports), 1, name)
            come = [
                rule for rule in policy["ingress"]
                for peer in rule["from"] if selects(peer.get("podSelector", {"matchLabels": {"no": "pod"}}), labels)
            ]
            self.assertIn(ports[0], [port["port"] for rule in come for port in rule["ports"]], name)
        # the labels are those of the objects that the chart makes
        names = {called(one) for one in rendered("city")}
        self.assertLessEqual({"Cluster/linli-postgres", "RabbitmqCluster/linli-rabbitmq"}, names)
