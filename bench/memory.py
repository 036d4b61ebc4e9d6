"""Commands one after another with their resident memory over time, and a plot of it."""
import json
import subprocess
import threading
import time

from harness import Failure, say

EVERY_S = 0.1
COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377")


def resident_mb(process_id):
    """VmRSS; nothing when the process is gone."""
    try:
        with open(f"/proc/{process_id}/status") as status:
            return next((int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS:")), None)
    except (FileNotFoundError, ProcessLookupError):
        return None


class Steps:
    def __init__(self, folder):
        self.folder = folder
        self.begin = time.perf_counter()
        self.samples = {}  # name -> [(seconds, MB)]
        self.spans = []    # (name, begin, end)
        self.answers = {}

    def now(self):
        return time.perf_counter() - self.begin

    def run(self, name, command):
        begin = self.now()
        process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True, cwd=self.folder)
        samples = self.samples.setdefault(name, [])
        is_over = threading.Event()

        def sample():
            while not is_over.wait(EVERY_S):
                megabytes = resident_mb(process.pid)
                if megabytes:
                    samples.append((self.now(), megabytes))

        watcher = threading.Thread(target=sample)
        watcher.start()
        output, _ = process.communicate()
        is_over.set()
        watcher.join()
        if process.returncode not in (0, 3):
            raise Failure(f"exit code {process.returncode}: {' '.join(str(c) for c in command)[:400]}")
        self.spans.append((name, begin, self.now()))
        self.answers[name] = json.loads(output) if output.startswith("{") else {}
        say(f"  {name}: {self.now() - begin:.1f} s, {max((m for _, m in samples), default=0):.0f} MB")

    def seconds(self):
        return sum(end - begin for _, begin, end in self.spans)

    def parts(self):
        return [(name, round(end - begin, 1)) for name, begin, end in self.spans]

    def peak_mb(self):
        return max(m for samples in self.samples.values() for _, m in samples)

    def halves(self, name):
        """The most in the first and in the second half of a step."""
        samples = self.samples[name]
        middle = len(samples) // 2
        return max(m for _, m in samples[:middle + 1]), max(m for _, m in samples[middle:])

    def svg(self, title):
        wide, high, left, top, right, bottom = 800, 320, 60, 40, 20, 50
        span_s, most_mb = self.spans[-1][2], 1100
        x = lambda seconds: left + (wide - left - right) * seconds / span_s
        y = lambda mb: high - bottom - (high - top - bottom) * mb / most_mb
        out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="12">',
               f'<rect width="{wide}" height="{high}" fill="white"/>', f'<text x="{left}" y="20" font-size="14">{title}</text>']
        for mb in range(0, most_mb, 256):
            out.append(f'<line x1="{left}" x2="{wide - right}" y1="{y(mb):.1f}" y2="{y(mb):.1f}" stroke="#ddd"/>')
            out.append(f'<text x="{left - 6}" y="{y(mb) + 4:.1f}" text-anchor="end">{mb}</text>')
        out.append(f'<line x1="{left}" x2="{wide - right}" y1="{y(1024):.1f}" y2="{y(1024):.1f}" stroke="#b00" '
                   f'stroke-dasharray="6 4"/><text x="{wide - right}" y="{y(1024) - 5:.1f}" text-anchor="end" fill="#b00">1 GiB</text>')
        for i, (name, begin, end) in enumerate(self.spans):
            colour = COLOURS[i % len(COLOURS)]
            points = thinned(self.samples[name])
            if points:
                out.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="'
                           + " ".join(f"{x(s):.1f},{y(m):.1f}" for s, m in points) + '"/>')
            if end - begin > 0.08 * span_s:
                out.append(f'<text x="{x((begin + end) / 2):.1f}" y="{high - 30}" text-anchor="middle" fill="{colour}">{name}</text>')
        step = next(s for s in (1, 2, 5, 10, 20, 30, 60, 120, 300, 600) if span_s / s <= 12)
        for second in range(0, int(span_s) + 1, step):
            out.append(f'<text x="{x(second):.1f}" y="{high - 12}" text-anchor="middle" fill="#555">{second}</text>')
        out.append(f'<text x="{wide - right}" y="{high - 1}" text-anchor="end" fill="#555">seconds</text>')
        out.append(f'<text x="8" y="{top - 6}" fill="#555">resident MB</text></svg>')
        return "\n".join(out) + "\n"


def thinned(samples, most=400):
    """At most so many points: of neighbours the largest, so that no peak is lost."""
    group = max(1, -(-len(samples) // most))
    return [max(samples[i:i + group], key=lambda s: s[1]) for i in range(0, len(samples), group)]
