"""What stands around the chart: workflows, the Dockerfile, examples."""

import copy
import os
import re
import shlex
import subprocess
import tempfile
import unittest
from pathlib import Path

import jsonschema
import yaml

from chart import CHART, ROOT, Loader, template
from test_objects import CUSTOM, custom_spec, validator

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
SERVICES = {"linli", "identity", "registry", "ticketing", "volunteering", "notifications", "operator"}


class Workflows(unittest.TestCase):
    def jobs(self):
        for path in WORKFLOWS:
            workflow = yaml.load(path.read_text(), Loader=Loader)
            self.assertEqual(workflow["permissions"], {"contents": "read"}, path.name)
            for name, job in workflow["jobs"].items():
                with self.subTest(workflow=path.name, job=name):
                    yield job

    def test_actions_are_pinned(self):
        used = {step["uses"] for job in self.jobs() for step in job["steps"] if "uses" in step}
        self.assertGreater(len(used), 5)
        for action in used:
            self.assertRegex(action, r"^[\w.-]+/[\w./-]+@v\d+\.\d+\.\d+$")

    def test_jobs_end(self):
        for job in self.jobs():
            self.assertLessEqual(job["timeout-minutes"], 120)

    def test_what_outsiders_write_is_no_script(self):
        """An expression in a script is pasted into it: names of branches could be commands."""
        for job in self.jobs():
            for step in job["steps"]:
                self.assertNotIn("${{", step.get("run", ""))

    def test_scripts_are_in_order(self):
        for job in self.jobs():
            for step in job["steps"]:
                if "run" in step:
                    command = [os.environ["SHELLCHECK"], "--shell=bash", "-"]
                    done = subprocess.run(command, input=step["run"], capture_output=True, text=True)
                    self.assertEqual(done.returncode, 0, done.stdout)

    def test_every_program_has_its_image(self):
        """One build makes them, and each of them is signed."""
        bake = (ROOT / "docker-bake.hcl").read_text()
        self.assertEqual(set(re.findall(r'"(\w+)"', re.search(r"program = \[(.*?)\]", bake)[1])), SERVICES)
        workflow = yaml.load((ROOT / ".github/workflows/release.yml").read_text(), Loader=Loader)
        self.assertEqual(set(workflow["jobs"]["sign"]["strategy"]["matrix"]["service"]), SERVICES)
        self.assertEqual({path.name for path in (ROOT / "services").iterdir()}, SERVICES)
        # nothing before the stage that picks a program depends on which it is: that is what makes it one build
        before, picked = (ROOT / "Dockerfile").read_text().split("FROM build AS root\n")
        self.assertNotIn("ARG SERVICE", before)
        self.assertIn("ARG SERVICE", picked)

    def test_an_image_is_what_the_builder_without_an_engine_makes(self):
        dockerfile = (ROOT / "Dockerfile").read_text()
        last = dockerfile[dockerfile.rindex("\nFROM ") :]
        self.assertTrue(last.startswith("\nFROM scratch\n"))
        self.assertIn("\nUSER 65532:65532\n", last)
        self.assertNotIn("\nRUN ", last)
        command = re.search(r"RUN (k8s/image/build .*?) \\", dockerfile)[1]
        for flag in ("--most", "--root"):
            self.assertIn(flag, command)
        # it is among what the engine is given
        ignored = (ROOT / ".dockerignore").read_text().split()
        self.assertLess(ignored.index("k8s/*"), ignored.index("!k8s/image"))

    def test_a_release_comes_after_everything_that_it_names(self):
        jobs = yaml.load((ROOT / ".github/workflows/release.yml").read_text(), Loader=Loader)["jobs"]
        needs = {name: {job.get("needs")} if isinstance(job.get("needs"), str) else set(job.get("needs", [])) for name, job in jobs.items()}
        self.assertEqual(needs, {"images": set(), "sign": {"images"}, "chart": {"images", "sign"}, "release": {"images", "sign", "chart"}})
        publishers = [path.name for path in WORKFLOWS if "gh release create" in path.read_text() or "helm push" in path.read_text()]
        self.assertEqual(publishers, ["release.yml"])

    def test_a_proposed_image_is_built_and_not_published(self):
        workflow = yaml.load((ROOT / ".github/workflows/image.yml").read_text(), Loader=Loader)
        # PyYAML reads `on` as a word for true
        self.assertIn("pull_request", workflow.get("on") or workflow[True])
        [build] = [step for step in workflow["jobs"]["image"]["steps"] if "bake-action" in step.get("uses", "")]
        self.assertEqual((build["with"]["push"], build["with"]["targets"] in SERVICES), (False, True))

    def test_changes_are_told_by_area(self):
        with tempfile.TemporaryDirectory() as folder:
            quiet = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
            who = {f"GIT_{role}_{part}": "x@example.cn" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
            environment = {**os.environ, **quiet, **who}

            def run(*command):
                return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout

            run("git", "init", "--quiet")
            commits = ["bus: first", "v0.1.0", "ticketing: what is asked: and done", "Merge is a word", "bus, store: two \\n areas", "v0.2.0", "bus: later"]
            for words in commits:
                run("git", *(["tag", words] if words.startswith("v0") else ["commit", "--quiet", "--allow-empty", "--message", words]))
            said = re.sub(r"\([0-9a-f]{7,}\)", "(…)", run(ROOT / ".github/changes", "v0.2.0"))
            self.assertEqual(said, "## v0.1.0 → v0.2.0\n\n### bus\n- (bus, store) two \\n areas (…)\n\n### ticketing\n- what is asked: and done (…)\n\n### other\n- Merge is a word (…)\n")
            self.assertEqual(re.sub(r"\([0-9a-f]{7,}\)", "(…)", run(ROOT / ".github/changes", "v0.1.0")), "## v0.1.0\n\n### bus\n- first (…)\n")


class Versions(unittest.TestCase):
    def test_one_version_everywhere(self):
        cargo = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
        chart = yaml.load((CHART / "Chart.yaml").read_text(), Loader=Loader)
        self.assertEqual((chart["version"], chart["appVersion"]), (cargo, cargo))
        self.assertIn(f'variable "VERSION" {{ default = "{cargo}" }}', (ROOT / "docker-bake.hcl").read_text())

    def test_the_dockerfile_builds_with_our_toolchain(self):
        channel = re.search(r'^channel = "(.+)"', (ROOT / "rust-toolchain.toml").read_text(), re.MULTILINE)[1]
        dockerfile = (ROOT / "Dockerfile").read_text()
        self.assertIn(f"library/rust:{channel}-bookworm", dockerfile)
        self.assertIn(f"RUSTUP_TOOLCHAIN={channel}", dockerfile)

    def test_scripts_are_in_order(self):
        scripts = [ROOT / script for script in ("k8s/e2e", "k8s/linli", "tests/chart/run", "tests/run", ".github/changes")]
        done = subprocess.run([os.environ["SHELLCHECK"], *scripts], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)


class Examples(unittest.TestCase):
    def documents(self):
        for path in sorted((ROOT / "k8s/examples").glob("*.yaml")):
            for one in yaml.load_all(path.read_text(), Loader=Loader):
                # values of others' charts are no objects
                if "kind" in one:
                    yield path.name, one

    def rollouts(self):
        """What names the chart for a controller: the file, the object, its values files and its values."""
        for name, one in self.documents():
            spec = one.get("spec", {})
            if one["kind"] == "HelmRelease":
                yield name, one, spec["chart"]["spec"]["valuesFiles"], spec["values"]
            elif one["kind"] == "Application":
                # Argo CD's come on top of values.yaml
                yield name, one, ["values.yaml", *spec["source"]["helm"]["valueFiles"]], spec["source"]["helm"]["valuesObject"]

    def test_values_of_rollouts_render(self):
        seen = 0
        for name, one, files, values in self.rollouts():
            # what Flux is told replaces values.yaml: left out, nothing would have a default
            self.assertEqual(files[0], "values.yaml", name)
            with tempfile.NamedTemporaryFile("w", suffix=".yaml") as own:
                yaml.safe_dump(values, own)
                self.assertTrue(template([*files, Path(own.name)]), name)
            seen += 1
        self.assertEqual(seen, 2)

    def checks(self, one):
        """Whether the fields of an operator's kind are ones that it has."""
        return list(jsonschema.Draft7Validator({"definitions": CUSTOM["definitions"], **custom_spec(one)}).iter_errors(one["spec"]))

    def test_rollouts_are_valid(self):
        """A field that a controller does not know is dropped without a word, and the values with it."""
        seen = set()
        for name, one in self.documents():
            if "fluxcd.io" in one["apiVersion"] or "argoproj.io" in one["apiVersion"]:
                self.assertEqual([error.message for error in self.checks(one)], [], name)
                wrong = copy.deepcopy(one)
                wrong["spec"]["valuesFiles"] = ["values-city.yaml"]
                self.assertTrue(self.checks(wrong), "a check that cannot fail is none")
                seen.add(one["kind"])
        self.assertEqual(seen, {"HelmRepository", "HelmRelease", "Application"})

    def test_rollouts_name_a_chart_that_is_published(self):
        chart = yaml.load((CHART / "Chart.yaml").read_text(), Loader=Loader)
        named = {one["metadata"]["name"] for _, one in self.documents() if one["kind"] == "HelmRepository"}
        for name, one, _, _ in self.rollouts():
            if one["kind"] == "HelmRelease":
                wanted = one["spec"]["chart"]["spec"]
                self.assertEqual((wanted["chart"], wanted["version"]), (chart["name"], chart["version"]), name)
                self.assertIn(wanted["sourceRef"]["name"], named)
            else:
                self.assertEqual(one["spec"]["source"]["targetRevision"], f"v{chart['version']}", name)

    def test_jobs_are_valid(self):
        for name, one in self.documents():
            if one["kind"] in ("Job", "Pod"):
                check = validator("v1.34.0", one["apiVersion"], one["kind"])
                self.assertEqual([error.message for error in check.iter_errors(one)], [], name)

    def test_districts_are_valid(self):
        definition = yaml.load((CHART / "definitions/districts.yaml").read_text(), Loader=Loader)
        version = definition["spec"]["versions"][0]
        check = jsonschema.Draft7Validator(version["schema"]["openAPIV3Schema"])
        districts = [one for _, one in self.documents() if one["kind"] == "District"]
        self.assertEqual(len(districts), 1)
        for one in districts:
            self.assertEqual(one["apiVersion"], f"{definition['spec']['group']}/{version['name']}")
            self.assertEqual([error.message for error in check.iter_errors(one)], [])
            # a check that cannot fail is none
            self.assertTrue(list(check.iter_errors({**one, "spec": {**one["spec"], "code": "420100000000"}})))


class Documentation(unittest.TestCase):
    def test_commands_that_install_render(self):
        """What READMEs tell people to type, but for the cluster."""
        seen = 0
        for name in ("README.md", "k8s/README.md"):
            text = (ROOT / name).read_text().replace("\\\n", " ")
            for line in re.findall(r"^helm (?:upgrade --install|install) .*$", text, re.MULTILINE):
                words = shlex.split(re.sub(r'"\$\(.*?\)"', "node-1", line))
                flags = words[words.index("charts/linli") + 1 :]
                files = [file.removeprefix("charts/linli/") for flag, file in zip(flags, flags[1:]) if flag == "--values"]
                values = [value for flag, value in zip(flags, flags[1:]) if flag == "--set"]
                known = {"--values", "--set", "--namespace", "--create-namespace", "--wait", "--timeout"}
                self.assertLessEqual({flag for flag in flags if flag.startswith("--")}, known)
                self.assertTrue(template(files, values), line)
                seen += 1
        self.assertEqual(seen, 4)

    def test_a_volume_to_restore_into_is_made(self):
        """By the command of the README, with either kind of volume, and the pod that then uses it makes none of its own."""
        line = re.search(r"^helm template .*$", (ROOT / "k8s/README.md").read_text().replace("\\\n", " "), re.MULTILINE)[0]
        words = shlex.split(line.split("|")[0])
        flags = dict(zip(words[4::2], words[5::2]))
        files = [flags["--values"].removeprefix("charts/linli/")]
        local = ["single.storage.kind=local", "storage.local.node=node-1", "storage.local.path=/srv/linli"]
        for values in ([], local):
            made = template(files, [*values, flags["--set"]], "--show-only", flags["--show-only"])
            claims = [one["metadata"]["name"] for one in made if one["kind"] == "PersistentVolumeClaim"]
            paths = [one["spec"]["local"]["path"] for one in made if one["kind"] == "PersistentVolume"]
            self.assertEqual((claims, paths), (["linli-restored-all"], ["/srv/linli/linli-linli-restored-all"] if values else []))
            after = template(files, [*values, f"single.storage.claimName={claims[0]}"])
            self.assertEqual([one["kind"] for one in after if one["kind"].startswith("PersistentVolume")], [])
            [pod] = [one["spec"]["template"]["spec"] for one in after if one["kind"] == "StatefulSet"]
            self.assertEqual(pod["volumes"], [{"name": "data", "persistentVolumeClaim": {"claimName": claims[0]}}])

    def test_files_that_are_named_exist(self):
        for name in ("README.md", "k8s/README.md", "charts/linli/README.md"):
            text = (ROOT / name).read_text()
            links = re.findall(r"\]\(([^)#:]+)\)", text)
            paths = [(ROOT / name).parent / link for link in links]
            paths += [ROOT / path for path in re.findall(r"\b((?:charts/linli|tests|k8s)/[\w./-]*\w)", text)]
            for path in paths:
                self.assertTrue(path.exists(), f"{name}: {path}")
