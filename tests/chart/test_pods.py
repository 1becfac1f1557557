"""The pods of a district do their work: each as a process of this machine, with its own arguments and variables.

Only addresses, folders and passwords are others: `linli-ticketing:8080` is a free port here, `/data` a folder. The
engines are PostgreSQL and RabbitMQ of Debian, the proxy is Debian's nginx with the chart's configuration.
"""

import copy
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from chart import CHART, ROOT, called, pod_of, rendered, template

SERVICES = ("identity", "registry", "ticketing", "volunteering", "notifications")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def one(profile, kind, name):
    return next(each for each in rendered(profile) if (each["kind"], each["metadata"]["name"]) == (kind, name))


class Machine:
    """Private engines, and processes that end with it."""

    def __init__(self):
        # Folders of PostgreSQL are entered by its user.
        self.folder = Path(tempfile.mkdtemp(prefix="linli-chart-"))
        self.folder.chmod(0o755)
        self.running = []
        self.servers = self.folder / "servers"
        subprocess.run([ROOT / "tests/servers", "start", self.servers], check=True, stdout=subprocess.DEVNULL)
        lines = dict(line.split("=", 1) for line in (self.servers / "env").read_text().splitlines())
        postgres = re.search(r"@([\d.:]+)/", lines["LINLI_TEST_POSTGRES"])[1]
        broker = re.search(r"@([\d.:]+)/", lines["LINLI_TEST_AMQP"])[1]
        self.database = lines["LINLI_TEST_POSTGRES"]
        self.places = {"linli-postgres:5432": postgres, "linli-postgres-rw:5432": postgres, "linli-rabbitmq:5672": broker}
        ports = dict(zip((*SERVICES, "proxy"), free_ports(6)))
        self.places |= {f"linli-{name}:8080": f"127.0.0.1:{port}" for name, port in ports.items()}

    def close(self):
        for process in self.running:
            process.kill()
            process.wait()
        subprocess.run([ROOT / "tests/servers", "stop", self.servers], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, text, database="postgres"):
        client = shutil.which("psql") or sorted(Path("/usr/lib/postgresql").glob("*/bin/psql"))[-1]
        url = self.database.replace("/postgres", f"/{database}")
        subprocess.run([client, "--quiet", "--set", "ON_ERROR_STOP=1", "--command", text, url], check=True)

    def put(self, text):
        for name, address in self.places.items():
            text = text.replace(name, address)
        return text

    def variables(self, container, volume, more):
        """What Kubernetes would make of the container's variables."""
        secrets = {"DATABASE_PASSWORD": "unused", "BROKER_USERNAME": "guest", "BROKER_PASSWORD": "guest"}
        made = {}
        for variable in container["env"]:
            value = variable.get("value") or secrets[variable["name"]]
            value = re.sub(r"\$\((\w+)\)", lambda found: made[found[1]], value)
            made[variable["name"]] = self.put(value).replace("amqp://linli:", "amqp://guest:")
        made["LINLI_DATA"] = str(self.folder / volume)
        return {**made, **more}

    def start(self, pod, volume, **more):
        container = pod_of(pod)["spec"]["containers"][0]
        arguments = [self.put(argument) for argument in container.get("args", [])]
        process = subprocess.Popen(
            [os.environ["LINLI_BIN"], *arguments],
            env=self.variables(container, volume, more), cwd="/", text=True,
            stdout=subprocess.PIPE if "LINLI_LISTEN" not in more else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
        )
        self.running.append(process)
        return process


