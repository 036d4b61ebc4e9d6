"""Vectors of the metric family captions: pycocoevalcap and nltk (with an empty WordNet) on made-up captions that are
already in lower case and split by blanks, and nltk's stemmer on real and invented words. See vectors.py for the flags.
Needs pycocoevalcap, nltk. What needs Java (the PTB tokeniser, METEOR 1.5, SPICE) is left out."""
import random

import vectors
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
SUFFIXES = """s es ies ss sses ed eed ing y ational tional enci anci izer abli alli entli eli ousli ization ation ator
alism iveness fulness ousness aliti iviti biliti icate ative alize iciti ical ful ness al ance ence er ic able ible ant
ement ment ent sion tion ou ism ate iti ous ive ize e ll logi fulli bli""".split()


def sentence(draws):
    parts = []
    for _ in range(draws.choice([1, 1, 1, 2, 3])):
        parts.append(f"the {draws.choice(INSTRUMENTS)} {draws.choice(VERBS)} the {draws.choice(TARGETS)}")
    return " and ".join(parts)


def changed(text, draws):
    words = text.split()
    for _ in range(draws.randrange(0, 4)):
        at = draws.randrange(len(words))
        what = draws.randrange(4)
        if what == 0 and len(words) > 1:
            del words[at]
        elif what == 1:
            words.insert(at, draws.choice(VERBS + INSTRUMENTS))
        elif what == 2:
            other = draws.randrange(len(words))
            words[at], words[other] = words[other], words[at]
        else:
            words[at] = draws.choice(["duct", "the", "hook", "dissected"])
    return " ".join(words)


def answer_to(references, draws):
    kind = draws.random()
    if kind < 0.05:
        return ""
    if kind < 0.1:
        return draws.choice(INSTRUMENTS + ["the"])
    if kind < 0.15:
        return " ".join([draws.choice(INSTRUMENTS)] * draws.randrange(2, 12))  # clipped counts
    return sentence(draws) if kind < 0.3 else changed(draws.choice(references), draws)


def invented_word(draws):
    stem = "".join(draws.choice("bcdfghjklmnpqrstvwxz") + draws.choice("aeiouy") for _ in range(draws.randrange(0, 3)))
    return stem + draws.choice("bcdlnrstz") + draws.choice(["", draws.choice("lstz")]) + \
        "".join(draws.choice(SUFFIXES) for _ in range(draws.randrange(1, 3)))


def make(seed):
    draws = random.Random(seed)
    references, answers = {}, {}
    for i in range(draws.randrange(40, 80)):
        references[i] = [sentence(draws) for _ in range(draws.choice([1, 1, 2, 3]))]
        answers[i] = [answer_to(references[i], draws)]
    bleu, per_item_bleu = Bleu(4).compute_score(references, answers, verbose=0)
    rouge, per_item_rouge = Rouge().compute_score(references, answers)
    cider, per_item_cider = Cider().compute_score(references, answers)
    meteor = [meteor_score([r.split() for r in references[i]], answers[i][0].split(), wordnet=NoWordNet())
              for i in references]
    stemmer = PorterStemmer()
    return {
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
        "stems": {word: stemmer.stem(word) for word in STEM_WORDS + [invented_word(draws) for _ in range(150)]},
    }


if __name__ == "__main__":
    vectors.command_line(make, 20240717)
