"""Every object is one that a server would take: Kubernetes' own schemas, and ours for what operators define."""

import json
import os
import re
import unittest
from functools import lru_cache
from pathlib import Path

import jsonschema

from chart import HERE, called, everything

SCHEMAS = Path(os.environ["KUBERNETES_SCHEMAS"])
VERSIONS = sorted(folder.name for folder in SCHEMAS.iterdir())
CUSTOM = json.loads((HERE / "schemas/custom.json").read_text())


@lru_cache
def validator(version: str, api: str, kind: str):
    """A validator of Kubernetes' own kinds; none for those of operators."""
    group = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api)
    file = SCHEMAS / version / f"{kind.lower()}-{group}.json"
    if not file.exists():
        return None
    definitions = json.loads((SCHEMAS / version / "_definitions.json").read_text())
    schema = json.loads(file.read_text())
    # under the address by which the schemas name them: nothing is fetched
    resolver = jsonschema.RefResolver(schema["$id"], schema, store={definitions["$id"]: definitions})
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def custom_spec(one: dict):
    """A schema for the specification of a kind that an operator defines, if it is known."""
    return CUSTOM["kinds"].get(f"{one['apiVersion']}/{one['kind']}")


def custom(one: dict):
    """A validator of such an object as this chart makes it."""
    own = custom_spec(one)
    schema = {"definitions": CUSTOM["definitions"], **CUSTOM["object"]}
    schema["properties"] = {**schema["properties"], "spec": own}
    return own and jsonschema.Draft7Validator(schema)


class Objects(unittest.TestCase):
    def test_valid_in_every_version(self):
        self.assertEqual(VERSIONS, ["v1.30.0", "v1.34.0", "v1.37.0"])
        seen = 0
        for version in VERSIONS:
            for profile, one in everything():
                check = validator(version, one["apiVersion"], one["kind"]) or custom(one)
                with self.subTest(version=version, profile=profile, object=called(one)):
                    self.assertIsNotNone(check, f"no schema for {one['apiVersion']} {one['kind']}")
                    wrong = [f"{'/'.join(map(str, error.path))}: {error.message}" for error in check.iter_errors(one)]
                    self.assertEqual(wrong, [])
                seen += 1
        self.assertGreater(seen, 300)

    def test_the_schemas_refuse(self):
        """A check that cannot fail is none: a misspelt field is found in a kind of either sort."""
        for profile, one in everything():
            if (profile, one["kind"]) in (("city", "Deployment"), ("city", "Cluster"), ("city", "HTTPRoute")):
                wrong = json.loads(json.dumps(one))
                wrong["spec"]["instanzes"] = 3
                check = validator("v1.34.0", one["apiVersion"], one["kind"]) or custom(one)
                self.assertTrue(list(check.iter_errors(wrong)), called(one))
