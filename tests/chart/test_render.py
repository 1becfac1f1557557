"""The chart renders, in every profile, to what is checked in."""

import difflib
import shutil
import tempfile
import unittest
from pathlib import Path

import yaml

from chart import CHART, HERE, PROFILES, Loader, called, helm, pod_of, rendered, snapshot, template


class Rendering(unittest.TestCase):
    def test_lint(self):
        for profile, (files, values) in PROFILES.items():
            with self.subTest(profile):
                arguments = [argument for file in files for argument in ("--values", CHART / file)]
                arguments += [argument for value in values for argument in ("--set", value)]
                said = helm("lint", "--strict", CHART, *arguments)
                self.assertNotIn("[ERROR]", said)
                self.assertNotIn("[WARNING]", said)

    def test_snapshots(self):
        for profile in PROFILES:
            with self.subTest(profile):
                kept = (HERE / f"snapshots/{profile}.yaml").read_text()
                difference = difflib.unified_diff(kept.splitlines(), snapshot(profile).splitlines(), "kept", "rendered", lineterm="")
                lines = list(difference)
                self.assertEqual(lines, [], "tests/chart/run --refresh writes it anew\n" + "\n".join(lines[:60]))

    def test_names_are_unique_and_short(self):
        for profile in PROFILES:
            names = [(one["apiVersion"], one["kind"], one["metadata"]["name"]) for one in rendered(profile)]
            self.assertEqual(len(names), len(set(names)), profile)
            for name in names:
                self.assertLessEqual(len(name[2]), 63, name)

    def test_releases_of_one_namespace_share_no_name(self):
        names = [
            {(one["kind"], one["metadata"]["name"]) for one in template(["values-district.yaml"], release=release)}
            for release in ("east", "west", "r" * 40)
        ]
        self.assertEqual(names[0] & names[1], set())
        self.assertLessEqual(max(len(name) for _, name in names[2]), 63)

    def test_releases_share_no_volume_of_a_node(self):
        """Two engines on one folder destroy each other's files."""
        local = ["storage.local.node=node-1"]

        def volumes(namespace, release, *values, files=("values-district.yaml", "values-local.yaml")):
            made = template(files, [*local, *values], "--namespace", namespace, release=release)
            return {one["spec"]["local"]["path"]: one["metadata"]["name"] for one in made if one["kind"] == "PersistentVolume"}

        single = ["single.storage.kind=local", "storage.local.path=/srv/linli"]
        every = [
            volumes("linli", "linli"),
            volumes("east", "linli"),
            volumes("linli", "west"),
            *(volumes(namespace, "linli", *single, files=["values-single.yaml"]) for namespace in ("linli", "linli-single")),
        ]
        self.assertEqual([len(one) for one in every], [4, 4, 4, 1, 1])
        paths = [path for one in every for path in one]
        self.assertEqual(len(paths), len(set(paths)))
        # a folder has the name of its volume, of which Helm lets one release have one
        for one in every:
            for path, name in one.items():
                self.assertEqual(path, f"/srv/linli/{name}")

    def test_an_upgrade_restarts_no_engine(self):
        """What did not change keeps running: only programs of ours come with a new version."""
        with tempfile.TemporaryDirectory() as folder:
            newer = Path(folder) / "linli"
            shutil.copytree(CHART, newer)
            about = (CHART / "Chart.yaml").read_text()
            (newer / "Chart.yaml").write_text(about.replace("0.1.0", "0.2.0"))
            files, values = PROFILES["district"]
            arguments = [part for file in files for part in ("--values", newer / file)] + [part for value in values for part in ("--set", value)]
            objects = yaml.load_all(helm("template", "linli", newer, "--namespace", "linli", *arguments), Loader=Loader)
            after = {called(one): pod_of(one) for one in objects if one and one["kind"] in ("Deployment", "StatefulSet")}
        before = {called(one): pod_of(one) for one in rendered("district") if called(one) in after}
        same = {name for name in before if before[name] == after[name]}
        self.assertEqual(same, {"StatefulSet/linli-postgres", "StatefulSet/linli-rabbitmq", "Deployment/linli-proxy"})
