"""Helper of suites.sh.

suites.py echo QUESTIONS ANSWERS   answers every question of a suite with its gold wording
suites.py check SCORES METRICS     every primary has its best value, or is named as undefined; every answer was read
"""
import json
import math
import pathlib
import sys


# Wordings round: boxes to thousandths of the picture, durations to seconds.
ROUNDING = {"boxes": 0.02, "remaining_time": 0.5}


def echo(questions, answers):
    answers.mkdir(parents=True)
    for file in sorted(questions.glob("*/questions.jsonl")):
        with open(answers / f"{file.parent.name}.jsonl", "w", encoding="utf-8") as out:
            for line in file.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                out.write(json.dumps({"id": row["id"], "text": row["gold"]}) + "\n")


def check(scores, metrics):
    better = {(row["family"], row["metric"]): row["better"] for row in json.loads(metrics.read_text())["rows"]}
    document = json.loads((scores / "scores.json").read_text(encoding="utf-8"))
    page = (scores / "scores.md").read_text(encoding="utf-8")
    mistakes = []
    asked = {test["test"]: test for test in document["tests"]}
    for test in document["suite"]["tests"]:
        name = f"{document['suite']['suite']}/{test['id']}"
        if test["left_out"]:
            print(f"{name}: not asked: {test['left_out']}")
            if f"Not asked: {test['name']}" not in page:
                mistakes.append(f"{name}: scores.md does not say why it is not asked")
            continue
        score = asked[test["id"]]
        if score["parse_rate"] != 1:
            mistakes.append(f"{name}: {score['parse_rate']:.2%} of the gold answers were read")
        value = next(row["value"] for row in score["values"] if row["metric"] == score["primary"])
        family, metric = score["primary"].split(".", 1)
        family = {"facts": "captions", "triplet_sets": "triplets"}.get(family, family)
        best = 0 if better[(family, metric)] == "lower" else 1
        print(f"{name}: {score['questions']} questions, {score['cases']} cases, {score['primary']} {value}")
        if value is None:
            if f"Undefined: {test['name']}: {score['primary']} (" not in page:
                mistakes.append(f"{name}: {score['primary']} is undefined and scores.md does not say why")
        elif not math.isclose(value, best, abs_tol=ROUNDING.get(family, 1e-9)):
            mistakes.append(f"{name}: gold answers get {value}, not {best}, in {score['primary']}")
    if not asked:
        mistakes.append("nothing was asked")
    for mistake in mistakes:
        print(mistake, file=sys.stderr)
    return 1 if mistakes else 0


if __name__ == "__main__":
    command, first, second = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    if command == "echo":
        echo(first, second)
    else:
        sys.exit(check(first, second))
