"""Citizens' messages for the benchmarks, and what others make of them.

Usage, all in the folder of the benchmarks:
  classify.py texts FOLDER LABELLED...  make TEXT.csv and FOLD.csv of the labelled files
  classify.py peers TEXTS               cross-validate LinearSVC and fastText, keep the best
  classify.py judge TEXTS               the same for what GUESS.csv says: a table of all, and
                                        bounds_TEXTS, the figures that the shell compares
  classify.py train|predict PEER TEXTS  milliseconds; PEER is sklearn, fasttext or quick

TEXTS is messages or tokens.  One thread.
"""
import csv
import json
import os
import pickle
import sys
import time
import warnings

warnings.simplefilter("ignore")
csv.field_size_limit(1 << 30)
FOLDS = 5
# Nobody has looked at these folds when a setting was chosen.
SEEDS = {"messages": [20261101, 20261102, 20261103, 20261104, 20261105], "tokens": [20261101]}
# n-grams of characters, sublinear counts, C
SKLEARN = {
    "messages": [((1, 2), False, 1), ((1, 2), False, 3), ((1, 2), False, 10), ((1, 2), False, 30), ((1, 3), False, 3)],
    "tokens": [((1, 3), False, 1), ((1, 3), True, 3), ((1, 4), False, 3)],
}
# n-grams of characters (of words, for tokens), learning rate
FASTTEXT = {"messages": [(1, 0.5), (2, 0.5), (3, 1.0)], "tokens": [(1, 0.5), (2, 0.5)]}
BOUND = 0.9


def texts(folder, paths):
    import numpy as np
    from sklearn.model_selection import StratifiedKFold
    with open("TEXT.csv", "w", encoding="utf-8", newline="") as out, open("FOLD.csv", "w", newline="") as fold:
        out, fold = csv.writer(out), csv.writer(fold)
        for path in paths:
            name = path.split("_")[1].split(".")[0]
            with open(os.path.join(folder, path), encoding="utf-8-sig") as f:
                rows = list(csv.DictReader(f))
            labels = sorted({r["label_l1"] for r in rows})
            y = np.array([labels.index(r["label_l1"]) for r in rows])
            for i, r in enumerate(rows):
                message = r["title"] + "\n" + r["detail"] if "title" in r else r["tokens"]
                out.writerow([name, i, message, "%02d" % (y[i] + 1)])
            for seed in SEEDS[name]:
                split = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
                for k, (_, chosen) in enumerate(split.split(y, y)):
                    fold.writerows([name, seed, i, k] for i in chosen)


def load(name):
    """Messages, labels, and the fold of each for each seed"""
    import numpy as np
    with open("TEXT.csv", encoding="utf-8", newline="") as f:
        rows = [r for r in csv.reader(f) if r[0] == name]
    folds = {seed: np.zeros(len(rows), int) for seed in SEEDS[name]}
    with open("FOLD.csv", newline="") as f:
        for text, seed, row, k in csv.reader(f):
            if text == name:
                folds[int(seed)][int(row)] = int(k)
    return np.array([r[2] for r in rows], dtype=object), np.array([r[3] for r in rows]), folds


def pipeline(grams, sublinear, cost):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC
    return make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=grams, sublinear_tf=sublinear),
                         LinearSVC(C=cost, random_state=0))


def spaced(name, messages):
    """fastText wants words: the characters, where there are none."""
    if name == "tokens":
        return [" ".join(m.split()) for m in messages]
    return [" ".join(c for c in m if not c.isspace()) for m in messages]


def learn_fasttext(name, messages, y, grams, rate):
    import fasttext
    with open("fasttext.txt", "w", encoding="utf-8") as f:
        f.writelines("__label__%s %s\n" % pair for pair in zip(y, spaced(name, messages)))
    return fasttext.train_supervised("fasttext.txt", thread=1, verbose=0, epoch=25, lr=rate,
                                     wordNgrams=grams, bucket=200000 if grams > 1 else 0)


def ask_fasttext(model, lines):
    # the extension itself: what Python adds around it is not fastText's
    predict = model.f.predict
    return [predict(line, 1, 0.0, "strict") for line in lines]


def validate(messages, y, folds, learn, ask):
    """macro-F1 and accuracy"""
    import numpy as np
    from sklearn.metrics import accuracy_score, f1_score
    guess = np.empty(len(y), object)
    for k in range(FOLDS):
        model = learn(messages[folds != k], y[folds != k])
        guess[folds == k] = ask(model, messages[folds == k])
    return f1_score(y, guess.astype(str), average="macro"), accuracy_score(y, guess.astype(str))