def ready(url):
    """Waits until a process says so; its limit is that of the chart's startup probe."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            time.sleep(0.1)
    return False


class Pods(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.machine = Machine()
        cls.addClassCleanup(cls.machine.close)

    def finished(self, process):
        said, _ = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, said)
        return said

    def test_a_city_migrates_with_a_login_that_may_make_nothing(self):
        """CloudNativePG's superuser makes roles and schemas; what the services sign in as can neither."""
        machine = self.machine
        machine.sql("CREATE ROLE plain LOGIN")
        machine.sql("CREATE DATABASE city")
        for statement in one("city", "Cluster", "linli-postgres")["spec"]["bootstrap"]["initdb"]["postInitApplicationSQL"]:
            machine.sql(statement.replace("TO linli", "TO plain"), "city")
        url = machine.database.replace("linli@", "plain@").replace("/postgres", "/city")
        objects = template(["values-city.yaml"], ["migrate.hook=always"])
        job = next(each for each in objects if (each["kind"], each["metadata"]["name"]) == ("Job", "linli-migrate"))
        migration = machine.start(job, "city", LINLI_DATABASE__URL=url)
        said = self.finished(migration)
        self.assertEqual(said.count("已是最新"), 5, said)

    def test_a_district_plays_the_demo(self):
        machine = self.machine
        machine.sql("CREATE DATABASE linli")
        # all at once, as pods come: the first of each service makes its schema
        for name in SERVICES:
            port = machine.places[f"linli-{name}:8080"].split(":")[1]
            deployment = one("district", "Deployment", f"linli-{name}")
            machine.start(deployment, name, LINLI_LISTEN=f"127.0.0.1:{port}")
        for name in SERVICES:
            self.assertTrue(ready(machine.put(f"http://linli-{name}:8080")), name)
        self.start_proxy()
        self.finished(machine.start(one("district", "Job", "linli-seed"), "identity"))
        self.finished(machine.start(one("district", "Pod", "linli-test-doctor"), "doctor"))
        said = self.finished(machine.start(one("district", "Pod", "linli-test-demo"), "identity"))
        self.assertIn("完成 (done)", said)
        again = self.finished(machine.start(one("district", "Job", "linli-seed"), "identity"))
        self.assertIn("demo-accounts.json", again)
        self.run_what_runbooks_name()
        self.make_an_administrator()

    def tool(self, arguments, **more):
        """A command where operators run it: in the pod of the suspended CronJob."""
        tools = copy.deepcopy(one("district", "CronJob", "linli-tools"))
        pod_of(tools)["spec"]["containers"][0]["args"] = arguments
        process = self.machine.start(tools, "tools", **more)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    def run_what_runbooks_name(self):
        text = "".join(file.read_text() for file in (CHART / "alerts/linli.yaml", ROOT / "k8s/README.md", ROOT / "k8s/recovery.md"))
        commands = set(re.findall(r"(?:`|^)k8s/linli ((?:[a-z][a-z-]* ?)+)(<|evt_)?", text, re.MULTILINE))
        self.assertLessEqual({("doctor", ""), ("events dead list", ""), ("statistics verify", ""), ("audit ", "")}, commands)
        for command, more in sorted(commands):
            # what asks for an event's id has none here
            arguments = [*command.split(), *(["--help"] if more else [])]
            end = time.monotonic() + 30
            # the figures of the demo's orders may be a moment behind
            while (ended := self.tool(arguments))[0] != 0 and time.monotonic() < end:
                time.sleep(0.5)
            self.assertEqual(ended[0], 0, (arguments, ended[1]))

    def make_an_administrator(self):
        """After every installation and upgrade: made the first time, and no failure ever after."""
        job = next(each for each in rendered("options") if called(each) == "Job/linli-administrator")
        self.assertEqual(job["metadata"]["annotations"]["helm.sh/hook"], "post-install,post-upgrade")
        arguments = pod_of(job)["spec"]["containers"][0]["args"]
        self.machine.sql("CREATE DATABASE first")
        url = self.machine.database.replace("/postgres", "/first")
        for made in (True, False, False):
            code, said = self.tool(arguments, LINLI_PASSWORD="long-enough-for-test-quartz", LINLI_DATABASE__URL=url)
            self.assertEqual(code, 0, said)
            self.assertEqual("已建立管理员" in said, made, said)

    def start_proxy(self):
        machine, folder = self.machine, self.machine.folder
        served = one("district", "ConfigMap", "linli-proxy")["data"]["default.conf"]
        served = machine.put(served).replace("listen 8080", f"listen {machine.places['linli-proxy:8080']}")
        places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        file = folder / "nginx.conf"
        file.write_text(f"daemon off; master_process off; pid {folder}/nginx.pid; events {{}} http {{ access_log off; {places}\n{served}}}")
        process = subprocess.Popen([os.environ["NGINX_PROGRAM"], "-c", file, "-e", folder / "nginx.log"])
        machine.running.append(process)
        self.assertEqual(self.answers("/healthz"), 200)
        # what is not an API is not there
        self.assertEqual(self.answers("/metrics"), 404)
        self.assertEqual(self.answers("/api/identity/.well-known/jwks.json"), 200)

    def answers(self, path):
        url = self.machine.put(f"http://linli-proxy:8080{path}")
        end = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(url, timeout=10) as answer:
                    return answer.status
            except urllib.error.HTTPError as error:
                return error.code
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
