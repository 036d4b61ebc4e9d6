#!/usr/bin/env python3
"""Peer of `bench_probe dialogue tasks=plain`: the same conversations from prepared lists, templates as compiled f-strings,
one thread.

dialogue.py INPUTS rows|lines          times the making of rows (dicts), or of rows written as JSON lines
dialogue.py INPUTS check OURS          renders our choice of templates and compares texts, answers and records
"""
import hashlib
import json
import random
import re
import sys
import time

SUBJECTS = ("image", "frame", "picture", "surgical image")
LISTED_SHARE = 0.3


def f_string(template):
    """"{instruments|a} {instruments?is:are} ..." -> a function of the words that the two tasks need."""
    def slot(match):
        text = match.group(1)
        if "?" in text:
            one, many = text.split("?")[1].split(":")
            return "{%r if is_one else %r}" % (one, many)
        return "{%s}" % text.replace("|", "_")
    body = re.sub(r"\{([^}]*)\}", slot, template.replace('"', '\\"'))
    # A sentence begins with a capital; only those that begin with a slot need more than the template's own.
    begins_with_slot = body.startswith("{")
    made = eval('lambda subject, procedure, procedure_a, instruments, instruments_a, instruments_comma, is_one, '
                'candidates, candidates_or, candidates_comma, phase, phase_a: f"%s"' % body)
    if begins_with_slot:
        return lambda *words: (lambda t: t[0].upper() + t[1:])(made(*words))
    return made


def joined(words, last):
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + last + words[-1]


class Peer:
    def __init__(self, path):
        with open(path) as file:
            head = json.loads(file.readline())
            self.contexts = [json.loads(line) for line in file]
        self.words = head["words"]
        self.tools = head["tools"]
        self.label = {concept: label for concept, (label, _, _) in self.words.items()}
        self.with_article = {c: f"{article} {label}" if article else label for c, (label, article, _) in self.words.items()}
        self.is_plural = {concept: plural for concept, (_, _, plural) in self.words.items()}
        self.procedure = (self.label[head["procedure"]], self.with_article[head["procedure"]])
        self.groups = {}
        for task, document in head["templates"].items():
            for name, group in document["groups"].items():
                if name in ("open", "listed", "none"):
                    for part in ("questions", "answers"):
                        self.groups[task, name, part] = [f_string(t) for t in group.get(part, [])]
        self.random = random.Random(1)

    def instrument_words(self, subject, concepts, candidates):
        label, a = self.label, self.with_article
        there = [label[c] for c in concepts]
        offered = [label[c] for c in candidates]
        return (subject, *self.procedure, joined(there, " and ") if there else "",
                joined([a[c] for c in concepts], " and ") if there else "", ", ".join(there), len(there) == 1 and not self.is_plural[concepts[0]],
                joined(offered, " and ") if offered else "", joined(offered, " or ") if offered else "",
                ", ".join(offered), "", "")

    def phase_words(self, subject, concept):
        return (subject, *self.procedure, "", "", "", True, "", "", "", self.label[concept], self.with_article[concept])

    def candidates(self, concepts):
        offered = list(self.tools)
        self.random.shuffle(offered)
        return offered

    def row(self, context, task, turns, answer, answer_class, ordinals, templates):
        answer = json.dumps(answer, separators=(",", ":"))
        key = f"{task}\x1f{context['context_id']}\x1f{turns[0]}\x1f{turns[1]}\x1f{answer}"
        return {
            "conversation_id": hashlib.blake2b(key.encode(), digest_size=8).hexdigest(), "task": task,
            "source_id": context["source_id"], "video_id": context["video_id"], "case_id": context["case_id"],
            "context_id": context["context_id"], "subject": "frame", "begin_us": context["begin_us"],
            "end_us": context["end_us"], "form": "open", "turns": turns, "answer": answer,
            "answer_class": answer_class, "options": [], "boxes": [], "box_labels": [], "width": context["width"],
            "height": context["height"], "media": [context["media"]], "templates": templates, "ordinals": ordinals,
            "reasoning_id": "", "origin": "human"}

    def instrument_row(self, context):
        record = context["instruments"]
        concepts = record["concepts"]
        choice = self.random.random
        subject = SUBJECTS[int(choice() * 4)]
        is_listed = not concepts or choice() < LISTED_SHARE
        words = self.instrument_words(subject, concepts, self.candidates(concepts) if is_listed else ())
        asking = "listed" if is_listed else "open"
        saying = "none" if not concepts else asking
        questions = self.groups["instrument_recognition", asking, "questions"]
        answers = self.groups["instrument_recognition", saying, "answers"]
        q, a = int(choice() * len(questions)), int(choice() * len(answers))
        return self.row(context, "instrument_recognition", [questions[q](*words), answers[a](*words)],
                        {"shape": "concepts", "concepts": sorted(concepts)}, "+".join(sorted(concepts)) or "none",
                        record["ordinals"], f"{asking}.q{q + 1:02}/{saying}.a{a + 1:02}")

    def phase_row(self, context):
        record = context["phase"]
        choice = self.random.random
        concept = record["concepts"][0]
        words = self.phase_words(SUBJECTS[int(choice() * 4)], concept)
        questions = self.groups["phase_recognition", "open", "questions"]
        answers = self.groups["phase_recognition", "open", "answers"]
        q, a = int(choice() * len(questions)), int(choice() * len(answers))
        return self.row(context, "phase_recognition", [questions[q](*words), answers[a](*words)],
                        {"shape": "concepts", "concepts": [concept]}, concept, record["ordinals"],
                        f"open.q{q + 1:02}/open.a{a + 1:02}")

    def rows(self):
        for context in self.contexts:
            if "instruments" in context:
                yield self.instrument_row(context)
            if "phase" in context:
                yield self.phase_row(context)


