"""The numbers of docs/why-scores-differ.md: one set of answers, scored as different people score.

why_scores_differ.py > why_scores_differ.json     plain Python; random numbers of a fixed seed
why_scores_differ.py table < why_scores_differ.json   the tables of the page, in Markdown

Rows with a metric's name are values of `surgsigma list metrics`, and eval/why_scores_differ_test.cpp computes them from the
same input with the metric itself. Rows without one are habits of others that no metric of ours has.
"""
import json
import math
import random
import sys

LEFT_OUT = None


def mean(values):
    values = [value for value in values if value is not None]
    return sum(values) / len(values) if values else None


def share(a, b):
    return a / b if b else LEFT_OUT


# --- phases: 4 operations of different length at one picture per second, 4 phases

def phase_input(draw):
    lengths = [[60, 200, 40, 100], [50, 900, 60, 300], [0, 150, 30, 80], [40, 120, 0, 400]]
    videos = []
    for runs in lengths:
        truth = [phase for phase, length in enumerate(runs) for _ in range(length)]
        answer = []
        for i, phase in enumerate(truth):
            late = truth[max(0, i - 8)]  # the model is eight seconds late at every change
            roll = draw.random()
            answer.append(-1 if roll < 0.05 else draw.randrange(4) if roll < 0.20 else late)
        videos.append({"truth": truth, "answer": answer})
    return videos


def counts(video, phase):
    pairs = list(zip(video["truth"], video["answer"]))
    right = sum(t == a == phase for t, a in pairs)
    return right, sum(a == phase for _, a in pairs) - right, sum(t == phase for t, _ in pairs) - right


def jaccard(right, wrong, missed):
    return share(right, right + wrong + missed)


def relaxed(video, window=10):
    truth, answer = video["truth"], list(video["answer"])
    begins = [i for i in range(len(truth)) if i == 0 or truth[i] != truth[i - 1]]
    for r, begin in enumerate(begins):
        end = begins[r + 1] if r + 1 < len(begins) else len(truth)
        width = min(window, end - begin)
        for i in range(begin, begin + width):
            if r > 0 and answer[i] == truth[begin - 1]:
                answer[i] = truth[begin]
        for i in range(end - width, end):
            if r + 1 < len(begins) and answer[i] == truth[end]:
                answer[i] = truth[begin]
    return {"truth": truth, "answer": answer}


def phases(draw):
    videos = phase_input(draw)
    every = range(4)

    def accuracy(video, read_only=False):
        pairs = [(t, a) for t, a in zip(video["truth"], video["answer"]) if a >= 0 or not read_only]
        return share(sum(t == a for t, a in pairs), len(pairs))

    everything = {"truth": sum((v["truth"] for v in videos), []), "answer": sum((v["answer"] for v in videos), [])}
    cells = [[counts(video, phase) for phase in every] for video in videos]
    is_there = [[video["truth"].count(phase) > 0 for phase in every] for video in videos]
    score = [[jaccard(*cell) for cell in row] for row in cells]
    there_only = [[value if there else None for value, there in zip(row, flags)] for row, flags in zip(score, is_there)]

    def video_then_phase(table):
        return mean([mean([row[phase] for row in table]) for phase in every])

    def absent_as(value):
        return [[s if there else value for s, there in zip(row, flags)] for row, flags in zip(score, is_there)]

    return videos, [
        ["share of right pictures, all operations together", "phases.accuracy:pooled", accuracy(everything)],
        ["the same per operation, then the mean", "phases.accuracy:video", mean([accuracy(v) for v in videos])],
        ["unread answers left out", "", accuracy(everything, read_only=True)],
        ["10 s of tolerance at every change", "phases.accuracy:relaxed_video",
         mean([accuracy(relaxed(v)) for v in videos])],
        ["Jaccard, all operations together", "phases.mean_jaccard:pooled_b",
         mean([jaccard(*counts(everything, phase)) for phase in every])],
        ["Jaccard per operation, absent phases left out, mean over operations, then phases",
         "phases.mean_jaccard:video_phase_b", video_then_phase(there_only)],
        ["the same, mean over phases, then operations", "phases.mean_jaccard:phase_video_b",
         mean([mean(row) for row in there_only])],
        ["an absent phase that was answered counts 0, else it is left out", "phases.mean_jaccard:video_phase_a",
         video_then_phase(score)],
        ["an absent phase counts 0 always", "", video_then_phase(absent_as(0.0))],
        ["an absent phase counts 1 always", "", video_then_phase(absent_as(1.0))],
    ]


# --- instruments: sets with scores, 6 classes of which one never occurs, 3 operations

