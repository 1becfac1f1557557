#!/usr/bin/env python3
"""What OR-Tools CP-SAT reaches on the same files: peers.py SECONDS KIND=FILE…, KIND one of dispatch,
roster, repair (repair=CASE,ROSTER).

Two workers, wall seconds of the search alone: building the model comes on top and has its own column.
Every plan is written down and judged by tests/check_plan.py; the table shows the judge's figure. Where
OR-Tools isn't installed (pip install ortools), the table says so."""

import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from itertools import combinations

try:
    from ortools.sat.python import cp_model
except ImportError:
    cp_model = None

CHECKER = pathlib.Path(__file__).parents[2] / "tests/check_plan.py"
DAY, WEEK = 1440, 7 * 1440
# past this many pairs of tasks that exclude each other the model is not built: it takes Python minutes
PAIRS = 4_000_000


class TooLarge(Exception):
    pass


def metres(a, b):
    return math.isqrt((a["x"] - b["x"]) ** 2 + (a["y"] - b["y"]) ** 2)


def fairness(model, costs, price, person, tasks):
    """The price of each task more is higher, so the cheaper ones are paid first."""
    steps = [model.new_bool_var("") for _ in tasks]
    model.add(sum(steps) == sum(tasks))
    for done, step in enumerate(steps):
        costs.append(price * (2 * (person["recent"] + done) + 1) * step)


