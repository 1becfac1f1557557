"""The definition of districts: one for a whole cluster, whoever brought it there. Helm asks a server that says what is there."""

import http.server
import json
import os
import subprocess
import threading
import unittest
from contextlib import contextmanager

import cel
import yaml

from chart import CHART, ROOT, Loader, template

NAME = "districts.linli.city"
VALUES = ["operator.enabled=true"]


def definition(**annotations) -> dict:
    metadata = {"name": NAME, "annotations": {f"meta.helm.sh/release-{key}": value for key, value in annotations.items()}}
    if annotations:
        metadata["labels"] = {"app.kubernetes.io/managed-by": "Helm"}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": metadata}


@contextmanager
def cluster(there: dict | None):
    """An API server that knows the kinds of the chart and has nothing, but for this definition."""
    kinds = {}
    for one in template([], VALUES):
        kinds.setdefault(one["apiVersion"], set()).add(one["kind"])
    version = lambda name: {"groupVersion": name, "version": name.split("/")[1]}
    groups = [{"name": name.split("/")[0], "versions": [version(name)], "preferredVersion": version(name)} for name in kinds if "/" in name]
    answers = {
        "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.0"},
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups},
    }
    for name, known in kinds.items():
        resources = [
            {"name": f"{kind.lower()}s", "singularName": kind.lower(), "kind": kind, "namespaced": kind != "CustomResourceDefinition", "verbs": ["get"]}
            for kind in sorted(known)
        ]
        answers[f"/apis/{name}" if "/" in name else f"/api/{name}"] = {"kind": "APIResourceList", "groupVersion": name, "resources": resources}
    if there:
        answers[f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{NAME}"] = there

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            found = answers.get(self.path.split("?")[0])
            status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}
            body = json.dumps(found or status).encode()
            self.send_response(200 if found else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Definition(unittest.TestCase):
    def kinds(self, there, *values):
        with cluster(there) as address:
            command = [os.environ["HELM"], "template", "linli", CHART, "--namespace", "linli", "--dry-run=server", "--disable-openapi-validation"]
            command += ["--kube-apiserver", address, "--kube-token", "none"]
            for value in (*VALUES, *values):
                command += ["--set", value]
            done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "KUBECONFIG": "/dev/null"})
        self.assertEqual(done.returncode, 0, done.stderr)
        return {one["kind"] for one in yaml.load_all(done.stdout, Loader=Loader) if one}

    def test_a_release_brings_its_own_and_leaves_that_of_others(self):
        """Helm takes over nothing that is not its own, and would fail: kubectl's, a test's, another release's."""
        for there, brought in (
            (None, True),
            (definition(name="linli", namespace="linli"), True),
            (definition(), False),
            ({**definition(), "metadata": {"name": NAME}}, False),
            (definition(name="linli", namespace="linli-district"), False),
            (definition(name="east", namespace="linli"), False),
        ):
            with self.subTest(there):
                kinds = self.kinds(there)
                self.assertIn("Deployment", kinds)
                self.assertEqual("CustomResourceDefinition" in kinds, brought)

    def test_who_asks_for_none_gets_none(self):
        self.assertNotIn("CustomResourceDefinition", self.kinds(None, "operator.definition=false"))

    def test_where_no_cluster_is_asked_it_is_there(self):
        """Argo CD renders without a cluster, and owns what it renders."""
        self.assertIn("CustomResourceDefinition", {one["kind"] for one in template([], VALUES)})


def rules(part) -> list[tuple[str, str]]:
    """Expressions of the definition with their messages, wherever they stand."""
    if isinstance(part, list):
        return [rule for one in part for rule in rules(one)]
    if not isinstance(part, dict):
        return []
    own = [(one["rule"], one["message"]) for one in part.get("x-kubernetes-validations", [])]
    return own + [rule for one in part.values() for rule in rules(one)]


class Expressions(unittest.TestCase):
    """What no schema says of a district: each rule takes what is right and refuses what is not."""

    # by words of the message: a right object, then wrong ones; with the object before where a rule compares
    CASES = {
        "exactly one of configMap and url": [{"url": "x"}, {}, {"url": "x", "configMap": {}}],
        "exactly one of configMap and profile": [{"profile": "x"}, {}, {"profile": "x", "configMap": {}}],
        "workflows must have distinct names": [{"workflows": [{"name": "a"}, {"name": "b"}]}, {"workflows": [{"name": "a"}, {"name": "a"}]}],
        "code cannot change": [({"code": "1"}, {"code": "1"}), ({"code": "1"}, {"code": "2"})],
        "parentCode must be the city of the code": [
            {"code": "420105000000", "parentCode": "420100000000"},
            {"code": "420105000000", "parentCode": "420200000000"},
            {"code": "420105000000", "parentCode": "420105000000"},
        ],
        "administrators must be distinct": [{"administrators": ["a", "b"]}, {"administrators": ["a", "b", "a"]}],
    }

    def holds(self, rule, case):
        own, before = case if isinstance(case, tuple) else (case, None)
        context = cel.Context()
        context.add_function("substring", lambda text, start, end: text[start:end])
        context.add_variable("self", own)
        context.add_variable("oldSelf", before)
        return cel.evaluate(rule, context)

    def test_every_rule_takes_and_refuses(self):
        known = rules(yaml.load((ROOT / "k8s/crds/districts.yaml").read_text(), Loader=Loader))
        self.assertGreaterEqual(len(known), 5)
        for rule, message in known:
            with self.subTest(rule):
                # a new rule needs a case
                [(right, *wrong)] = [cases for words, cases in self.CASES.items() if words in message]
                self.assertTrue(self.holds(rule, right))
                for case in wrong:
                    self.assertFalse(self.holds(rule, case), case)
        for rule in (rule for rule, message in known if rule.startswith("!has(")):
            self.assertTrue(self.holds(rule, {"code": "420105000000"}), "what is left out is not wrong")