def average_precision(truth, scores, ties="grouped"):
    positives = sum(truth)
    if positives == 0:
        return LEFT_OUT
    order = sorted(range(len(truth)), key=lambda i: (-scores[i], -truth[i] if ties == "positives first" else 0))
    total, hits, seen = 0.0, 0, 0
    groups = []
    for i in order:
        if groups and ties == "grouped" and scores[groups[-1][-1]] == scores[i]:
            groups[-1].append(i)
        else:
            groups.append([i])
    for group in groups:
        new = sum(truth[i] for i in group)
        hits, seen = hits + new, seen + len(group)
        total += new * hits / seen
    return total / positives


def sets(draw):
    rates, items, classes = [0.6, 0.4, 0.2, 0.1, 0.05, 0.0], 150, 6
    case = [0] * 90 + [1] * 40 + [2] * 20
    truth = [[int(draw.random() < rate * (1.5 if case[i] == 0 else 0.6)) for rate in rates] for i in range(items)]
    scores = [[round(min(1.0, 0.35 * t + 0.65 * draw.random()), 1) for t in row] for row in truth]
    answer = [None if draw.random() < 0.04 else [int(s >= 0.6) for s in row] for row in scores]

    def f1(pairs, empty=1.0):
        hits = sum(t and a for t, a in pairs)
        both = sum(t for t, _ in pairs) + sum(a for _, a in pairs)
        return 2 * hits / both if both else empty

    said = [row or [0] * classes for row in answer]
    of_class = [f1([(truth[i][k], said[i][k]) for i in range(items)], 0.0) for k in range(classes)]
    here = [any(row[k] for row in truth) for k in range(classes)]

    def map_of(rows):
        return [average_precision([truth[i][k] for i in rows], [scores[i][k] for i in rows]) for k in range(classes)]

    per_case = [map_of([i for i in range(items) if case[i] == c]) for c in range(3)]
    everything = map_of(range(items))
    silent = [average_precision([row[k] for row in truth], [0] * items, "positives first") for k in range(classes)]
    return {"case": case, "truth": truth, "scores": scores, "answer": answer}, [
        ["the whole set is right", "label_sets.exact_match",
         mean([float(a is not None and a == t) for t, a in zip(truth, answer)])],
        ["F1 per picture, then the mean", "label_sets.sample_f1",
         mean([0.0 if a is None else f1(list(zip(t, a))) for t, a in zip(truth, answer)])],
        ["F1 of all pictures and classes together", "label_sets.micro_f1",
         f1([(truth[i][k], said[i][k]) for i in range(items) for k in range(classes)])],
        ["F1 per class, absent class left out", "label_sets.macro_f1",
         mean([f for f, is_here in zip(of_class, here) if is_here])],
        ["F1 per class, absent class counts 0", "label_sets.compat:macro_f1_zero", mean(of_class)],
        ["an answer that lists every class, right where it contains the truth", "", 1.0],
        ["mAP over all pictures, absent class left out", "label_sets.map", mean(everything)],
        ["mAP per operation, then over operations, then classes", "label_sets.map:video_class",
         mean([mean([row[k] for row in per_case]) for k in range(classes)])],
        ["mAP over all pictures, absent class counts 0", "", mean([value or 0.0 for value in everything])],
        ["mAP of a model that never answers, equal scores sorted positives first", "", mean(silent)],
    ]


# --- boxes: one box asked for per query

