"""Past dispatches for the benchmarks, and what others make of them.

Usage, all in the folder of the benchmarks:
  dispatch.py events EVENTS COMMUNITIES  make EVENT.csv, in the order of time
  dispatch.py peers                      a back-off majority table and LinearSVC, learned from
                                         the first 6,400: what they say of the next 1,600
  dispatch.py judge                      the same for what SAID.csv says: a table of all, and
                                         bounds_dispatch, the figures that the shell compares
  dispatch.py train|predict              milliseconds, of LinearSVC with the setting chosen;
                                         microseconds for a case

The columns that all learn from: event type, main type, sub type (as one code of 3 + 4 + 4
digits), community and street, channel, property.  Nobody learns from an event without a unit
(17 of the 8,000), and nobody is right on one.  One thread.
"""
import csv
import json
import sys
import time
import warnings

warnings.simplefilter("ignore")
LEARNED = 6400
BINS = 15
# LinearSVC's settings: C, with crossed features or without
SETTINGS = [(cost, crossed) for crossed in (False, True) for cost in (0.03, 0.1, 0.3, 1)]
# chosen by learning from the first so many and judging on the next 1,280
CUTS = [3200, 3840, 4480, 5120]
AHEAD = 1280


def events(path, communities):
    with open(communities, encoding="utf-8-sig") as f:
        cell = {r["community"].replace("居委会", ""): r["code12"] for r in csv.DictReader(f) if r["district_code"] == "440310"}
    with open(path, encoding="utf-8-sig") as f:
        rows = list(csv.DictReader(f))
    rows.sort(key=lambda r: (r["create_time"], int(r["rec_id"])))
    with open("EVENT.csv", "w", newline="") as f:
        out = csv.writer(f)
        for no, r in enumerate(rows, 1):
            code = r["event_type_id"].zfill(3) + r["main_type_id"].zfill(4) + r["sub_type_id"].zfill(4)
            unit = r["dispose_unit_id"].replace("-", "")
            out.writerow([no, unit, code, cell.get(r["community_name"], ""), r["event_src_id"],
                          r["event_property_id"], r["create_time"] + "+08"])


def load():
    """The rows as dictionaries, and the units, 0 for none"""
    with open("EVENT.csv", newline="") as f:
        rows = list(csv.reader(f))
    known = [{"type": r[2][:3], "main": r[2][:7], "sub": r[2], "street": r[3][:9], "cell": r[3],
              "channel": r[4], "property": r[5]} for r in rows]
    return known, [int(r[1] or 0) for r in rows]


# from the most detailed to nothing
STEPS = [("sub", "cell", "channel", "property"), ("sub", "cell", "channel"), ("sub", "cell"), ("sub", "street"), ("sub",),
         ("main", "street"), ("main",), ("type", "street"), ("type",), ()]


def with_unit(rows, units):
    """What can be learned from"""
    return zip(*[(r, u) for r, u in zip(rows, units) if u != 0])


def majority_table(known, units):
    from collections import Counter, defaultdict
    count = defaultdict(Counter)
    for k, u in zip(*with_unit(known, units)):
        for step in STEPS:
            count[step, tuple(k[x] for x in step)][u] += 1
    return count


def ask_table(count, k):
    """Up to three units, of the first step that knows any"""
    for step in STEPS:
        found = count.get((step, tuple(k[x] for x in step)))
        if found:
            return [u for u, _ in sorted(found.items(), key=lambda e: (-e[1], e[0]))[:3]]
    return []


def features(k, crossed):
    names = ["%s=%s" % e for e in k.items()]
    if crossed:
        names += ["%s/%s=%s/%s" % (a, b, k[a], k[b]) for a in ("type", "main", "sub") for b in ("street", "cell", "channel", "property")]
    return dict.fromkeys(names, 1)


def svm(cost):
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC
    return make_pipeline(DictVectorizer(), LinearSVC(C=cost, random_state=0))


def three(model, rows):
    import numpy as np
    return model.classes_[np.argsort(-model.decision_function(rows), axis=1, kind="stable")[:, :3]].tolist()


