#!/usr/bin/env python3
"""`surgsigma eval` against prediction files that are wrong, folders that are not what they should be and suites that select
nothing: each a clear error that names ids and counts, and nothing written.

    bad_answers.py BINARY

Python 3 alone.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

CATALOG = pathlib.Path(__file__).resolve().parent.parent / "catalog"


def concepts(*ids):
    return {"shape": "concepts", "concepts": list(ids)}


def question(number, task, answer, gold):
    return {"id": f"q{number}", "task": task, "form": "open", "turns": ["What is it?"], "options": [],
            "pictures": [f"media/{number}.jpg"], "width": 100, "height": 50, "answer": answer, "gold": gold,
            "part": "test", "source": "cholec80", "video": f"cholec80/v{number}", "case": f"camma:{number}",
            "begin_us": 0, "end_us": 0, "origin": "human", "simulated": False}


def write_questions(folder):
    boxes = {"shape": "boxes", "width": 100, "height": 50, "grid": False,
             "boxes": [{"concept": "ins.hook", "box": [10, 5, 50, 25], "cells": [0]}]}
    tests = {"sets": [question(i, "instrument_recognition", concepts("ins.hook"), "A hook.") for i in range(4)],
             "boxes": [question(i, "instrument_localization", boxes, "[100, 100, 500, 500]") for i in range(4)]}
    names = {"sets": "label_sets.micro_f1", "boxes": "boxes.mean_iou"}
    for test, questions in tests.items():
        (folder / test).mkdir(parents=True)
        (folder / test / "questions.jsonl").write_text("".join(json.dumps(one) + "\n" for one in questions))
        (folder / test / "vocabulary.json").write_text(json.dumps({"profile": "permille", "sources": {
            "cholec80": {"concepts": ["ins.grasper", "ins.hook"], "verbs": [], "targets": []}}}))
        (folder / test / "priors.jsonl").write_text("")
    (folder / "suite.json").write_text(json.dumps({"suite": "s", "name": "S", "matches": "Nothing.", "tests": [
        {"id": test, "name": test, "task": questions[0]["task"], "primary": names[test], "left_out": "",
         "published": []} for test, questions in tests.items()]}))


def lines(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def said(ids, text="hook"):
    return [{"id": one, "text": text} for one in ids]


ALL = ["q0", "q1", "q2", "q3"]
# What stands in the file of the test `sets`, and what the error must say.
CASES = [
    ("missing", lines(*said(ALL[:1])), ["3 questions have no answer", "q1", "--allow-missing"]),
    ("unknown", lines(*said([*ALL, "q9", "q8"])), ["2 ids are of no question", "q9"]),
    ("twice", lines(*said([*ALL, "q1"])), ["1 questions have several answers", "q1"]),
    ("all at once", lines(*said(["q0", "q0", "q7"])), ["of no question", "several answers", "no answer"]),
    ("nan", '{"id": "q0", "text": "hook", "scores": {"ins.hook": NaN}}\n' + lines(*said(ALL[1:])), [":1"]),
    ("infinite", '{"id": "q0", "text": "hook", "scores": {"ins.hook": 1e999}}\n' + lines(*said(ALL[1:])), [":1"]),
    ("truncated", lines(*said(ALL))[:-10], [":4"]),
    ("no text", lines({"id": "q0"}, *said(ALL[1:])), ["no known form of predictions"]),
    ("text of another kind", lines(*said(ALL[:2]), {"id": "q2", "text": 7}, *said(ALL[3:])), ["no text", ":3"]),
    ("no id", lines(*said(ALL[:3]), {"text": "hook"}), ["no id", ":4"]),
    ("empty", "", ["no known form"]),
    ("latin-1", lines(*said(ALL)).encode().replace(b"hook", b"h\xe9k"), [":1"]),
    ("binary", bytes(range(256)) * 40, [":1"]),
    ("nested", "[" * 100_000, [":1"]),
    ("score of no class", lines(*[{**row, "scores": {"ins.drill": 1}} for row in said(ALL)]), ["ins.drill", "q0"]),
]


class Failure(Exception):
    pass


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        questions, answers, out = folder / "questions", folder / "answers", folder / "out"
        write_questions(questions)
        answers.mkdir()
        (answers / "boxes.jsonl").write_text(lines(*said(ALL, "[100, 100, 500, 500]")))

        def run(*words, wanted, says=()):
            done = subprocess.run([sys.argv[1], "--catalog", CATALOG, "--quiet", *map(str, words)], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
            if done.returncode != wanted:
                raise Failure(f"exit code {done.returncode}, not {wanted}: {words}\n{done.stdout}")
            for one in says:
                if one not in done.stdout:
                    raise Failure(f"not said: {one!r} in\n{done.stdout}")

        def score(*words, wanted, says=()):
            run("eval", "score", questions, answers, out, "--resamples", "50", *words, wanted=wanted, says=says)
            if wanted != 0 and out.exists():
                raise Failure(f"something was written for wrong answers: {words}")

        for name, content, says in CASES:
            (answers / "sets.jsonl").write_bytes(content if isinstance(content, bytes) else content.encode())
            try:
                score(wanted=1, says=says)
            except Failure as problem:
                raise Failure(f"{name}: {problem}") from problem
        (answers / "sets.jsonl").unlink()
        score(wanted=1, says=["no answers to the test 'sets'", "sets.jsonl"])

        # Hostile answers are answers: wrong ones, read in no time, and only text in the report.
        hostile = ["", "\0", "<script>alert(1)</script>", "hook " * 400_000]
        (answers / "sets.jsonl").write_text(lines(*[{"id": i, "text": t} for i, t in zip(ALL, hostile)]))
        (answers / "boxes.jsonl").write_text(lines(*[{"id": i, "text": t} for i, t in zip(
            ALL, ["[-900, -900, -100, -100]", "[0, 0, 1e300, 1e300]", "[nan, 0, 1, 1]", "[1, 2, 3"])]))
        score(wanted=0)
        scores = {test["test"]: test for test in json.loads((out / "scores.json").read_text())["tests"]}
        if scores["boxes"]["answers"]["read"] > 1:
            raise Failure(f"boxes off the picture are read: {scores['boxes']['answers']}")
        if "<script>alert" in (out / "report.html").read_text():
            raise Failure("an answer became part of the page")
        run("eval", "score", questions, answers, out, wanted=2, says=["not empty"])

        # Folders and suites that are not what they should be.
        run("eval", "score", folder / "gone", answers, folder / "o", wanted=1, says=["no questions of a suite"])
        run("eval", "score", questions, answers, folder / "o", "--test", "set", wanted=2, says=["did you mean 'sets'?"])
        run("eval", "score", questions, answers, folder / "o", "--format", "swit", wanted=2, says=["did you mean 'swift'?"])
        run("eval", "score", questions, answers / "sets.jsonl", folder / "o", wanted=2, says=["one file of answers for 2 tests"])
        run("eval", "compare", questions, answers, folder / "nobody", folder / "o", wanted=1, says=["nobody"])
        run("eval", "board", folder / "b", folder / "gone", wanted=1, says=["gone"])
        run("eval", "run", questions, folder / "r", "--endpoint", "ftp://host", "--model", "m", wanted=2, says=["ftp"])
        run("eval", "run", questions, folder / "r", "--endpoint", "http://127.0.0.1:9", "--model", "", wanted=2)
        run("init", folder / "db", wanted=0)
        run("--db", folder / "db", "eval", "make", "sigma-18", folder / "q", wanted=1, says=["selects nothing"])
        run("--db", folder / "db", "eval", "make", "sigma-19", folder / "q", wanted=2, says=["did you mean 'sigma-18'?"])
        (folder / "bad.yaml").write_text("id: bad\nname: Bad\ntests:\n  - {id: x, name: X, task: phase_recogniton}\n")
        run("--db", folder / "db", "eval", "make", folder / "bad.yaml", folder / "q", wanted=1,
            says=["phase_recogniton", "phase_recognition"])
        print(f"{len(CASES) + 14} ways of being wrong, each told")


if __name__ == "__main__":
    try:
        main()
    except Failure as problem:
        sys.exit(f"bad_answers: {problem}")