def dispatch(instance):
    model, costs, choices = cp_model.CpModel(), [], {}
    prices, people = instance["params"], instance["volunteers"]
    own, pairs = defaultdict(list), 0
    for request in instance["requests"]:
        starts = [model.new_bool_var("") for _ in request["slots"]]
        model.add_exactly_one(starts)
        team = defaultdict(list)
        for number, position in enumerate(request["positions"]):
            here = []
            for person in people:
                if not may(request, position, person):
                    continue
                team_of = team[person["id"]]
                for slot, start in zip(starts, request["slots"]):
                    end = start + request["duration"]
                    if not any(low <= start and end <= high for low, high in person["windows"]):
                        continue
                    chosen = model.new_bool_var("")
                    model.add_implication(chosen, slot)
                    here.append(chosen)
                    team_of.append(chosen)
                    own[person["id"]].append((start, request, chosen))
                    choices[request["id"], number, person["id"], start] = chosen
                    costs.append(journey(prices, request, person, start) * chosen)
            model.add_at_most_one(here)
            costs.append(prices["unfilled"][request["urgency"]] * (1 - sum(here)))
        for chosen in team.values():
            model.add_at_most_one(chosen)
    for person in people:
        tasks = sorted(own[person["id"]], key=lambda task: task[0])
        chosen = [task[2] for task in tasks]
        if not tasks:
            continue
        pairs += len(tasks) ** 2 // 2
        if pairs > PAIRS:
            raise TooLarge(f"more than {PAIRS} pairs of tasks")
        model.add(sum(chosen) <= person["max_tasks"])
        model.add(sum(t[1]["duration"] * t[2] for t in tasks) <= person["max_minutes"])
        for (start, a, one), (then, b, other) in combinations(tasks, 2):
            walk = -(-metres(a, b) // prices["walk_m_per_min"])
            if a is not b and start + a["duration"] + walk > then:
                model.add_bool_or(~one, ~other)
        fairness(model, costs, prices["fair"], person, chosen)
    model.minimize(sum(costs))
    return model, choices, "dispatch-sol/1"


def may(request, position, person):
    return (
        set(position["skills"]) <= set(person["skills"])
        and (not position["kinds"] or person["kind"] in position["kinds"])
        and (request["language"] is None or request["language"] in person["languages"])
        and person["id"] not in request["excluded"]
        and metres(request, person) <= person["radius"]
    )


def journey(prices, request, person, start):
    cost = metres(request, person) // prices["dist_div"]
    cost += prices["cross_community"] * (request["community"] != person["community"])
    cost += prices["dislike"] * (request["category"] in person["dislikes"])
    cost += prices["not_known"] * (bool(request["known"]) and person["id"] not in request["known"])
    return cost + prices["late_per_hour"] * request["urgency"] * ((start - request["slots"][0]) // 60)


def roster(instance, repair=None):
    model, costs, choices = cp_model.CpModel(), [], {}
    prices, people = instance["params"], instance["volunteers"]
    published = {} if repair is None else {(s, p): v for s, p, v in repair["base"]}
    away = [] if repair is None else repair["cancelled"]
    own, faces = defaultdict(list), defaultdict(list)
    apart = [tuple(pair) for pair in instance["avoid"]]
    for shift in instance["shifts"]:
        series, team = instance["series"][shift["series"]], defaultdict(list)
        frozen = repair is not None and shift["start"] < repair["frozen_before"]
        for number, skills in enumerate(series["positions"]):
            before, here = published.get((shift["id"], number)), []
            could = before is not None and not gone(away, before, shift)
            change = 0 if repair is None else repair["change"]
            for person in people:
                who = person["id"]
                if frozen and who != before:
                    continue
                if not set(skills) <= set(person["skills"]) or not free(person, shift):
                    continue
                if gone(away, who, shift):
                    continue
                chosen = model.new_bool_var("")
                choices[shift["id"], number, who] = chosen
                here.append(chosen)
                team[who].append(chosen)
                cost = visit(prices, shift, series, person)
                if who != before and (could or before is None):
                    cost += change
                costs.append(cost * chosen)
                if repair is not None:
                    model.add_hint(chosen, who == before)
                if frozen:
                    model.add(chosen == 1)
            model.add_at_most_one(here)
            empty = prices["unfilled"][series["priority"]] + change * could
            costs.append(empty * (1 - sum(here)))
        for who, chosen in team.items():
            model.add_at_most_one(chosen)
            own[who].append((shift, sum(chosen)))
            faces[shift["series"], who].extend(chosen)
        for one, other in apart:
            if one in team and other in team:
                model.add_at_most_one(team[one] + team[other])
    for chosen in faces.values():
        face = model.new_bool_var("")
        costs.append(prices["new_face"] * face)
        model.add_max_equality(face, chosen)
    for person in people:
        workload(model, costs, prices, person, sorted(own[person["id"]], key=lambda task: task[0]["start"]))
    model.minimize(sum(costs))
    return model, choices, "roster-sol/1"


def workload(model, costs, prices, person, tasks):
    if not tasks:
        return
    weeks, days = defaultdict(list), defaultdict(list)
    for shift, chosen in tasks:
        weeks[shift["start"] // WEEK].append((shift, chosen))
        days[shift["start"] // DAY].append(chosen)
    for week in weeks.values():
        model.add(sum(chosen for _, chosen in week) <= person["max_shifts_week"])
        minutes = sum((shift["end"] - shift["start"]) * chosen for shift, chosen in week)
        model.add(minutes <= person["max_minutes_week"])
    for (a, one), (b, other) in combinations(tasks, 2):
        if a["end"] + prices["min_rest"] > b["start"]:
            model.add(one + other <= 1)
    works = {}
    for day, chosen in days.items():
        works[day] = model.new_bool_var("")
        for one in chosen:
            model.add(one <= works[day])
    most = max(1, person["max_consecutive_days"])
    for day in works:
        row = [works[day + more] for more in range(most + 1) if day + more in works]
        if len(row) > most:
            model.add(sum(row) <= most)
    fairness(model, costs, prices["fair"], person, [chosen for _, chosen in tasks])


def free(person, shift):
    week = shift["start"] // WEEK * WEEK
    inside = any(a + week <= shift["start"] and shift["end"] <= b + week for a, b in person["weekly"])
    return inside and not any(a < shift["end"] and shift["start"] < b for a, b in person["unavailable"])


def gone(away, who, shift):
    return any(c[0] == who and c[1] < shift["end"] and shift["start"] < c[2] for c in away)


def visit(prices, shift, series, person):
    cost = metres(person, series) // prices["dist_div"]
    cost += prices["dislike_activity"] * (series["activity"] in person["dislike_activities"])
    return cost + prices["dislike_weekday"] * (shift["start"] // DAY % 7 in person["dislike_weekdays"])


def measure(kind, files, seconds):
    """Objective by the judge, bound, seconds to build, seconds to search."""
    texts = [json.loads(pathlib.Path(file).read_text()) for file in files]
    begun = time.monotonic()
    if kind == "dispatch":
        model, choices, plan_format = dispatch(texts[0])
    elif kind == "roster":
        model, choices, plan_format = roster(texts[0])
    else:
        model, choices, plan_format = roster(texts[1], texts[0])
    built = time.monotonic() - begun
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return f"no plan ({solver.status_name(status)})", "–", built, solver.wall_time
    assign = [list(place) for place, chosen in choices.items() if solver.boolean_value(chosen)]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as plan:
        json.dump({"format": plan_format, "assign": assign}, plan)
        plan.flush()
        # the checker wants the instance first, and a repair last
        order = [files[-1], plan.name, *files[:-1]]
        judge = subprocess.run([sys.executable, CHECKER, *order], capture_output=True, text=True)
    verdict = json.loads(judge.stdout)
    found = verdict["objective"]
    if found is None:
        return f"illegal: {verdict['violations'][:1]}", "–", built, solver.wall_time
    return found, math.ceil(solver.best_objective_bound), built, solver.wall_time


def main(arguments):
    seconds = float(arguments[0])
    print("| instance | CP-SAT | bound | model, s | search, s |")
    print("| --- | --- | --- | --- | --- |")
    for argument in arguments[1:]:
        kind, _, files = argument.partition("=")
        files = files.split(",")
        name = f"{kind} {pathlib.Path(files[0]).stem}"
        if cp_model is None:
            print(f"| {name} | OR-Tools is absent | – | – | – |")
            continue
        try:
            found, bound, built, searched = measure(kind, files, seconds)
            print(f"| {name} | {found} | {bound} | {built:.1f} | {searched:.1f} |", flush=True)
        except TooLarge as error:
            print(f"| {name} | not built: {error} | – | – | – |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