def hits(answers, units):
    first = sum(u != 0 and a[:1] == [u] for a, u in zip(answers, units)) / len(units)
    return first, sum(u != 0 and u in a for a, u in zip(answers, units)) / len(units)


def peers():
    known, units = load()
    tried = []
    for cost, crossed in SETTINGS:
        rows = [features(k, crossed) for k in known]
        found = [hits(three(svm(cost).fit(*with_unit(rows[:cut], units[:cut])), rows[cut:cut + AHEAD]), units[cut:cut + AHEAD])[0] for cut in CUTS]
        tried.append([cost, crossed, sum(found) / len(found)])
    cost, crossed, _ = max(tried, key=lambda t: t[2])
    rows = [features(k, crossed) for k in known]
    with open("svc.json", "w") as f:
        json.dump([cost, crossed], f)
    said = {"LinearSVC": three(svm(cost).fit(*with_unit(rows[:LEARNED], units[:LEARNED])), rows[LEARNED:])}
    table = majority_table(known[:LEARNED], units[:LEARNED])
    said["back-off table"] = [ask_table(table, k) for k in known[LEARNED:]]
    with open("peers_dispatch.json", "w") as f:
        json.dump([tried, said], f)


def judge():
    _, units = load()
    units = units[LEARNED:]
    with open("peers_dispatch.json") as f:
        tried, said = json.load(f)
    sure = {}
    with open("SAID.csv", newline="") as f:
        for way, no, place, unit, probability in csv.reader(f):
            n = int(no) - LEARNED - 1
            said.setdefault(way, [[] for _ in units])[n].append(int(unit))
            if place == "1":
                sure.setdefault(way, [0] * len(units))[n] = float(probability)
    found = {}
    print("| learned from 6,400 events, judged on the next 1,600 | right at once | among three | calibration error |")
    print("|---|---:|---:|---:|")
    for way in ("back-off table", "LinearSVC", "recommend_unit()", "suggest_duties(), then recommend_unit()"):
        first, among = hits(said[way], units)
        error = ""
        if way in sure:
            bins = [[0, 0] for _ in range(BINS)]
            for answer, unit, p in zip(said[way], units, sure[way]):
                bins[min(int(p * BINS), BINS - 1)][0] += answer[0] == unit
                bins[min(int(p * BINS), BINS - 1)][1] += p
            error = sum(abs(a - b) for a, b in bins) / len(units)
        found[way] = (first, among, error)
        print("| %s | %.1f %% (%d) | %.1f %% | %s |" % (way, 100 * first, round(first * len(units)), 100 * among, error and "%.4f" % error))
    print()
    ours, svc = said["recommend_unit()"], said["LinearSVC"]
    only = [sum(a[0] == u != b[0] for a, b, u in zip(x, y, units)) for x, y in ((ours, svc), (svc, ours))]
    print("Right where LinearSVC is wrong: %d; wrong where it is right: %d." % tuple(only))
    print("LinearSVC, mean of the cuts: " + "; ".join("C = %g%s %.4f" % (c, ", crossed" if x else "", f) for c, x, f in tried))
    ours, both = found["recommend_unit()"], found["suggest_duties(), then recommend_unit()"]
    with open("bounds_dispatch", "w") as f:
        f.write(" ".join("%.6f" % x for x in (*found["back-off table"][:2], *found["LinearSVC"][:2], *ours, *both[:2])) + "\n")


def timed(what):
    known, units = load()
    with open("svc.json") as f:
        cost, crossed = json.load(f)
    rows = [features(k, crossed) for k in known]
    model = svm(cost)
    learned = list(with_unit(rows[:LEARNED], units[:LEARNED]))
    start = time.perf_counter()
    model.fit(*learned)
    if what == "train":
        print((time.perf_counter() - start) * 1000)
        return
    model.predict(rows[:10])
    start = time.perf_counter()
    model.predict(rows[LEARNED:])
    print((time.perf_counter() - start) * 1e6 / len(rows[LEARNED:]))


command, *arguments = sys.argv[1:]
if command in ("train", "predict"):
    timed(command)
else:
    {"events": events, "peers": peers, "judge": judge}[command](*arguments)
