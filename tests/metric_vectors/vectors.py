"""What the scripts of this folder share: their command line and how a document is written.

FAMILY.py [--seed N] [--out DIR] [--check]

Without flags a script writes FAMILY.json beside itself, from the seed that stands in it. --seed makes every random input
anew: sizes, classes, ties, empty sets, absent classes, misses. --out writes into another folder. --check makes the
script's own seed once more and fails where the file beside it says something else (numbers may differ by rounding, as
they do from one version of a package to the next). tests/parity/run.sh uses all three.
"""
import argparse
import json
import math
import pathlib
import sys


def number(value):
    """Undefined is null, infinity "inf"."""
    value = float(value)
    return None if math.isnan(value) else "inf" if math.isinf(value) else value


def numbers(values):
    return [number(value) for value in values]


def ratio(above, below):
    return float(above / below) if below else None


def mean(values):
    """Of what is defined; of nothing it is undefined."""
    values = [float(v) for v in values if v is not None and not math.isnan(v)]
    return math.fsum(values) / len(values) if values else None


def plain(value):
    """numpy's numbers and arrays as json knows them."""
    return value.tolist()


def difference(made, kept, where=""):
    """The first place where two documents differ by more than rounding, or None."""
    if isinstance(made, dict) and isinstance(kept, dict):
        if made.keys() != kept.keys():
            return f"{where}: other keys"
        pairs = [(key, made[key], kept[key]) for key in made if key != "made_by"]
    elif isinstance(made, list) and isinstance(kept, list):
        if len(made) != len(kept):
            return f"{where}: {len(made)} instead of {len(kept)} entries"
        pairs = [(i, *pair) for i, pair in enumerate(zip(made, kept))]
    elif isinstance(made, float) and isinstance(kept, (int, float)):
        return None if abs(made - kept) <= 1e-7 * max(1, abs(kept)) else f"{where}: {made} instead of {kept}"
    else:
        return None if made == kept else f"{where}: {made} instead of {kept}"
    return next((found for key, a, b in pairs if (found := difference(a, b, f"{where}/{key}"))), None)


def whole(document):
    """The document with what JSON has no number for as number() gives it."""
    if isinstance(document, dict):
        return {key: whole(value) for key, value in document.items()}
    if isinstance(document, (list, tuple)):
        return [whole(value) for value in document]
    return number(document) if isinstance(document, float) else document


def text_of(document):
    return json.dumps(whole(document), separators=(",", ":"), default=plain, allow_nan=False) + "\n"


def command_line(make, own_seed):
    """make(seed) gives the document."""
    script = pathlib.Path(sys.argv[0])
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--seed", type=int, default=own_seed, help=f"of all random inputs (default: {own_seed})")
    parser.add_argument("--out", type=pathlib.Path, default=script.parent, help="folder (default: beside the script)")
    parser.add_argument("--check", action="store_true", help="also compare the script's own seed with the file beside it")
    flags = parser.parse_args()
    if flags.check:
        kept = json.loads(script.with_suffix(".json").read_text(encoding="utf-8"))
        if found := difference(json.loads(text_of(make(own_seed))), kept):
            sys.exit(f"{script.name} no longer makes {script.with_suffix('.json').name}; the first difference is at {found}")
    flags.out.mkdir(parents=True, exist_ok=True)
    (flags.out / script.with_suffix(".json").name).write_text(text_of(make(flags.seed)), encoding="utf-8")
