#!/usr/bin/env python3
"""Writes captions.json: scores of made-up captions by pycocoevalcap and nltk (with an empty WordNet), on texts that are
already in lower case and split by blanks. Needs: pip install pycocoevalcap nltk."""
import json
import pathlib
import random

from nltk.stem.porter import PorterStemmer
from nltk.translate.meteor_score import meteor_score
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge


class NoWordNet:
    def synsets(self, word):
        return []


INSTRUMENTS = "grasper hook scissors clipper irrigator bipolar".split()
VERBS = "retracts dissects cuts clips irrigates coagulates grasps dissecting retracting clipping is was".split()
TARGETS = ["gallbladder", "cystic duct", "cystic artery", "liver", "liver bed", "omentum", "peritoneum"]
STEM_WORDS = """caresses ponies ties caress cats feed agreed plastered bled motoring sing conflated troubled sized
hopping tanned falling hissing fizzed failing filing happy sky enjoy dies died spied flies relational conditional
rational valenci hesitanci digitizer conformabli radicalli differentli vileli analogousli vietnamization predication
operator feudalism decisiveness hopefulness callousness formaliti sensitiviti sensibiliti triplicate formative formalize
electriciti electrical hopeful goodness revival allowance inference airliner gyroscopic adjustable defensible irritant
replacement adjustment dependent adoption homologou communism activate angulariti homologous effective bowdlerize
probate rate cease controll roll dissection dissecting dissected coagulation retracted clipping clipped irrigation
suturing sutures artery arteries ducts biopsies generously apology geology fully carefully news proceed lying yyy by a
is triangulation peritoneal vessels laparoscopic cholecystectomy hepatocystic seizing""".split()


def sentence(draws):
    parts = []
    for _ in range(draws.choice([1, 1, 1, 2, 3])):
        parts.append(f"the {draws.choice(INSTRUMENTS)} {draws.choice(VERBS)} the {draws.choice(TARGETS)}")
    return " and ".join(parts)


def changed(text, draws):
    words = text.split()
    for _ in range(draws.randrange(0, 4)):
        at = draws.randrange(len(words))
        what = draws.randrange(3)
        if what == 0 and len(words) > 1:
            del words[at]
        elif what == 1:
            words.insert(at, draws.choice(VERBS + INSTRUMENTS))
        else:
            words[at] = draws.choice(["duct", "the", "hook", "dissected"])
    return " ".join(words)


def main():
    draws = random.Random(20240717)
    references, answers = {}, {}
    for i in range(60):
        references[i] = [sentence(draws) for _ in range(draws.choice([1, 1, 2, 3]))]
        answers[i] = [changed(draws.choice(references[i]), draws) if draws.random() < 0.8 else sentence(draws)]
    bleu, per_item_bleu = Bleu(4).compute_score(references, answers, verbose=0)
    rouge, per_item_rouge = Rouge().compute_score(references, answers)
    cider, per_item_cider = Cider().compute_score(references, answers)
    meteor = [meteor_score([r.split() for r in references[i]], answers[i][0].split(), wordnet=NoWordNet())
              for i in references]
    stemmer = PorterStemmer()
    out = {
        "made_by": "pycocoevalcap 1.2, nltk 3.10.4",
        "references": [references[i] for i in references],
        "answers": [answers[i][0] for i in answers],
        "bleu": list(bleu),
        "bleu_4_of_item": list(per_item_bleu[3]),
        "rouge_l": float(rouge),
        "rouge_l_of_item": [float(x) for x in per_item_rouge],
        "cider_d": float(cider),
        "cider_d_of_item": [float(x) for x in per_item_cider],
        "meteor_of_item": meteor,
        "stems": {word: stemmer.stem(word) for word in STEM_WORDS},
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(out) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