def peers(name):
    messages, y, folds = load(name)
    first, *others = SEEDS[name]

    def of_sklearn(setting):
        return lambda m, c: pipeline(*setting).fit(m, c), lambda model, m: model.predict(m)

    def of_fasttext(setting):
        return (lambda m, c: learn_fasttext(name, m, c, *setting),
                lambda model, m: [found[0][1][9:] if found else "" for found in
                                  ask_fasttext(model, [t + "\n" for t in spaced(name, m)])])

    done = []
    best = {}
    for peer, settings, make in (("sklearn", SKLEARN[name], of_sklearn), ("fasttext", FASTTEXT[name], of_fasttext)):
        for setting in settings:
            f1, accuracy = validate(messages, y, folds[first], *make(setting))
            done.append([peer, setting, [f1], [accuracy]])
        best[peer] = max((d for d in done if d[0] == peer), key=lambda d: d[2])
    # the other folds are for the best of all settings
    winner = max(best.values(), key=lambda d: d[2])
    for seed in others:
        f1, accuracy = validate(messages, y, folds[seed], *(of_sklearn if winner[0] == "sklearn" else of_fasttext)(winner[1]))
        winner[2].append(f1)
        winner[3].append(accuracy)
    with open(f"peers_{name}.json", "w") as f:
        json.dump(done, f)
    with open(f"sklearn_{name}", "wb") as f:
        pickle.dump((best["sklearn"][1], pipeline(*best["sklearn"][1]).fit(messages, y)), f)
    for file, setting in (("fasttext", best["fasttext"][1]), ("quick", FASTTEXT[name][0])):
        learn_fasttext(name, messages, y, *setting).save_model(f"{file}_{name}")


def mean(values):
    return sum(values) / len(values)


def judged(name):
    """Of our own guesses, for each seed: macro-F1, accuracy, calibration error, share at BOUND, right of these"""
    import numpy as np
    from sklearn.metrics import f1_score
    _, y, _ = load(name)
    found = []
    for seed in SEEDS[name]:
        guess = np.empty(len(y), object)
        sure = np.zeros(len(y))
        with open("GUESS.csv", newline="") as f:
            for text, s, row, code, probability in csv.reader(f):
                if text == name and int(s) == seed:
                    guess[int(row)] = code
                    sure[int(row)] = float(probability)
        right = guess == y
        bins = np.minimum((sure * 15).astype(int), 14)
        error = sum(abs(right[bins == b].sum() - sure[bins == b].sum()) for b in range(15)) / len(y)
        told = sure >= BOUND
        found.append([f1_score(y, guess.astype(str), average="macro"), right.mean(), error, told.mean(), right[told].mean()])
    return found


def judge(name):
    ours = judged(name)
    seeds = len(ours)
    columns = list(zip(*ours))
    with open(f"peers_{name}.json") as f:
        done = json.load(f)
    print("| %s | folds | macro-F1 | accuracy | calibration error | told at 0.9 | right of these |" % name)
    print("|---|---:|---:|---:|---:|---:|---:|")
    print("| civicgrid | %d | %.4f | %.4f | %.4f | %.1f %% | %.2f %% (%.2f to %.2f) |" % (
        seeds, *map(mean, columns[:3]), 100 * mean(columns[3]), 100 * mean(columns[4]), 100 * min(columns[4]), 100 * max(columns[4])))
    for peer, setting, f1, accuracy in done:
        if peer == "sklearn":
            label = "LinearSVC, C = %g, characters %d to %d%s" % (setting[2], *setting[0], ", sublinear" if setting[1] else "")
        else:
            label = "fastText, rate %g, %s 1 to %d" % (setting[1], "words" if name == "tokens" else "characters", setting[0])
        print("| %s | %d | %.4f | %.4f | | | |" % (label, len(f1), mean(f1), mean(accuracy)))
    best = max(done, key=lambda d: (len(d[2]), d[2][0]))
    with open(f"bounds_{name}", "w") as f:
        f.write("%.6f %.6f %.6f %.6f %.6f\n" % (mean(columns[0]), mean(best[2]), mean(columns[2]),
                                                1 - mean(columns[4]), 1 - min(columns[4])))


def train(name):
    messages, y, _ = load(name)
    with open(f"sklearn_{name}", "rb") as f:
        model = pipeline(*pickle.load(f)[0])
    start = time.perf_counter()
    model.fit(messages, y)
    print((time.perf_counter() - start) * 1000)


def predict(peer, name):
    messages, y, _ = load(name)
    if peer == "sklearn":
        with open(f"sklearn_{name}", "rb") as f:
            model = pickle.load(f)[1]
        model.predict(messages[:10])
        start = time.perf_counter()
        model.predict(messages)
    else:
        import fasttext
        fasttext.FastText.eprint = lambda *_: None
        model = fasttext.load_model(f"{peer}_{name}")
        lines = [m + "\n" for m in spaced(name, messages)]
        ask_fasttext(model, lines[:10])
        start = time.perf_counter()
        ask_fasttext(model, lines)
    print((time.perf_counter() - start) * 1000)


command, *arguments = sys.argv[1:]
if command == "texts":
    texts(arguments[0], arguments[1:])
elif command == "train":
    train(arguments[1])
elif command == "predict":
    predict(*arguments)
else:
    {"peers": peers, "judge": judge}[command](*arguments)
