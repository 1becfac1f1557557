"""Renders the chart and reads what came out."""

import difflib
import json
import os
import re
import subprocess
from functools import lru_cache
from pathlib import Path

import yaml

# several times as fast, where libyaml is there
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CHART = ROOT / "charts/linli"

# Every form in which the chart is tested: values files, then single values.
PROFILES = {
    "external": ([], []),
    "single": (["values-single.yaml"], ["demo.enabled=true"]),
    "district": (
        ["values-district.yaml", "values-local.yaml"],
        ["storage.local.node=node-1", "demo.enabled=true"],
    ),
    "city": (["values-city.yaml"], []),
    "options": ([HERE / "options.yaml"], []),
}


# A city as of an earlier moment: k8s/recovery.md.
RECOVERY = [
    "database.cloudnativepg.clusterName=linli-postgres-2",
    "database.cloudnativepg.recovery.source=linli-postgres",
    "database.cloudnativepg.recovery.targetTime=2026-11-23T02:30:00Z",
]


class Refused(Exception):
    """Helm did not render; the text is what it said."""


def helm(*arguments) -> str:
    """Runs helm on nothing but the chart: no cluster, no configuration of the user."""
    environment = {**os.environ, "KUBECONFIG": "/dev/null"}
    done = subprocess.run([os.environ["HELM"], *map(str, arguments)], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise Refused(done.stderr + done.stdout)
    return done.stdout


def template(files=(), values=(), *flags, release="linli") -> list[dict]:
    """Objects that the chart makes of these values."""
    arguments = ["template", release, CHART, "--namespace", "linli", *flags]
    for file in files:
        arguments += ["--values", CHART / file]
    for value in values:
        arguments += ["--set", value]
    return [document for document in yaml.load_all(helm(*arguments), Loader=Loader) if document]


@lru_cache
def rendered(profile: str) -> tuple[dict, ...]:
    """Objects of a profile, in a fixed order."""
    return tuple(in_order(template(*PROFILES[profile])))


def everything():
    """Pairs of profile and object."""
    return [(profile, one) for profile in PROFILES for one in rendered(profile)]


def pod_of(one: dict) -> dict | None:
    """The pod that an object makes: its metadata and specification."""
    if one["kind"] == "Pod":
        return one
    if one["kind"] in ("Deployment", "StatefulSet", "Job"):
        return one["spec"]["template"]
    if one["kind"] == "CronJob":
        return one["spec"]["jobTemplate"]["spec"]["template"]
    return None


def pods():
    """Triples of profile, object, and the pod that it makes."""
    return [(profile, one, pod) for profile, one in everything() if (pod := pod_of(one))]


def called(one: dict) -> str:
    """Name of an object for messages."""
    return f"{one['kind']}/{one['metadata']['name']}"


def selects(selector: dict, labels: dict) -> bool:
    """Whether a label selector takes these labels."""
    equal = selector.get("matchLabels", {}).items() <= labels.items()
    within = (
        {"In": labels.get(each["key"]) in each.get("values", []), "Exists": each["key"] in labels}[each["operator"]]
        for each in selector.get("matchExpressions", [])
    )
    return equal and all(within)


def snapshot(profile: str) -> str:
    """Objects of a profile as they are checked in: without the comments, keys in order."""
    return yaml.dump_all(rendered(profile), Dumper=Dumper, allow_unicode=True, width=120, default_flow_style=None)


def in_order(objects) -> list[dict]:
    return sorted(objects, key=lambda one: (one["kind"], one["metadata"]["name"]))


def recovery_snapshot() -> str:
    """What a recovery changes of a city."""
    files, values = PROFILES["city"]
    after = yaml.dump_all(in_order(template(files, [*values, *RECOVERY])), Dumper=Dumper, allow_unicode=True, width=120, default_flow_style=None)
    lines = difflib.unified_diff(snapshot("city").splitlines(), after.splitlines(), "city", "recovered", n=2, lineterm="")
    return "\n".join(line for line in lines if not line.startswith("@@")) + "\n"


def schema() -> dict:
    return json.loads((CHART / "values.schema.json").read_text())


def metrics() -> set[str]:
    """Names that Prometheus sees, of the instruments in the sources."""
    names = set()
    instrument = re.compile(
        r'\.(?P<type>[uif]64_(?:up_down_|observable_)?(?:counter|histogram|gauge))\("(?P<name>[a-z_.]+)"\)(?P<rest>[^;]*?)\.build\(\)'
    )
    standing = re.compile(r'Standing::(?P<kind>new|of_seconds)\((?:[\w:]+|"[a-z]+"), ?"(?P<name>[a-z_.]+)"')
    for source in ROOT.glob("*/*/src/**/*.rs"):
        text = re.sub(r"\s*\n\s*", "", source.read_text())
        units = {"new": "", "of_seconds": "_seconds"}
        names |= {found["name"].replace(".", "_") + units[found["kind"]] for found in standing.finditer(text)}
        for found in instrument.finditer(text):
            name = found["name"].replace(".", "_")
            if '.with_unit("s")' in found["rest"]:
                name += "_seconds"
            if found["type"].endswith("histogram"):
                names |= {f"{name}_{part}" for part in ("bucket", "count", "sum")}
            elif found["type"] == "u64_counter":
                names.add(f"{name}_total")
            else:
                names.add(name)
    return names
