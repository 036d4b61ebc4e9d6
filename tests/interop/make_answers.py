"""Answers of an invented model to the questions of a suite: make_answers.py QUESTIONS ANSWERS SHARE SEED

SHARE of the answers are the right wording, the others those of another question of the test, refusals, words of nobody,
markup that a page must not run, and reasoning before the answer. Criteria get scores, so that there is something to
calibrate. The same arguments give the same answers.
"""
import json
import pathlib
import random
import sys

OTHERS = [
    "I'm sorry, I can't help with that.",
    "",
    "a rubber duck",
    "<think>The tip is hidden, so it may be anything.</think>\nHard to say.",
    "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">",
]


def answer(question, questions, share, draw):
    if draw.random() < share:
        said = question["gold"]
    elif draw.random() < 0.7:
        said = draw.choice(questions)["gold"]
    else:
        said = draw.choice(OTHERS)
    if draw.random() < 0.3:
        said = f"<think>I look at the tips of the instruments, then at the tissue.</think>\n{said}"
    row = {"id": question["id"], "text": said}
    criteria = question["answer"].get("criteria") if question["form"] == "open" else None
    if criteria:
        row["scores"] = {mark["criterion"]: score(mark, share, draw) for mark in criteria}
    return row


def score(mark, share, draw):
    truth = mark.get("mean", 1.0 if mark["holds"] else 0.0)
    return round(min(1.0, max(0.0, share * truth + (1 - share) * draw.random())), 4)


def main():
    questions_folder, answers_folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    share, seed = float(sys.argv[3]), int(sys.argv[4])
    answers_folder.mkdir(parents=True)
    for file in sorted(questions_folder.glob("*/questions.jsonl")):
        questions = [json.loads(line) for line in file.read_text().splitlines()]
        draw = random.Random(f"{seed} {file.parent.name}")
        rows = [answer(question, questions, share, draw) for question in questions]
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (answers_folder / f"{file.parent.name}.jsonl").write_text(lines)


if __name__ == "__main__":
    main()
