"""What every object must be, whoever changes a template."""

import os
import re
import subprocess
import unittest

from chart import PROFILES, ROOT, called, everything, pod_of, pods, rendered, selects, template

SERVICES = ("identity", "registry", "ticketing", "volunteering", "notifications")
# Who may call whom (design: notifications, ticketing, volunteering → registry → identity).
ARROWS = {
    ("registry", "identity"),
    *((caller, called) for caller in ("notifications", "ticketing", "volunteering") for called in ("registry", "identity")),
}
SECRETIVE = re.compile(r"password|passwd|secret|token|://[^$@/]+:[^$@/]+@", re.IGNORECASE)


def ours(pod):
    return [each for each in pod["spec"]["containers"] if each["name"] in (*SERVICES, "linli")]


def serving(pod):
    return any(each["name"] in SERVICES or "readinessProbe" in each for each in ours(pod))


class Pods(unittest.TestCase):
    def each(self):
        found = pods()
        self.assertGreater(len(found), 30)
        for profile, one, pod in found:
            with self.subTest(profile=profile, object=called(one)):
                yield one, pod

    def test_restricted(self):
        """The Pod Security Standard `restricted`, and a root that cannot be written."""
        for _, pod in self.each():
            spec, user = pod["spec"], pod["spec"]["securityContext"]
            self.assertTrue(user["runAsNonRoot"])
            self.assertGreater(user["runAsUser"], 0)
            self.assertEqual(user["seccompProfile"], {"type": "RuntimeDefault"})
            self.assertNotIn("hostNetwork", spec)
            self.assertNotIn("hostPID", spec)
            for container in spec["containers"] + spec.get("initContainers", []):
                self.assertEqual(
                    container["securityContext"],
                    {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}},
                )
                self.assertFalse([port for port in container.get("ports", []) if "hostPort" in port])
            kinds = {kind for volume in spec.get("volumes", []) for kind in volume if kind != "name"}
            self.assertLessEqual(kinds, {"emptyDir", "persistentVolumeClaim", "configMap", "secret"})

    def test_only_the_operator_has_rights_in_the_cluster(self):
        for one, pod in self.each():
            self.assertIs(pod["spec"]["automountServiceAccountToken"], called(one) == "Deployment/linli-operator")
            self.assertIs(pod["spec"]["enableServiceLinks"], False)
        roles = [(profile, called(one)) for profile, one in everything() if one["kind"] in ("Role", "ClusterRole")]
        self.assertEqual(roles, [("options", "Role/linli-operator"), ("options", "Role/linli-operator-lease")])
        for _, one in everything():
            if one["kind"] in ("RoleBinding", "ClusterRoleBinding"):
                self.assertEqual([who["name"] for who in one["subjects"]], ["linli-operator"])

    def test_the_operator_may_do_what_it_does_and_no_more(self):
        """Deleting is nobody's: neither districts nor Secrets."""
        every = template([], ["operator.enabled=true", "operator.allNamespaces=true"])
        wide = [called(one) for one in every if one["kind"].startswith("ClusterRole")]
        self.assertEqual(sorted(wide), ["ClusterRole/linli-linli-operator", "ClusterRoleBinding/linli-linli-operator"])
        for one in (*rendered("options"), *every):
            for rule in one.get("rules", []) if one["kind"] in ("Role", "ClusterRole") else []:
                self.assertLessEqual(set(rule["verbs"]), {"get", "list", "watch", "create", "update", "patch"})
                self.assertNotIn("*", rule["apiGroups"] + rule["resources"])
                if "leases" in rule["resources"] and rule["verbs"] != ["create"]:
                    self.assertEqual(rule["resourceNames"], ["linli-operator"])

    def test_limits(self):
        for _, pod in self.each():
            for container in pod["spec"]["containers"]:
                for side in ("requests", "limits"):
                    self.assertEqual(set(container["resources"][side]), {"cpu", "memory"}, container["name"])
            for volume in pod["spec"].get("volumes", []):
                if "emptyDir" in volume:
                    self.assertIn("sizeLimit", volume["emptyDir"], volume["name"])

    def test_no_latest(self):
        for _, pod in self.each():
            for container in pod["spec"]["containers"]:
                self.assertRegex(container["image"], r"(:[0-9][A-Za-z0-9_.-]*|@sha256:[0-9a-f]{64})$")

    def test_no_secret_values(self):
        for _, pod in self.each():
            for container in pod["spec"]["containers"]:
                for variable in container.get("env", []):
                    if SECRETIVE.search(variable["name"]):
                        self.assertNotIn("value", variable)
                    self.assertNotRegex(variable.get("value", ""), r"://[^$@/]+:[^$@/]+@")
        self.assertEqual([called(one) for _, one in everything() if one["kind"] == "Secret"], [])

    def test_probes_ask_routes_that_exist(self):
        routes = (ROOT / "shared/chassis/src/http/server.rs").read_text()
        for _, pod in self.each():
            for container in ours(pod) if serving(pod) else []:
                self.assertEqual(container["startupProbe"]["httpGet"]["path"], "/livez")
                self.assertEqual(container["livenessProbe"]["httpGet"]["path"], "/livez")
                self.assertEqual(container["readinessProbe"]["httpGet"]["path"], "/readyz")
                for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
                    self.assertIn(f'"{container[kind]["httpGet"]["path"]}"', routes)
                # as long as readiness itself waits for the databases, and then some
                self.assertGreater(container["readinessProbe"]["timeoutSeconds"], 2)

    def test_grace_is_long_enough(self):
        for _, pod in self.each():
            for container in ours(pod) if serving(pod) else []:
                env = {each["name"]: each.get("value") for each in container["env"]}
                stop = int(env["LINLI_HTTP__STOP_TIMEOUT_S"])
                before = container["lifecycle"]["preStop"]["sleep"]["seconds"]
                self.assertGreaterEqual(pod["spec"]["terminationGracePeriodSeconds"], before + stop + 20)

    def test_volumes_keep_their_modes(self):
        """A kubelet that opened files to the group would make identity refuse its key, RabbitMQ its cookie."""
        for _, pod in self.each():
            if "fsGroup" in pod["spec"]["securityContext"]:
                self.assertEqual(pod["spec"]["securityContext"]["fsGroupChangePolicy"], "OnRootMismatch")

    def test_variables_of_addresses_come_after_their_parts(self):
        """Kubernetes replaces $(NAME) by what stands above, and leaves it as it is otherwise."""
        for _, pod in self.each():
            for container in pod["spec"]["containers"]:
                above = set()
                for variable in container.get("env", []):
                    self.assertLessEqual(set(re.findall(r"\$\((\w+)\)", variable.get("value", ""))), above)
                    above.add(variable["name"])
                self.assertEqual(len(above), len(container.get("env", [])), "no name twice")

    def test_no_name_is_read_as_a_setting_by_mistake(self):
        """What is ours begins with LINLI_ and is a setting; parts of addresses do not."""
        for _, pod in self.each():
            for container in ours(pod):
                for variable in container["env"]:
                    self.assertRegex(variable["name"], r"^(LINLI_[A-Z0-9_]+|(DATABASE|BROKER)_(USERNAME|PASSWORD))$")


