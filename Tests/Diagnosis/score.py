"""Compares a verdict with what the case expects, and counts."""

MAX_MESSAGE = 600


class Board:
    def __init__(self):
        self.right = 0
        self.controls = 0
        self.broken = 0
        self.wrong = []
        self.alarms = []
        self.skipped = []
        self.slowest = (0.0, "")
        self.verdict_ms = 0.0

    def add(self, case, outcome, verdict):
        if outcome.skipped:
            self.skipped.append("%s: %s" % (case.name, outcome.skipped))
            return
        self.slowest = max(self.slowest, (outcome.seconds, case.name))
        faults = self._faults(case, outcome, verdict)
        if case.is_healthy:
            self.controls += 1
        else:
            self.broken += 1
        if not faults:
            self.right += 1
        elif case.is_healthy:
            self.alarms.append((case.name, faults))
        else:
            self.wrong.append((case.name, faults))

    def _faults(self, case, outcome, verdict):
        if outcome.problem:
            return ["did not run as meant: " + outcome.problem]
        if verdict is None or "diagnostics" not in verdict:
            return ["no verdict: %s" % (verdict or {}).get("error")]
        self.verdict_ms = max(self.verdict_ms, verdict["ms"])
        found = verdict["diagnostics"]
        if case.is_healthy:
            return _warning_faults(found, case.expected.get("warnings", []))
        if not found:
            return ["no diagnostic"]
        errors = [one for one in found if one.get("severity") != "warning"]
        faults = _faults_of(errors[0], case.expected) if errors else ["only warnings"]
        for index, wanted in enumerate(case.expected.get("also", [])):
            if index + 1 >= len(errors):
                faults.append("also[%d] is missing" % index)
            else:
                faults += ["also[%d]: %s" % (index, fault) for fault in _faults_of(errors[index + 1], wanted)]
        if "also" not in case.expected and len(errors) > 1:
            faults.append("one cause too many: " + errors[1]["message"])
        for one in found:
            faults += _form_faults(one)
        faults += ["there is no Japanese for: " + message for message in verdict.get("untranslated", [])]
        return faults

    def is_right(self):
        return not self.wrong and not self.alarms

    def text(self, seconds):
        lines = []
        for title, entries in (("wrong", self.wrong), ("false alarms", self.alarms)):
            for name, faults in entries:
                lines.append("%s: %s" % (title, name))
                lines += ["    " + fault for fault in faults]
        lines += ["skipped: " + text for text in self.skipped]
        lines.append(
            "%d of %d fully right (%d broken, %d controls); %d wrong, %d false alarms, %d skipped; %.0f s, slowest case %.1f s (%s), "
            "slowest verdict %.0f ms" % (
                self.right, self.broken + self.controls, self.broken, self.controls, len(self.wrong), len(self.alarms),
                len(self.skipped), seconds, self.slowest[0], self.slowest[1], self.verdict_ms,
            )
        )
        faulty = len(self.wrong) + len(self.alarms)
        lines.append("%d passed, %d failed, %d skipped" % (self.right, faulty, len(self.skipped)))
        return "\n".join(lines)


def _faults_of(found, expected):
    faults = []
    for key in ("code", "reason"):
        if key in expected and found.get(key) != expected[key]:
            faults.append("%s is %s, not %s (%s)" % (key, found.get(key), expected[key], found["message"]))
    if "location" in expected:
        place = found.get("location") or {}
        wanted = expected["location"] or {}
        different = [key for key in ("path", "line") if place.get(key) != wanted.get(key)]
        if "column" in wanted and place.get("column") != wanted["column"]:
            different.append("column")
        if different:
            faults.append("location is %s, not %s (%s)" % (place, wanted, found["message"]))
    for word in _words(expected.get("culprit")):
        if word not in found["message"]:
            faults.append("the message does not name %s: %s" % (word, found["message"]))
    for word in _words(expected.get("help")):
        if word not in "\n".join(found["help"]):
            faults.append("the help does not say %s: %s" % (word, found["help"]))
    return faults


def _words(value):
    return [value] if isinstance(value, str) else value or []


def _form_faults(found):
    message = found["message"]
    faults = []
    if len(message) >= MAX_MESSAGE:
        faults.append("the message has %d characters" % len(message))
    first = message[:1]
    if first.isupper() and not message.split(" ", 1)[0].isupper() and "_" not in message.split(" ", 1)[0]:
        faults.append("the message begins with a capital: " + message)
    if message.endswith("."):
        faults.append("the message ends with a full stop: " + message)
    if "\n" in message:
        faults.append("the message has several lines")
    return faults


def _warning_faults(found, expected):
    faults = ["is no warning: " + one["message"] for one in found if one.get("severity") != "warning"]
    if len(found) != len(expected):
        return faults + ["%d warnings, not %d: %s" % (len(found), len(expected), [one["message"] for one in found])]
    for one, word in zip(found, expected):
        if word not in one["message"]:
            faults.append("the warning does not name %s: %s" % (word, one["message"]))
    return faults
