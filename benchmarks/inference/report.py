"""What was measured, as a table in Markdown, and which of the aims are met."""

import os
import platform
import statistics

MODELS = {"echo": "Echo", "sklearn": "scikit-learn (logistic regression, 10 features)"}
OURS, ORIGINAL, FASTAPI = "ours (unix socket)", "azmlinfsrv 1.5.1", "FastAPI + uvicorn[standard]"
# CPU per request of ours, divided by that of the other.
MAX_RATIOS = (
    ("echo", FASTAPI, 0.36),
    ("echo", ORIGINAL, 0.09),
    ("sklearn", FASTAPI, 0.75),
    ("sklearn", ORIGINAL, 0.33),
)
MAX_FIRST_ANSWER = 0.15
MAX_MEMORY_MB = 15.0

HEADS = ("server", "CPU of `%s` ÷ its CPU", "CPU µs per request", "requests/s", "p50 ms", "p99 ms")
HEADS += ("memory MB (PSS)", "first answer s", "CPU s until then")


class Findings:
    def __init__(self, options, missing):
        self._options = options
        self._kept = ""
        if options.append:
            with open(options.output, encoding="utf-8") as file:
                self._kept = file.read()
        # (model, server) -> one dictionary of figures a round
        self._rounds = {}
        self._load = []
        self.missing = missing
        self.failed = {}
        # Model -> MB of the user's code in an interpreter without a server.
        self.alone = {}

    def add(self, model, name, figures):
        self._rounds.setdefault((model, name), []).append(figures)
        self._load.append(os.getloadavg()[0])

    def median(self, model, name):
        rounds = self._rounds[model, name]
        return {key: statistics.median(figures[key] for figures in rounds) for key in rounds[0]}

    def verdict(self):
        """The aims as a table: aim, measured, met or not."""
        rows = []
        for model, other, most in MAX_RATIOS:
            if (model, OURS) in self._rounds and (model, other) in self._rounds:
                ratio = self.median(model, OURS)["cpu"] / self.median(model, other)["cpu"]
                rows.append(("%s, CPU ≤ %.2f × %s" % (model, most, other), "%.2f" % ratio, ratio <= most))
        for model in MODELS:
            if (model, OURS) not in self._rounds:
                continue
            got = self.median(model, OURS)
            if model == "echo":
                text = "%.2f s (%.2f s of CPU)" % (got["first"], got["start"])
                rows.append(
                    (
                        "first answer ≤ %.2f s, script without imports" % MAX_FIRST_ANSWER,
                        text,
                        got["first"] <= MAX_FIRST_ANSWER,
                    )
                )
            beside = got["memory"] - self.alone.get(model, 0.0)
            text = "%.1f MB (%.1f with the code, %.1f the code alone)" % (
                beside,
                got["memory"],
                self.alone.get(model, 0.0),
            )
            rows.append(
                ("%s, ≤ %.0f MB beside the user's code" % (model, MAX_MEMORY_MB), text, beside <= MAX_MEMORY_MB)
            )
        lines = ["| aim | measured | |", "| --- | --- | --- |"]
        return "\n".join(
            lines + ["| %s | %s | %s |" % (aim, text, "met" if met else "MISSED") for aim, text, met in rows]
        )

    def write(self):
        options = self._options
        rounds = max(len(figures) for figures in self._rounds.values())
        lines = ["# A further run" if self._kept else "# The inference server beside others", ""]
        amount = "%d requests" % options.requests if options.requests else "%g s" % options.seconds
        lines += [
            "Measured by `run.py`: %d rounds of %s over %d connections, one worker each, servers in turn within each round; "
            "medians. Python %s, %d cores, load average %.1f to %.1f. CPU time per request is the figure to trust; rates and "
            "latencies compare within a run only."
            % (
                rounds,
                amount,
                options.connections,
                platform.python_version(),
                os.cpu_count(),
                min(self._load),
                max(self._load),
            ),
            "",
            self.verdict(),
        ]
        for model in MODELS:
            lines += self._table(model)
        if self.missing:
            lines += ["", "Not installed when this was measured: %s." % ", ".join(self.missing)]
        for name, problem in self.failed.items():
            lines += ["", "%s failed: `%s`" % (name, problem.replace("\n", " ")[-300:])]
        with open(options.output, "w", encoding="utf-8") as file:
            file.write((self._kept + "\n" if self._kept else "") + "\n".join(lines) + "\n")

    def _table(self, model):
        names = [name for known, name in self._rounds if known == model]
        if not names:
            return []
        lines = [
            "",
            "## " + MODELS[model],
            "",
            "| " + " | ".join(HEADS) % names[0] + " |",
            "| --- |" + " ---: |" * (len(HEADS) - 1),
        ]
        base = self.median(model, names[0])["cpu"]
        for name in names:
            got = self.median(model, name)
            lines.append(
                "| %s | %.2f | %.0f | %.0f | %.1f | %.1f | %.1f | %.2f | %.2f |"
                % (
                    name,
                    base / got["cpu"],
                    got["cpu"],
                    got["rate"],
                    got["p50"],
                    got["p99"],
                    got["memory"],
                    got["first"],
                    got["start"],
                )
            )
        return lines
