#!/usr/bin/env python3
"""`surgsigma eval run` against the scripted server: faults, a server that dies, a kill, going on, compare, refusals.

    eval_run.py BINARY

A model that says the gold wording is put behind an endpoint; the run is broken off in several ways and must end with the
same answers as one that was never disturbed, with no question asked twice that had its answer. Python 3 alone.
"""
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

HERE = pathlib.Path(__file__).resolve().parent
SERVER = HERE / "scripted_server" / "scripted_server.py"
KEY = "sk-this-key-must-be-written-nowhere"


class Failure(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Failure(what)


class Program:
    def __init__(self, binary):
        self.command = [binary, "--catalog", str(HERE.parent / "catalog"), "--quiet"]
        self.environment = {**os.environ, "TEST_KEY": KEY}

    def start(self, *words):
        return subprocess.Popen([*self.command, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, env=self.environment)

    def run(self, *words, expect=(0,)):
        process = self.start(*words)
        said, _ = process.communicate(timeout=600)
        check(process.returncode in expect, f"{' '.join(map(str, words))}: exit code {process.returncode}\n{said}")
        return said


class Server:
    """The scripted server as a process; its log is the list of what it was asked."""

    def __init__(self, folder, script, name, *flags):
        self.log = folder / f"{name}.log"
        port_file = folder / f"{name}.port"
        self.process = subprocess.Popen([sys.executable, "-B", str(SERVER), "--script", str(script), "--port-file",
                                         str(port_file), "--log", str(self.log), "--key", KEY, "--model", "m", *flags])
        for _ in range(200):
            if port_file.exists():
                break
            time.sleep(0.05)
        self.address = f"http://127.0.0.1:{port_file.read_text().strip()}"

    def asked(self):
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def stop(self):
        self.process.kill()
        self.process.wait()


def questions_of(folder):
    tests = {}
    for test in json.loads((folder / "suite.json").read_text())["tests"]:
        file = folder / test["id"] / "questions.jsonl"
        if not test["left_out"] and file.exists():
            tests[test["id"]] = [json.loads(line) for line in file.read_text().splitlines()]
    return tests


def write_script(path, tests, fault_of=lambda number: None, delay=0.0):
    """Each question's gold wording, by id; every question may come with faults before its answer."""
    number = 0
    with open(path, "w", encoding="utf-8") as script:
        for questions in tests.values():
            for question in questions:
                line = {"id": question["id"], "text": question["gold"]}
                faults = [fault_of(number)] if fault_of(number) else []
                if delay:
                    faults.append({"kind": "slow", "seconds": delay})
                if faults:
                    line["faults"] = faults
                script.write(json.dumps(line) + "\n")
                number += 1
    return number


def answers_of(run):
    return {file.name: file.read_text() for file in sorted((run / "answers").glob("*.jsonl"))}


def check_no_key(folder):
    for file in folder.rglob("*"):
        if file.is_file():
            check(KEY.encode() not in file.read_bytes(), f"the key stands in {file}")


def png(width, height, grey):
    """A picture of one grey."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + bytes([grey]) * width) * height
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def make_questions(program, folder):
    world, db = folder / "world", folder / "db"
    program.run("simulate", "endoscapes2023", world, "--videos", "60", "--length", "0.3", expect=(0, 3))
    program.run("init", db)
    program.run("--db", db, "ingest", "endoscapes2023", world, expect=(0, 3))
    program.run("--db", db, "build", expect=(0, 3))
    (folder / "suite.yaml").write_text(
        "id: small\nname: Small\nmatches: Nothing.\ndescription: For a test.\ntests:\n"
        "  - {id: tissue, name: Tissue, task: tissue_recognition, questions: 25, primary: label_sets.micro_f1}\n"
        "  - {id: boxes, name: Boxes, task: instrument_localization, questions: 15, primary: boxes.mean_iou}\n")
    program.run("--db", db, "eval", "make", folder / "suite.yaml", folder / "named", "--no-media")
    for questions in questions_of(folder / "named").values():  # a drawn picture at each place that is named
        for number, question in enumerate(questions):
            for picture in question["pictures"]:
                file = folder / "pictures" / pathlib.PurePath(picture).relative_to("media")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(png(854, 480, number % 250))
    program.run("--db", db, "eval", "make", folder / "suite.yaml", folder / "questions", "--media", folder / "pictures")
    return db, folder / "questions"


def main():
    program = Program(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        db, questions = make_questions(program, folder)
        tests = questions_of(questions)
        count = sum(map(len, tests.values()))
        check(count >= 20, f"only {count} questions")

        def run(out, server, *flags, **expect):
            return program.run("eval", "run", questions, folder / out, "--endpoint", server.address, "--model", "m",
                               "--key-env", "TEST_KEY", "--send-ids", "--resamples", "200", *flags, **expect)

        # Undisturbed.
        write_script(folder / "plain.jsonl", tests)
        server = Server(folder, folder / "plain.jsonl", "plain")
        run("plain", server, "--price-in", "2", "--price-out", "10")
        asked = [one["id"] for one in server.asked()]
        check(sorted(asked) == sorted(q["id"] for qs in tests.values() for q in qs), "not each question once")
        check(all(one["pictures"] == 1 for one in server.asked()), "a question without its picture")
        server.stop()
        wanted = answers_of(folder / "plain")
        account = json.loads((folder / "plain" / "run.json").read_text())
        check(account["complete"] and account["unanswered"] == 0, "the account says otherwise")
        check(account["all_tries"]["prompt_tokens"] > 0 and account["all_tries"]["cost"] > 0, "no cost")
        scores = json.loads((folder / "plain" / "scores" / "scores.json").read_text())
        for test in scores["tests"]:
            value = next(v["value"] for v in test["values"] if v["metric"] == test["primary"])
            check(value > 0.97, f"gold wordings give {value} in {test['test']}")
        for file in ("report.html", "scores.md", "scores.csv", "scores.tex", "items.jsonl"):
            check((folder / "plain" / "scores" / file).stat().st_size > 0, f"no {file}")

        # Faults of every kind. Most may go well later and are asked again; answers of a form that nobody understands are
        # listed, and asked again by the next try. The same answers in the end.
        kinds = [{"kind": "status", "status": 500}, {"kind": "status", "status": 429, "retry_after": 0},
                 {"kind": "truncated"}, {"kind": "reset"}, {"kind": "not_json"}, {"kind": "slow", "seconds": 0.2},
                 {"kind": "chunked"}, {"kind": "empty_choices"}]
        write_script(folder / "faults.jsonl", tests, lambda n: kinds[n % len(kinds)] if n % 3 == 0 else None)
        server = Server(folder, folder / "faults.jsonl", "faults")
        run("faults", server, expect=(1,))
        states = {json.loads(line)["state"] for line in (folder / "faults" / "unanswered.jsonl").read_text().splitlines()}
        check(states == {"unreadable"}, f"other states: {states}")
        run("faults", server)
        check(answers_of(folder / "faults") == wanted, "faults changed the answers")
        server.stop()

        # Killed without a word half-way, then again: only what was on its way is asked a second time.
        write_script(folder / "slow.jsonl", tests, delay=0.15)
        server = Server(folder, folder / "slow.jsonl", "slow")
        process = program.start("eval", "run", questions, folder / "killed", "--endpoint", server.address, "--model",
                                "m", "--key-env", "TEST_KEY", "--send-ids", "--connections", "2", "--resamples", "200")
        while len(server.asked()) < count // 2 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        before = len(server.asked())
        check(before < count, "the run was over before it was killed")
        run("killed", server)
        again = len(server.asked()) - count
        check(0 <= again <= 2, f"{again} questions were asked twice with two connections")
        check(answers_of(folder / "killed") == wanted, "a kill changed the answers")
        server.stop()

        # The server dies half-way: the run says so, keeps what it has, and goes on with another server.
        server = Server(folder, folder / "plain.jsonl", "dying", "--die-after", str(count // 2))
        said = run("dying", server, "--attempts", "2", "--timeout", "5", "--dead-after", "2", expect=(1, 2, 3))
        check("again" in said, f"no word on how to go on: {said}")
        check(not (folder / "dying" / "scores").exists(), "half a run was scored")
        server.stop()
        server = Server(folder, folder / "plain.jsonl", "alive")
        run("dying", server)
        check(answers_of(folder / "dying") == wanted, "a dead server changed the answers")
        check(len(server.asked()) <= count - count // 2 + 4, "answered questions were asked again")
        server.stop()

        # Ctrl-C: ends soon, with its own exit code.
        server = Server(folder, folder / "slow.jsonl", "stopped")
        process = program.start("eval", "run", questions, folder / "stopped", "--endpoint", server.address, "--model",
                                "m", "--key-env", "TEST_KEY", "--connections", "1")
        while len(server.asked()) < 3 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        check(process.wait(timeout=20) == 130, f"exit code {process.returncode} after an interrupt")
        server.stop()

        # A wrong key, a wrong model: told at once, nothing kept.
        server = Server(folder, folder / "plain.jsonl", "refusing")
        said = program.run("eval", "run", questions, folder / "nokey", "--endpoint", server.address, "--model", "m",
                           "--key-env", "NO_SUCH_VARIABLE", expect=(1, 2, 3))
        check("401" in said or "key" in said, f"a missing key is not told: {said}")
        said = program.run("eval", "run", questions, folder / "nomodel", "--endpoint", server.address, "--model", "x",
                           "--key-env", "TEST_KEY", expect=(1, 2, 3))
        check("x" in said, f"a wrong model is not told: {said}")
        server.stop()

        # Refusals that stay: listed, not scored, unless they may count as wrong.
        first = next(iter(tests.values()))[0]
        lines = [json.loads(line) for line in (folder / "plain.jsonl").read_text().splitlines()]
        (folder / "picky.jsonl").write_text("".join(
            json.dumps({**line, "faults": [{"kind": "status", "status": 400, "times": 99}]}
                       if line["id"] == first["id"] else line) + "\n" for line in lines))
        server = Server(folder, folder / "picky.jsonl", "picky")
        said = run("picky", server, expect=(1, 3))
        check("1 questions have no answer" in said, f"an unanswered question is not told: {said}")
        unanswered = [json.loads(line) for line in (folder / "picky" / "unanswered.jsonl").read_text().splitlines()]
        check([one["id"] for one in unanswered] == [first["id"]], "another question is listed")
        run("picky", server, "--allow-missing")
        server.stop()

        # For programs: one JSON document, from the answers that are there already.
        server = Server(folder, folder / "plain.jsonl", "json")
        document = json.loads(run("plain", server, "--json"))
        check(document["complete"] and len(document["scores"]) == len(tests), "the JSON says otherwise")
        check(not server.asked(), "a finished run asked again")
        server.stop()

        # Two models by pairs.
        worse = {name: [{**q, "gold": "gallbladder" if name == "tissue" else q["gold"]} for q in qs]
                 for name, qs in tests.items()}
        write_script(folder / "worse.jsonl", worse)
        server = Server(folder, folder / "worse.jsonl", "worse")
        run("worse", server)
        server.stop()
        program.run("eval", "compare", questions, folder / "worse" / "answers", folder / "plain" / "answers",
                    folder / "compared", "--name-a", "worse", "--name-b", "gold", "--resamples", "500")
        compared = {t["test"]: t for t in json.loads((folder / "compared" / "compare.json").read_text())["tests"]}
        primary = {t["test"]: next(m for m in t["metrics"] if m["metric"] == t["primary"]) for t in compared.values()}
        check(primary["tissue"]["difference"] > 0.1 and primary["tissue"]["low"] > 0, "the better model is not seen")
        check(primary["boxes"]["difference"] == 0, "equal answers differ")

        # A training set that meets the test is refused, one that does not is not.
        for part, expected in (("test", 2), ("train", 0)):
            export = folder / f"export-{part}"
            program.run("--db", db, "export", "llava", export, "--part", part, "--task", "tissue_recognition")
            manifest = json.loads((export / "manifest.json").read_text())
            check(list(manifest["cases"]) == [part] and manifest["cases"][part], "the manifest lists no cases")
            manifest["cases"] = {"train": manifest["cases"][part]}
            (export / "manifest.json").write_text(json.dumps(manifest))
            said = program.run("eval", "score", questions, folder / "plain" / "answers", folder / f"scores-{part}",
                               "--trained-on", export, "--resamples", "50", expect=(expected,))
            check(expected == 0 or "trained with" in said, f"the reason is not told: {said}")
        check_no_key(folder)
        print(f"eval run: {count} questions, eight ways of breaking off, all answers the same")


if __name__ == "__main__":
    try:
        main()
    except Failure as problem:
        sys.exit(f"eval_run: {problem}")