class Selectors(unittest.TestCase):
    def test_selectors_find_their_pods(self):
        for profile in PROFILES:
            labels = [pod["metadata"]["labels"] for name, _, pod in pods() if name == profile]
            for one in rendered(profile):
                selector = one.get("spec", {}).get("selector")
                if one["kind"] == "Service":
                    selector = {"matchLabels": selector}
                elif one["kind"] not in ("Deployment", "StatefulSet", "PodDisruptionBudget"):
                    continue
                with self.subTest(profile=profile, object=called(one)):
                    self.assertEqual(sum(selects(selector, each) for each in labels), 1)

    def test_every_service_has_its_objects(self):
        for profile in PROFILES:
            kinds = {}
            for one in rendered(profile):
                kinds.setdefault(one["metadata"]["name"], set()).add(one["kind"])
            names = ["all"] if profile == "single" else SERVICES
            wanted = {"Service", "ServiceAccount", "NetworkPolicy"}
            wanted |= {"StatefulSet"} if profile == "single" else {"Deployment", "PodDisruptionBudget"}
            for name in names:
                self.assertLessEqual(wanted, kinds[f"linli-{name}"], (profile, name))


class Network(unittest.TestCase):
    def policies(self, profile):
        return [one["spec"] for one in rendered(profile) if one["kind"] == "NetworkPolicy"]

    def test_denied_by_default(self):
        for profile in PROFILES:
            every = next(one for one in rendered(profile) if one["kind"] == "NetworkPolicy" and one["metadata"]["name"] == "linli-default")
            self.assertEqual(every["spec"]["policyTypes"], ["Ingress", "Egress"])
            self.assertNotIn("ingress", every["spec"])
            ports = [port["port"] for rule in every["spec"]["egress"] for port in rule["ports"]]
            # names, and the collector where there is one
            self.assertEqual(set(ports), {53, 4317} if profile == "options" else {53})
            for name, one, pod in pods():
                if name == profile:
                    self.assertTrue(selects(every["spec"]["podSelector"], pod["metadata"]["labels"]), called(one))

    def test_only_the_arrows_of_the_architecture(self):
        def component(name):
            return {"app.kubernetes.io/name": "linli", "app.kubernetes.io/instance": "linli", "app.kubernetes.io/component": name}

        def allows(profile, side, end, whom, other):
            return any(
                peer.get("podSelector") and selects(peer["podSelector"], component(other))
                for policy in self.policies(profile)
                if selects(policy["podSelector"], component(whom))
                for rule in policy.get(side, [])
                for peer in rule.get(end, [])
            )

        for profile in PROFILES:
            if profile == "single":
                continue
            out = {(a, b) for a in SERVICES for b in SERVICES if a != b and allows(profile, "egress", "to", a, b)}
            self.assertLessEqual(out, ARROWS, profile)
            self.assertLessEqual({(name, "identity") for name in SERVICES[1:]}, out, "keys come from identity")
            if profile in ("district", "city", "options"):
                come = {(a, b) for a in SERVICES for b in SERVICES if a != b and allows(profile, "ingress", "from", b, a)}
                self.assertEqual(come, out, profile)

    def test_what_a_service_sends_to_is_let_out_and_nothing_else(self):
        """identity's short messages: the rule is its own, as it was written, beside what all have."""
        rule = {"to": [{"ipBlock": {"cidr": "192.0.2.10/32"}}], "ports": [{"protocol": "TCP", "port": 443}]}
        for component in SERVICES:
            labels = {"app.kubernetes.io/name": "linli", "app.kubernetes.io/instance": "linli", "app.kubernetes.io/component": component}
            out = [each for policy in self.policies("options") if selects(policy["podSelector"], labels) for each in policy.get("egress", [])]
            self.assertEqual(rule in out, component == "identity", component)
        flags = ["single.egress[0].to[0].ipBlock.cidr=192.0.2.10/32", "single.egress[0].ports[0].protocol=TCP", "single.egress[0].ports[0].port=443"]
        for values, wanted in ((flags, [rule]), ([], None)):
            objects = template(["values-single.yaml"], values)
            policy = next(one["spec"] for one in objects if called(one) == "NetworkPolicy/linli-all")
            self.assertEqual(policy["policyTypes"], ["Ingress", "Egress"])
            self.assertEqual(policy.get("egress"), wanted)

    def test_a_city_is_entered_through_its_gateway(self):
        for policy in self.policies("city"):
            for rule in policy.get("ingress", []):
                self.assertTrue(rule.get("from"), policy["podSelector"])

    def test_health_and_metrics_are_not_routed(self):
        for profile, one in everything():
            if one["kind"] == "HTTPRoute":
                paths = [match["path"]["value"] for rule in one["spec"]["rules"] for match in rule["matches"]]
            elif one["kind"] == "Ingress":
                paths = [path["path"] for rule in one["spec"]["rules"] for path in rule["http"]["paths"]]
            else:
                continue
            self.assertEqual(sorted(paths), sorted(f"/api/{name}" for name in SERVICES), profile)