def iou(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    both = max(0.0, width) * max(0.0, height)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def boxes(draw):
    queries = []
    for _ in range(60):
        x, y, side = draw.randrange(0, 200), draw.randrange(0, 200), draw.randrange(40, 120)
        truth, roll = [x, y, x + side, y + side], draw.random()
        shift = draw.randrange(0, 60)
        answer = None if roll < 0.15 else [] if roll < 0.25 else [x + shift, y, x + shift + side, y + side]
        queries.append({"truth": truth, "answer": answer})
    overlaps = [iou(q["truth"], q["answer"]) if q["answer"] else 0.0 for q in queries]
    answered = [o for o, q in zip(overlaps, queries) if q["answer"]]
    found = [o for o in overlaps if o >= 0.5]
    hits, said = len(found), len(answered)
    return queries, [
        ["mean IoU, a missing or unread box is 0", "boxes.mean_iou", mean(overlaps)],
        ["mean IoU of the queries that were answered", "", mean(answered)],
        ["mean IoU of the boxes that were found (0.5)", "", mean(found)],
        ["share of queries with IoU of 0.5 or more", "boxes.acc@0.5", share(hits, len(queries))],
        ["the same among the answered", "", share(hits, said)],
        ["F1 of boxes at 0.5", "boxes.f1@0.5", 2 * hits / (said + len(queries))],
        ["AP at 0.5 with all boxes equally sure, as area: precision times recall", "",
         share(hits, said) * hits / len(queries)],
    ]


# --- safety: three criteria, few positives

def safety(draw):
    rates = [0.2, 0.12, 0.0]
    truth = [[int(draw.random() < rate) for rate in rates] for _ in range(200)]
    answer = [[-1] * 3 if draw.random() < 0.1 else [int(draw.random() < (0.6 if t else 0.15)) for t in row]
              for row in truth]
    frames = range(len(truth))

    def sides(k, read_only):
        kept = [i for i in frames if answer[i][k] >= 0 or not read_only]
        return [share(sum(answer[i][k] == side for i in kept if truth[i][k] == side),
                      sum(truth[i][k] == side for i in kept)) for side in (1, 0)]

    def balanced(k):
        yes, no = sides(k, False)
        return None if yes is None or no is None else (yes + no) / 2

    pairs = [(truth[i][k], answer[i][k]) for i in frames for k in range(3)]
    read = [(t, a) for t, a in pairs if a >= 0]
    return {"truth": truth, "answer": answer}, [
        ["share of right verdicts", "safety.mean_accuracy", share(sum(t == a for t, a in pairs), len(pairs))],
        ["always answering no", "", share(sum(t == 0 for t, _ in pairs), len(pairs))],
        ["unread answers left out", "", share(sum(t == a for t, a in read), len(read))],
        ["balanced per criterion, one without positives left out", "safety.mean_balanced_accuracy",
         mean([balanced(k) for k in range(3)])],
        ["the same, unread left out, the missing side counts 0", "",
         mean([sum(s or 0.0 for s in sides(k, True)) / 2 for k in range(3)])],
        ["all three right", "safety.all_right", share(sum(t == a for t, a in zip(truth, answer)), len(truth))],
    ]


# --- seconds that remain

def remaining(draw):
    items = []
    for i in range(120):
        truth = round(draw.expovariate(1 / 9), 1)
        answer = None if draw.random() < 0.1 else max(0.0, round(truth + draw.gauss(0, 3), 1))
        items.append({"clip": min(7, i // 8), "truth": truth, "answer": answer})
    median = 6.0
    errors = [abs(item["truth"] - (median if item["answer"] is None else item["answer"])) for item in items]
    read = [e for e, item in zip(errors, items) if item["answer"] is not None]
    constant = mean([abs(item["truth"] - median) for item in items])
    clips = [mean([e for e, item in zip(errors, items) if item["clip"] == clip]) for clip in range(8)]
    near = [e for e, item in zip(errors, items) if 0 < item["truth"] < 10]
    return {"items": items, "median": median}, [
        ["mean error, unread charged with the training median", "remaining_time.mae", mean(errors)],
        ["unread answers left out", "remaining_time.mae:read", mean(read)],
        ["per clip, then the mean", "remaining_time.mae:clip", mean(clips)],
        ["only where less than 10 s remain", "remaining_time.mae:inside_horizon", mean(near)],
        ["always answering the training median", "", constant],
    ]


# --- one model, asked in two ways: it knows 40 % of the answers

def asking(draw):
    knows = [draw.random() < 0.4 for _ in range(400)]
    guess = [draw.randrange(4) == 0 for _ in knows]
    right = [k or g for k, g in zip(knows, guess)]
    scored = sum(right) / len(right)
    return {"right": right}, [
        ["open questions: it says what it knows, else something wrong", "", sum(knows) / len(knows)],
        ["multiple choice of four: it guesses what it does not know", "choices.accuracy", scored],
        ["the same, corrected for chance (1 of 4)", "", (scored - 0.25) / 0.75],
    ]


# --- pictures: one pair of 24 x 24

def pictures(draw):
    side = 24
    truth = [[[(7 * x + 5 * y + 60 * c) % 200 + 20 for c in range(3)] for x in range(side)] for y in range(side)]
    answer = [[[min(255, max(0, value + draw.randrange(-6, 7) + (9 if c == 2 else 0))) for c, value in enumerate(pixel)]
               for pixel in row] for row in truth]

    def gray(picture, weights=(0.299, 0.587, 0.114), offset=0.0):
        return [[offset + sum(w * v for w, v in zip(weights, pixel)) for pixel in row] for row in picture]

    def error(a, b):
        return mean([(p - q) ** 2 for rows in zip(a, b) for p, q in zip(*rows)])

    def psnr(value):
        return 10 * math.log10(255 ** 2 / value)

    def ssim(a, b, window, sample):
        radius, values = len(window) // 2, []
        for y in range(radius, side - radius):
            for x in range(radius, side - radius):
                near = [(window[j] * window[i], a[y + j - radius][x + i - radius], b[y + j - radius][x + i - radius])
                        for j in range(len(window)) for i in range(len(window))]
                ma, mb = sum(w * p for w, p, _ in near), sum(w * q for w, _, q in near)
                va, vb = (sample * (sum(w * p * p for w, p, _ in near) - ma * ma),
                          sample * (sum(w * q * q for w, _, q in near) - mb * mb))
                both = sample * (sum(w * p * q for w, p, q in near) - ma * mb)
                c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
                values.append((2 * ma * mb + c1) * (2 * both + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2)))
        return mean(values)

    bell = [math.exp(-((i - 5) ** 2) / (2 * 1.5 ** 2)) for i in range(11)]
    bell = [value / sum(bell) for value in bell]
    planes = [[[[p[c] for p in row] for row in picture] for picture in (truth, answer)] for c in range(3)]
    rgb = mean([error(*pair) for pair in planes])
    luma = [value / 255 for value in (65.481, 128.553, 24.966)]
    grays = gray(truth), gray(answer)
    return {"truth": truth, "answer": answer}, [
        ["PSNR over all channels, dB", "pictures.psnr:rgb", psnr(rgb)],
        ["PSNR of the grey picture, dB", "pictures.psnr:gray", psnr(error(*grays))],
        ["PSNR of Y of BT.601, dB", "pictures.psnr:y_bt601",
         psnr(error(gray(truth, luma, 16), gray(answer, luma, 16)))],
        ["mean PSNR of this pair and an identical one that counts 100 dB", "", (psnr(rgb) + 100) / 2],
        ["SSIM of the grey picture, gaussian window of 11", "pictures.ssim:gaussian/gray", ssim(*grays, bell, 1.0)],
        ["SSIM of the grey picture, uniform window of 7", "pictures.ssim:uniform/gray",
         ssim(*grays, [1 / 7] * 7, 49 / 48)],
    ]


# --- masks: four pictures of 12 x 12, instruments 1 to 3

def masks(draw):
    side, frames = 12, []

    def plane(blobs):
        picture = [0] * (side * side)
        for label, x, y, size in blobs:
            for j in range(y, min(side, y + size)):
                for i in range(x, min(side, x + size)):
                    picture[j * side + i] = label
        return picture

    for truth in ([(1, 1, 1, 5), (2, 7, 7, 4)], [], [(1, 3, 3, 6)], [(3, 0, 8, 3)]):
        answer = [(label, x + draw.randrange(0, 3), y, size) for label, x, y, size in truth]
        frames.append({"truth": plane(truth), "answer": plane(answer)})
    frames[2]["answer"] = plane([(2, 3, 3, 6)])  # right place, wrong instrument
    frames[3]["answer"] = plane([])

    def overlap(frame, label):
        pairs = list(zip(frame["truth"], frame["answer"]))
        if label:
            return sum(t == a == label for t, a in pairs), sum(label in (t, a) for t, a in pairs)
        return sum(t > 0 and a > 0 for t, a in pairs), sum(t > 0 or a > 0 for t, a in pairs)

    def in_truth(frame):
        return [label for label in (1, 2, 3) if label in frame["truth"]]

    summed = [[sum(values) for values in zip(*(overlap(frame, label) for frame in frames))] for label in (1, 2, 3)]
    return frames, [
        ["IoU per picture over classes in its truth, pictures with truth", "segmentation.challenge_iou",
         mean([mean([share(*overlap(f, label)) for label in in_truth(f)]) for f in frames])],
        ["IoU of summed pixels per class, then over classes", "segmentation.mc_iou", mean([share(*pair) for pair in summed])],
        ["instrument against background, pictures with either", "segmentation.binary_iou",
         mean([share(*overlap(f, 0)) for f in frames])],
        ["the same, empty against empty counts 1", "segmentation.binary_iou:empty1",
         mean([1.0 if share(*overlap(f, 0)) is None else share(*overlap(f, 0)) for f in frames])],
        ["all classes of all pictures, empty against empty counts 1", "segmentation.mean_iou:empty1",
         mean([1.0 if share(*overlap(f, label)) is None else share(*overlap(f, label)) for f in frames for label in (1, 2, 3)])],
    ]


PARTS = [("phases", phases), ("sets", sets), ("boxes", boxes), ("safety", safety), ("remaining", remaining),
         ("asking", asking),
         ("pictures", pictures), ("masks", masks)]


def table(document):
    for part in document["parts"]:
        print(f"<!-- {part['id']} -->\n| how it is scored | metric | value |\n|---|---|---|")
        for text, metric, value in part["rows"]:
            print(f"| {text} | {'`' + metric + '`' if metric else '-'} | {value:.3f} |")
        print()


if __name__ == "__main__":
    if sys.argv[1:] == ["table"]:
        table(json.load(sys.stdin))
    else:
        made = []
        for name, make in PARTS:
            given, rows = make(random.Random(name))
            made.append({"id": name, "input": given, "rows": rows})
        json.dump({"made_with": "plain Python, random.Random seeded with the part's name", "parts": made}, sys.stdout,
                  separators=(",", ":"))
        print()
