"""Signs each operation's requests in as somebody of the demo district who may take it."""

import json
import os
import urllib.error
import urllib.request
import zlib

import schemathesis

BASE = os.environ["LINLI_API"]

with open(os.environ["LINLI_DEMO_ACCOUNTS"], encoding="utf-8") as file:
    ACCOUNTS = json.load(file)


def part_of(case):
    """The role that plays the operation's part: of those that it names, or a resident."""
    roles = case.operation.definition.raw.get("x-roles") or ["resident"]
    return next((role for role in roles if any(who["role"] == role for who in ACCOUNTS)), "resident")


def sign_in(who):
    body = json.dumps({"username": who["username"], "password": who["password"]}).encode()
    request = urllib.request.Request(
        f"{BASE}/api/identity/v1/sessions", data=body, headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["access_token"]


# a token lives for ten minutes, and some operations end sessions
@schemathesis.auth(refresh_interval=120, cache_by_key=lambda case, _context: part_of(case))
class Demo:
    def get(self, case, _context):
        players = [who for who in ACCOUNTS if who["role"] == part_of(case)]
        for who in players:
            try:
                return sign_in(who)
            except urllib.error.HTTPError as error:
                # the run may have suspended it, or locked it by guesses
                refusal = error
        raise refusal

    def set(self, case, token, _context):
        case.headers["authorization"] = f"Bearer {token}"


# lists of what the demo loops have left behind, for ids that name something
LISTS = {
    "/api/ticketing/v1/orders/{id}": ("/api/ticketing/v1/orders", "district_operator"),
    "/api/ticketing/v1/publications/{id}": ("/api/ticketing/v1/publications", "district_operator"),
    "/api/volunteering/v1/tasks/{id}": ("/api/volunteering/v1/tasks?state=mine", "party_member"),
}


def listed_ids(source, role):
    ids = []
    for who in (who for who in ACCOUNTS if who["role"] == role):
        request = urllib.request.Request(
            f"{BASE}{source}", headers={"authorization": f"Bearer {sign_in(who)}"}
        )
        with urllib.request.urlopen(request) as answer:
            ids += [item["id"] for item in json.load(answer)["items"]]
    assert ids, f"{source} is empty: did the demo run?"
    return ids


# now, while nobody has been suspended
# the demo district, as ticketing names it
DISTRICT = "420105"
KNOWN = {path: listed_ids(*source) for path, source in LISTS.items()}


@schemathesis.hook
def map_path_parameters(context, parameters):
    """Every other id that is made up gives way to one that is there."""
    # a quota of the demo district would keep everything else from being asked
    if context.operation.path.endswith("/quotas/{district}") and (parameters or {}).get("district") == DISTRICT:
        parameters["district"] = "420199"
    ids = next((ids for path, ids in KNOWN.items() if context.operation.path.startswith(path)), None)
    if ids and parameters and "id" in parameters:
        pick = zlib.crc32(str(parameters["id"]).encode())
        if pick % 2 == 0:
            parameters["id"] = ids[pick // 2 % len(ids)]
    return parameters


@schemathesis.hook
def filter_case(_context, case):
    """HTTP lets anybody send headers that nobody knows: that they are taken is no mistake."""
    return "x-schemathesis-unknown-property" not in {name.lower() for name in case.headers or {}}