class Configuration(unittest.TestCase):
    def test_secret_settings_come_from_secrets_to_their_process_alone(self):
        def variables(objects):
            return {called(one): {each["name"]: each.get("valueFrom") for each in ours(pod)[0]["env"]} for one in objects if (pod := pod_of(one)) and ours(pod)}

        name = "LINLI_IDENTITY__PHONE__SENDER_TOKEN"
        taken = {"secretKeyRef": {"name": "linli-sms", "key": "token"}}
        found = {where: env[name] for where, env in variables(rendered("options")).items() if name in env}
        self.assertEqual(found, {"Deployment/linli-identity": taken})
        objects = template(["values-single.yaml"], [f"single.secretEnv.{name}.name=linli-sms", f"single.secretEnv.{name}.key=token"])
        found = {where: env[name] for where, env in variables(objects).items() if name in env}
        self.assertEqual(found, {"StatefulSet/linli-all": taken})

    def test_nothing_is_kept_for_a_service_that_is_not_run(self):
        objects = template(["values-district.yaml"], ["services.volunteering.enabled=false"])
        self.assertEqual([called(one) for one in objects if "volunteering" in one["metadata"]["name"]], [])
        processes = [pod for one in objects if (pod := pod_of(one)) and ours(pod)]
        self.assertGreater(len(processes), 4)
        for pod in processes:
            env = {each["name"]: each.get("value") for each in ours(pod)[0]["env"]}
            self.assertEqual(env["LINLI_BUS__AMQP__WITHOUT"], '["volunteering"]')

    def test_every_process_reads_its_configuration(self):
        """The program itself says whether it knows every setting: an unknown one is refused."""
        program = os.environ.get("LINLI_BIN")
        self.assertTrue(program, "LINLI_BIN names no program `linli`")
        checked = 0
        for profile, one, pod in pods():
            for container in ours(pod):
                env = {each["name"]: each.get("value", "amqp://mq" if "BUS" in each["name"] else "postgres://db/x") for each in container["env"]}
                for part in ("DATABASE_PASSWORD", "BROKER_PASSWORD", "BROKER_USERNAME"):
                    env = {name: value.replace(f"$({part})", "abc123") for name, value in env.items()}
                with self.subTest(profile=profile, object=called(one)):
                    done = subprocess.run([program, "config", "check"], env=env, capture_output=True, text=True, cwd="/")
                    self.assertEqual(done.returncode, 0, done.stderr)
                checked += 1
        self.assertGreater(checked, 25)
        wrong = subprocess.run([program, "config", "check"], env={"LINLI_HTTP__NOPE": "1"}, capture_output=True, cwd="/")
        self.assertNotEqual(wrong.returncode, 0, "a setting that does not exist is refused")