def timed(peer, as_lines):
    count = characters = 0
    begin = time.perf_counter()
    if as_lines:
        dumps = json.dumps
        for row in peer.rows():
            count += 1
            characters += len(dumps(row))
    else:
        for row in peer.rows():
            count += 1
            characters += len(row["turns"][0]) + len(row["turns"][1])
    return {"seconds": time.perf_counter() - begin, "conversations": count, "characters": characters}


def could_render(peer, context, row):
    """Whether the peer's own f-strings, with the templates that the row names, give the row's texts for some subject."""
    groups = [re.match(r"(\w+)\.([qa])(\d+)$", part).groups() for part in re.split("[/;]", row["templates"])]
    if any(name == "listed" for name, _, _ in groups):
        return None  # other candidates were drawn: facts are compared, words are not
    for subject in SUBJECTS:
        words = (peer.instrument_words(subject, context["instruments"]["concepts"], ())
                 if row["task"] == "instrument_recognition" else
                 peer.phase_words(subject, context["phase"]["concepts"][0]))
        parts = {"q": "questions", "a": "answers"}
        texts = [peer.groups[row["task"], name, parts[kind]][int(number) - 1](*words) for name, kind, number in groups]
        if texts == row["turns"]:
            return True
    return False


def check(peer, path):
    """Ours and the peer's: the same (context, task) pairs with the same answers, classes and records."""
    peer_rows = {(r["context_id"], r["task"]): r for r in peer.rows()}
    contexts = {c["context_id"]: c for c in peer.contexts}
    differing, rendered, ours = [], 0, 0
    with open(path) as file:
        for line in file:
            row = json.loads(line)
            ours += 1
            other = peer_rows.pop((row["context_id"], row["task"]), None)
            facts = ("answer_class", "ordinals", "media")
            answer = lambda r: sorted(next(v for k, v in r.items() if k != "shape"))
            same = other is not None and all(other[f] == row[f] for f in facts)
            same = same and answer(json.loads(other["answer"])) == answer(row["answer"])
            words = could_render(peer, contexts[row["context_id"]], row) if same else None
            rendered += words is True
            if not same or words is False:
                differing.append([row, other])
    return {"conversations": ours, "texts_equal": rendered, "missing": len(peer_rows),
            "differences": len(differing) + len(peer_rows), "example": differing[:1]}


def main():
    peer = Peer(sys.argv[1])
    mode = sys.argv[2]
    print(json.dumps(check(peer, sys.argv[3]) if mode == "check" else timed(peer, mode == "lines")))


if __name__ == "__main__":
    main()
