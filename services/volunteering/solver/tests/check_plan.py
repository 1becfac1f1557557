#!/usr/bin/env python3
"""Judges a plan by the rules of its format, straight from the two files: check_plan.py INSTANCE PLAN [REPAIR]

Written for the tests, in another language and from the description of the formats alone, so that a
mistake of the solver's own checker is not its own judge. Prints {"objective": N or null, "violations":
[...]}; the exit status is 0 for a legal plan. Kinds: dispatch/1, roster/1 (with roster-repair/1),
and the text format of Curtois and Qu."""

import json
import math
import sys
from collections import Counter, defaultdict
from itertools import combinations, groupby

DAY = 24 * 60
WEEK = 7 * DAY


class Verdict:
    """Broken rules, and what the plan costs."""

    def __init__(self):
        self.violations = []
        self.cost = 0

    def rule(self, holds, *what):
        if not holds:
            self.violations.append(" ".join(map(str, what)))

    def report(self):
        legal = not self.violations
        print(json.dumps({"objective": self.cost if legal else None, "violations": self.violations[:20]}))
        return legal


def metres(one, other):
    return math.isqrt((one["x"] - other["x"]) ** 2 + (one["y"] - other["y"]) ** 2)


def squares(price, person, tasks):
    """Fairness: the square of all a person did, less that of what they did before."""
    before = person["recent"]
    return price * ((before + tasks) ** 2 - before**2)


def dispatch(instance, plan):
    verdict, prices = Verdict(), instance["params"]
    requests, people = instance["requests"], instance["volunteers"]
    teams, duties = defaultdict(dict), defaultdict(list)
    for request, position, person, start in plan["assign"]:
        known = request < len(requests) and person < len(people)
        if not known or position >= len(requests[request]["positions"]):
            verdict.rule(False, "there is no", request, position, person)
            continue
        verdict.rule(position not in teams[request], "position twice", request, position)
        teams[request][position] = start
        duties[person].append((start, request))
        suits(verdict, requests[request], position, people[person], start)
        verdict.cost += journey(prices, requests[request], people[person], start)
    for request in requests:
        team = teams[request["id"]]
        verdict.rule(len(set(team.values())) <= 1, "the team begins at different times", request["id"])
        empty = len(request["positions"]) - len(team)
        verdict.cost += empty * prices["unfilled"][request["urgency"]]
    for person, duty in duties.items():
        week(verdict, prices, requests, people[person], sorted(duty))
        verdict.cost += squares(prices["fair"], people[person], len(duty))
    return verdict


def suits(verdict, request, position, person, start):
    """What a single person on a single position must be."""
    asked = request["positions"][position]
    end = start + request["duration"]
    for rule, holds in {
        "slot": start in request["slots"],
        "skills": all(skill in person["skills"] for skill in asked["skills"]),
        "kind": not asked["kinds"] or person["kind"] in asked["kinds"],
        "language": request["language"] is None or request["language"] in person["languages"],
        "excluded": person["id"] not in request["excluded"],
        "radius": metres(request, person) <= person["radius"],
        "window": any(opens <= start and end <= closes for opens, closes in person["windows"]),
    }.items():
        verdict.rule(holds, rule, request["id"], position, person["id"])


def journey(prices, request, person, start):
    """What a person on a request costs, fairness excepted."""
    hours = (start - request["slots"][0]) // 60
    cost = metres(request, person) // prices["dist_div"]
    cost += prices["late_per_hour"] * request["urgency"] * hours
    cost += prices["cross_community"] * (request["community"] != person["community"])
    cost += prices["dislike"] * (request["category"] in person["dislikes"])
    cost += prices["not_known"] * (bool(request["known"]) and person["id"] not in request["known"])
    if request.get("prices"):
        cost += request["prices"][person["id"]]
    return cost


