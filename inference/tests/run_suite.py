"""Runs the test modules that are named, and prints `RESULT passed failed skipped` last."""

import sys
import unittest


class Counting(unittest.TextTestResult):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.passed = 0
        self.subtests_failed = set()

    def addSuccess(self, test):
        super().addSuccess(test)
        # A test with a failed part is reported as a success by some releases.
        if test.id() not in self.subtests_failed:
            self.passed += 1

    def addSubTest(self, test, subtest, problem):
        super().addSubTest(test, subtest, problem)
        if problem is not None:
            self.subtests_failed.add(test.id())

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.stream.writeln("skipped: %s: %s" % (test.id(), reason))


def main(modules):
    suite = unittest.defaultTestLoader.loadTestsFromNames(modules)
    result = unittest.TextTestRunner(stream=sys.stdout, resultclass=Counting, verbosity=1).run(suite)
    failed = len({test.id().partition(" ")[0] for test, _ in result.failures + result.errors})
    print("RESULT %d %d %d" % (result.passed, failed, len(result.skipped)))
    return 1 if failed or result.testsRun == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
