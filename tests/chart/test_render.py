"""The chart renders, in every profile, to what is checked in."""

import difflib
import unittest

from chart import CHART, HERE, PROFILES, helm, rendered, snapshot, template


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