def week(verdict, prices, requests, person, duty):
    """What all tasks of one person together must keep; tasks in the order of their start."""
    who = person["id"]
    minutes = sum(requests[request]["duration"] for _, request in duty)
    verdict.rule(len(duty) <= person["max_tasks"], "too many tasks", who)
    verdict.rule(minutes <= person["max_minutes"], "too many minutes", who)
    for (start, first), (then, second) in combinations(duty, 2):
        verdict.rule(first != second, "twice on a team", who, first)
        one, other = requests[first], requests[second]
        walk = -(-metres(one, other) // prices["walk_m_per_min"])
        there = start + one["duration"] + walk
        verdict.rule(there <= then, "not there in time", who, first, second)


def roster(instance, plan, repair):
    verdict, prices = Verdict(), instance["params"]
    shifts, series, people = instance["shifts"], instance["series"], instance["volunteers"]
    holders, duties = {}, defaultdict(list)
    faces, teams = set(), defaultdict(list)
    away = [] if repair is None else repair["cancelled"]
    for number, position, person in plan["assign"]:
        known = number < len(shifts) and person < len(people)
        if not known or position >= len(series[shifts[number]["series"]]["positions"]):
            verdict.rule(False, "there is no", number, position, person)
            continue
        shift, place = shifts[number], series[shifts[number]["series"]]
        verdict.rule((number, position) not in holders, "position twice", number, position)
        holders[number, position] = person
        able(verdict, shift, place["positions"][position], people[person])
        verdict.rule(not absent(away, person, shift), "cancelled", number, person)
        duties[person].append(shift)
        teams[number].append(person)
        faces.add((place["id"], person))
        verdict.cost += visit(prices, shift, place, people[person])
    apart = {frozenset(pair) for pair in instance["avoid"]}
    for number, team in teams.items():
        for pair in combinations(team, 2):
            verdict.rule(pair[0] != pair[1], "twice on a shift", number, pair[0])
            verdict.rule(frozenset(pair) not in apart, "must not meet", number, *pair)
    for person, duty in duties.items():
        duty.sort(key=lambda shift: shift["start"])
        workload(verdict, prices, people[person], duty)
        verdict.cost += squares(prices["fair"], people[person], len(duty))
    verdict.cost += prices["new_face"] * len(faces)
    for shift in shifts:
        place = series[shift["series"]]
        for position in range(len(place["positions"])):
            empty = (shift["id"], position) not in holders
            verdict.cost += prices["unfilled"][place["priority"]] * empty
    if repair is not None:
        changes(verdict, shifts, holders, repair)
    return verdict


def able(verdict, shift, skills, person):
    monday = shift["start"] - shift["start"] % WEEK
    opens, closes = shift["start"] - monday, shift["end"] - monday
    inside = any(low <= opens and closes <= high for low, high in person["weekly"])
    gone = any(low < shift["end"] and shift["start"] < high for low, high in person["unavailable"])
    verdict.rule(all(skill in person["skills"] for skill in skills), "skills", shift["id"], person["id"])
    verdict.rule(inside and not gone, "unavailable", shift["id"], person["id"])


def absent(away, person, shift):
    mine = (span for who, *span in away if who == person)
    return any(low < shift["end"] and shift["start"] < high for low, high in mine)


def visit(prices, shift, place, person):
    weekday = shift["start"] // DAY % 7
    cost = metres(person, place) // prices["dist_div"]
    cost += prices["dislike_activity"] * (place["activity"] in person["dislike_activities"])
    return cost + prices["dislike_weekday"] * (weekday in person["dislike_weekdays"])


def workload(verdict, prices, person, duty):
    """Rest, weeks and days in a row of one person."""
    who = person["id"]
    for before, after in zip(duty, duty[1:]):
        rested = before["end"] + prices["min_rest"] <= after["start"]
        verdict.rule(rested, "too little rest", who, before["id"], after["id"])
    for _, shifts in groupby(duty, key=lambda shift: shift["start"] // WEEK):
        lengths = [shift["end"] - shift["start"] for shift in shifts]
        verdict.rule(len(lengths) <= person["max_shifts_week"], "too many shifts a week", who)
        verdict.rule(sum(lengths) <= person["max_minutes_week"], "too many minutes a week", who)
    days = sorted({shift["start"] // DAY for shift in duty})
    row = 1
    # days in a row are counted from the second working day on, wherever that is
    for before, after in zip(days, days[1:]):
        row = row + 1 if after - before == 1 else 1
        verdict.rule(row <= person["max_consecutive_days"], "too many days in a row", who, after)


def changes(verdict, shifts, holders, repair):
    published = {(shift, position): person for shift, position, person in repair["base"]}
    for place in published.keys() | holders.keys():
        before, shift = published.get(place), shifts[place[0]]
        if before == holders.get(place):
            continue
        verdict.rule(shift["start"] >= repair["frozen_before"], "it had begun", *place)
        could = before is None or not absent(repair["cancelled"], before, shift)
        verdict.cost += repair["change"] * could


def sections(text):
    """Rows of every section of the text format."""
    rows, section = defaultdict(list), None
    for line in map(str.strip, text.splitlines()):
        if line.startswith("SECTION_"):
            section = rows[line.removeprefix("SECTION_")]
        elif line and not line.startswith("#"):
            section.append([field.strip() for field in line.split(",")])
    return rows


def shift24(text, plan):
    verdict, rows, rosters = Verdict(), sections(text), plan["roster"]
    days = int(rows["HORIZON"][0][0])
    lengths = {row[0]: int(row[1]) for row in rows["SHIFTS"]}
    bars = {row[0]: set("".join(row[2:3]).split("|")) - {""} for row in rows["SHIFTS"]}
    off = {row[0]: {int(day) for day in row[1:] if day} for row in rows["DAYS_OFF"]}
    for name, most, *limits in rows["STAFF"]:
        roster = rosters.get(name, [])
        if len(roster) != days or set(roster) - set(lengths) - {""}:
            verdict.rule(False, "no roster", name)
            continue
        most = dict(pair.split("=") for pair in most.split("|"))
        person(verdict, name, roster, (most, [int(limit) for limit in limits]), (lengths, bars))
        verdict.rule(not any(roster[day] for day in off.get(name, ())), "works on a day off", name)
    if verdict.violations:
        return verdict
    for name, day, shift, price in rows["SHIFT_ON_REQUESTS"]:
        verdict.cost += int(price) * (rosters[name][int(day)] != shift)
    for name, day, shift, price in rows["SHIFT_OFF_REQUESTS"]:
        verdict.cost += int(price) * (rosters[name][int(day)] == shift)
    for day, shift, wanted, under, over in rows["COVER"]:
        there = sum(rosters[row[0]][int(day)] == shift for row in rows["STAFF"])
        missing = int(wanted) - there
        verdict.cost += missing * int(under) if missing > 0 else -missing * int(over)
    return verdict


def person(verdict, name, roster, limits, shifts):
    most, (longest, least, max_run, min_run, min_off, weekends) = limits
    lengths, bars = shifts
    for today, tomorrow in zip(roster, roster[1:]):
        verdict.rule(not (today and tomorrow in bars[today]), "must not follow", name, today, tomorrow)
    for shift, times in Counter(filter(None, roster)).items():
        verdict.rule(times <= int(most.get(shift, 0)), "too often", name, shift)
    minutes = sum(lengths[shift] for shift in roster if shift)
    verdict.rule(least <= minutes <= longest, "minutes", name, minutes)
    runs = [(works, len(list(run))) for works, run in groupby(roster, key=bool)]
    for place, (works, length) in enumerate(runs):
        verdict.rule(not works or length <= max_run, "too many in a row", name)
        # before the first day and after the last one whatever helps is taken for granted
        if 0 < place < len(runs) - 1:
            verdict.rule(length >= (min_run if works else min_off), "too few in a row", name)
    worked = sum(any(roster[day + 5 : day + 7]) for day in range(0, len(roster) - 6, 7))
    verdict.rule(worked <= weekends, "too many weekends", name)


def main(files):
    texts = [open(file, encoding="utf-8").read() for file in files]
    plan = json.loads(texts[1])
    repair = json.loads(texts[2]) if len(texts) > 2 else None
    kind = plan["format"]
    if kind == "dispatch-sol/1":
        verdict = dispatch(json.loads(texts[0]), plan)
    elif kind == "roster-sol/1":
        verdict = roster(json.loads(texts[0]), plan, repair)
    else:
        verdict = shift24(texts[0], plan)
    return verdict.report()


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
