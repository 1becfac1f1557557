"""The image builder: the same bytes for the same input, an image that engines read, a program that runs in it."""

import hashlib
import importlib.machinery
import importlib.util
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

BUILD = Path(__file__).with_name("build")
# Stands for ours where LINLI_BIN names none: a small one with libraries.
PROGRAM = Path(os.environ.get("LINLI_BIN") or shutil.which("true"))


def build(program, output, *flags, **environment):
    return subprocess.run(
        [BUILD, program, "--output", output, *flags],
        capture_output=True, text=True, env={**os.environ, **environment},
    )


class Image(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.scratch.name)
        cls.tar = cls.folder / "image.tar"
        done = build(PROGRAM, cls.tar, "--name", "linli", "--tag", "0.1.0", "--strip", "--label", "org.opencontainers.image.revision=abc")
        assert done.returncode == 0, done.stderr
        cls.printed = done.stdout.strip()
        cls.layout = cls.folder / "layout"
        with tarfile.open(cls.tar) as archive:
            archive.extractall(cls.layout, filter="data") if hasattr(tarfile, "data_filter") else archive.extractall(cls.layout)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def read(self, name):
        return json.loads((self.layout / name).read_text())

    def blob(self, descriptor):
        data = (self.layout / "blobs/sha256" / descriptor["digest"].removeprefix("sha256:")).read_bytes()
        self.assertEqual("sha256:" + hashlib.sha256(data).hexdigest(), descriptor["digest"])
        self.assertEqual(len(data), descriptor["size"])
        return data

    def manifest(self):
        return json.loads(self.blob(self.read("index.json")["manifests"][0]))

    def root(self):
        """The layers on top of each other, in a folder."""
        root = self.folder / "root"
        if not root.exists():
            for layer in self.manifest()["layers"]:
                file = self.folder / "layer.tar"
                file.write_bytes(self.blob(layer))
                subprocess.run(["tar", "--extract", "--no-same-owner", "--file", file, "--one-top-level=root"], check=True, cwd=self.folder)
        return root

    def test_the_same_input_gives_the_same_bytes(self):
        copy = self.folder / "elsewhere" / PROGRAM.name
        copy.parent.mkdir()
        shutil.copy(PROGRAM, copy)
        os.utime(copy, (1, 1))
        copy.chmod(0o700)
        again = self.folder / "again.tar"
        flags = ("--name", "linli", "--tag", "0.1.0", "--strip", "--label", "org.opencontainers.image.revision=abc")
        done = build(copy, again, *flags, TZ="Asia/Shanghai", LC_ALL="C.UTF-8")
        self.assertEqual(done.stdout.strip(), self.printed)
        self.assertEqual(again.read_bytes(), self.tar.read_bytes())

    def test_another_input_gives_another_digest(self):
        other = build(PROGRAM, self.folder / "other.tar", "--name", "linli", "--tag", "0.1.1", "--strip")
        self.assertNotEqual(other.stdout.strip(), self.printed)
        later = build(PROGRAM, self.folder / "later.tar", "--name", "linli", "--tag", "0.1.0", "--strip", SOURCE_DATE_EPOCH="1700000000")
        self.assertNotIn(later.stdout.strip(), (self.printed, other.stdout.strip()))

    def test_every_digest_holds(self):
        manifest = self.manifest()
        config = json.loads(self.blob(manifest["config"]))
        layers = [self.blob(layer) for layer in manifest["layers"]]
        self.assertEqual(config["rootfs"]["diff_ids"], ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in layers])
        self.assertEqual(self.read("index.json")["manifests"][0]["digest"], self.printed)

    def test_engines_find_it_by_its_name(self):
        self.assertEqual(self.read("index.json")["manifests"][0]["annotations"]["io.containerd.image.name"], "docker.io/linli/linli:0.1.0")
        docker = self.read("manifest.json")[0]
        self.assertEqual(docker["RepoTags"], ["linli/linli:0.1.0"])
        for name in [docker["Config"], *docker["Layers"]]:
            self.assertTrue((self.layout / name).is_file(), name)

    def test_a_registry_stays_in_the_name(self):
        tar = self.folder / "registry.tar"
        build(PROGRAM, tar, "--repository", "registry.example.cn/linli", "--tag", "0.1.0")
        with tarfile.open(tar) as archive:
            index = json.load(archive.extractfile("index.json"))
        self.assertEqual(index["manifests"][0]["annotations"]["io.containerd.image.name"], f"registry.example.cn/linli/{PROGRAM.name}:0.1.0")

    def test_configuration(self):
        config = json.loads(self.blob(self.manifest()["config"]))
        own = config["config"]
        self.assertEqual((own["User"], own["Entrypoint"]), ("65532:65532", ["/usr/bin/linli"]))
        self.assertEqual(own["Labels"]["org.opencontainers.image.revision"], "abc")
        self.assertEqual((config["os"], config["created"]), ("linux", "1970-01-01T00:00:00Z"))

    def test_nothing_but_what_it_needs(self):
        programs = {str(path.relative_to(self.root())) for path in self.root().rglob("*") if path.is_file() and "bin" in path.parts}
        self.assertEqual(programs, {"usr/bin/linli"})
        self.assertTrue((self.root() / "etc/ssl/certs/ca-certificates.crt").stat().st_size > 100_000)
        records = {path.name for path in (self.root() / "var/lib/dpkg/status.d").iterdir()}
        self.assertLessEqual({"ca-certificates", "libc6"}, records)

    def test_owners_and_modes(self):
        found = {}
        for layer in self.manifest()["layers"]:
            file = self.folder / "one.tar"
            file.write_bytes(self.blob(layer))
            with tarfile.open(file) as archive:
                found |= {member.name: (member.uid, member.mode) for member in archive}
        self.assertEqual(found["data"], (65532, 0o700))
        self.assertEqual(found["usr/bin/linli"], (0, 0o755))
        writable = {name for name, (owner, mode) in found.items() if mode & 0o002 or owner}
        self.assertEqual(writable, {"data", "tmp"})

    def test_the_program_runs_in_it(self):
        """As nobody, with nothing but the image for a root."""
        command = ["chroot", "--userspec=65532:65532", self.root(), "/usr/bin/linli", "--version"]
        if os.geteuid() != 0:
            command = ["unshare", "--user", "--map-root-user", "chroot", self.root(), "/usr/bin/linli", "--version"]
        self.folder.chmod(0o755)
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_root_holds_what_the_image_does(self):
        """The Dockerfile's image is a copy of it."""
        other = self.folder / "other-root"
        done = subprocess.run([BUILD, PROGRAM, "--name", "linli", "--strip", "--root", other], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

        def seen(root):
            return {
                str(path.relative_to(root)): (path.stat().st_mode, path.is_file() and path.read_bytes()) for path in root.rglob("*")
            }

        # the test's own folder unpacks as root or not: modes of folders are those of the archive
        self.assertEqual(seen(other), seen(self.root()))
        again = subprocess.run([BUILD, PROGRAM, "--root", other], capture_output=True, text=True)
        self.assertEqual((again.returncode, "is not empty" in again.stderr), (1, True))

    def test_what_is_too_large_is_refused(self):
        size = sum(len(self.blob(layer)) for layer in self.manifest()["layers"]) / 1e6
        for most, code in ((size + 0.1, 0), (size - 0.1, 1)):
            output = self.folder / f"at-most-{code}.tar"
            done = build(PROGRAM, output, "--tag", "1", "--name", "linli", "--strip", "--most", f"{most:.3f}")
            self.assertEqual((done.returncode, output.exists()), (code, code == 0), done.stderr)
            self.assertEqual(f"{size:.1f} MB" in done.stderr, code == 1, done.stderr)

    def test_refusals(self):
        text = self.folder / "script"
        text.write_text("#!/bin/sh\n")
        foreign = self.folder / "foreign"
        foreign.write_bytes(b"\x7fELF" + bytes(14) + (0xF3).to_bytes(2, "little"))
        for program, flags, words in [
            (PROGRAM, ["--tag", "latest"], "names no version"),
            (PROGRAM, ["--tag", "1", "--label", "x"], "KEY=VALUE"),
            (text, ["--tag", "1"], "is not a Linux program"),
            (foreign, ["--tag", "1"], "foreign"),
            (self.folder / "none", ["--tag", "1"], "none"),
        ]:
            output = self.folder / "refused.tar"
            done = build(program, output, *flags)
            self.assertNotEqual(done.returncode, 0, program)
            self.assertIn(words, done.stderr)
            self.assertNotIn("Traceback", done.stderr)
            self.assertFalse(output.exists())


class StaticProgram(unittest.TestCase):
    def test_needs_no_library(self):
        loader = importlib.machinery.SourceFileLoader("build", str(BUILD))
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader("build", loader))
        loader.exec_module(module)
        with tempfile.TemporaryDirectory() as folder:
            source, program = Path(folder) / "main.c", Path(folder) / "static"
            source.write_text("int main(void) { return 0; }\n")
            subprocess.run(["cc", "-static", "-o", program, source], check=True)
            self.assertEqual(module.libraries(program), [])
