import BerthJSON
import BerthModel
import BerthRuntime
import BerthTesting
import Testing

@Suite("What a user reads")
struct GoldenTests {
    static let samples: [(String, @Sendable () throws -> Sample)] = [
        (
            "missing-module.txt",
            {
                var sample = Sample()
                try sample.files([
                    "code/score.py":
                        "import json\nimport os\nimport xgboost\nimport lightgbm\ndef init(): pass\ndef run(data): return data\n"
                ])
                sample.conda = "name: e\ndependencies:\n  - python=3.11\n  - pip:\n      - pandas\n"
                sample.log = ["I - Starting", "ModuleNotFoundError: No module named 'xgboost'"]
                sample.add(
                    "import-failed",
                    "ModuleNotFoundError",
                    "No module named 'xgboost'",
                    text: "import xgboost",
                    more: [("module", "xgboost")]
                )
                return sample
            }
        ),
        (
            "missing-global.txt",
            {
                var sample = Sample()
                try sample.files([
                    "code/score.py":
                        "def init():\n    model = 1\n    return model + 0\n\n\ndef run(data):\n    return model\n"
                ])
                sample.add("run-failed", "NameError", "name 'model' is not defined", line: 7, text: "return model")
                return sample
            }
        ),
        (
            "lfs-pointer.txt",
            {
                var sample = Sample()
                let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1048576\n"
                try sample.files([
                    "code/score.py": "def init():\n    with open('model.pkl') as f:\n        load(f)\n",
                    "model/model.pkl": pointer,
                ])
                sample.add("init-failed", "_pickle.UnpicklingError", "invalid load key, 'v'.", text: "load(f)")
                return sample
            }
        ),
        ("hang.txt", { Sample.stuck(.readinessWindowPassed(seconds: 310), text: "time.sleep(600)") }),
        ("killed.txt", { Sample.died(signal: 9) }),
        (
            "out-of-memory.txt",
            {
                var sample = Sample.died(signal: 9)
                sample.spec.environmentVariables["WORKER_COUNT"] = "4"
                sample.event(
                    "memory-limit-exceeded",
                    [("residentBytes", 1_288_490_189), ("limitBytes", 1_073_741_824)]
                )
                return sample
            }
        ),
    ]

    @Test("the text is the golden one", arguments: samples.map(\.0))
    func text(name: String) throws {
        let sample = try #require(Self.samples.first { $0.0 == name }).1()
        #expect(Golden.difference(sample.text, name) == nil)
    }
}
