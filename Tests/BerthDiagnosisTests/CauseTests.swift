import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import Testing

@testable import BerthDiagnosis

/// One line of the table: an exception, and what is said about it.
struct Expectation: Sendable, CustomTestStringConvertible {
    let sample: Sample
    let reason: Reason
    let says: [String]

    init(_ sample: Sample, _ reason: Reason, _ says: String...) {
        self.sample = sample
        self.reason = reason
        self.says = says
    }

    var testDescription: String { says.joined(separator: ", ") }
}

@Suite("Causes")
struct CauseTests {
    static let exceptions: [Expectation] = [
        Expectation(
            .raised(
                "import-failed",
                "ModuleNotFoundError",
                "No module named 'cv2'",
                text: "import cv2",
                more: [("module", "cv2")]
            ),
            .userScriptImportError,
            "`cv2`",
            "not in the environment"
        ),
        Expectation(
            .raised(
                "import-failed",
                "ModuleNotFoundError",
                "No module named 'imp'",
                text: "import imp",
                more: [("module", "imp")]
            ),
            .userScriptImportError,
            "`imp`",
            "Python 3.11"
        ),
        Expectation(
            .raised(
                "import-failed",
                "ImportError",
                "cannot import name 'Mapping' from 'collections' (/usr/lib/python3.11/collections/__init__.py)",
                text: "from collections import Mapping"
            ),
            .userScriptImportError,
            "Mapping",
            "Python 3.10"
        ),
        Expectation(
            .raised(
                "import-failed",
                "ImportError",
                "attempted relative import with no known parent package",
                text: "from .a import b"
            ),
            .userScriptImportError,
            "relative"
        ),
        Expectation(
            .raised(
                "import-failed",
                "ImportError",
                "libGL.so.1: cannot open shared object file: No such file or directory",
                text: "import cv2"
            ),
            .userScriptImportError,
            "libGL.so.1"
        ),
        Expectation(
            .raised(
                "import-failed",
                "ValueError",
                "numpy.dtype size changed, may indicate binary incompatibility",
                text: "import x"
            ),
            .userScriptImportError,
            "another NumPy"
        ),
        Expectation(
            .raised(
                "init-failed",
                "AttributeError",
                "module 'numpy' has no attribute 'float'",
                text: "x = np.float(1)"
            ),
            .userScriptInitFailed,
            "numpy.float",
            "NumPy 1.24"
        ),
        Expectation(
            .raised("init-failed", "NameError", "name 'np' is not defined", text: "x = np.zeros(1)"),
            .userScriptInitFailed,
            "`np`",
            "not defined"
        ),
        Expectation(
            .raised("init-failed", "KeyError", "'STORE_URL'", text: "os.environ['STORE_URL']"),
            .userScriptInitFailed,
            "STORE_URL",
            "not set"
        ),
        Expectation(
            .raised(
                "init-failed",
                "socket.gaierror",
                "[Errno -2] Name or service not known",
                text: "urlopen('http://models.example.org/x')"
            ),
            .userScriptInitFailed,
            "models.example.org",
            "resolved"
        ),
        Expectation(
            .raised("init-failed", "OSError", "[Errno 28] No space left on device", text: "f.write(x)"),
            .diskFull,
            "no space"
        ),
        Expectation(
            .raised("init-failed", "OSError", "[Errno 24] Too many open files: 'x'", text: "open('x')"),
            .userScriptInitFailed,
            "files open"
        ),
        Expectation(
            .raised(
                "init-failed",
                "PermissionError",
                "[Errno 13] Permission denied: '/opt/x'",
                text: "open('/opt/x', 'w')",
                more: [("path", "/opt/x")]
            ),
            .userScriptInitFailed,
            "writes",
            "/opt/x"
        ),
        Expectation(
            .raised(
                "init-failed",
                "AttributeError",
                "Can't get attribute 'Scaler' on <module '__main__' from 'x'>",
                text: "pickle.load(f)"
            ),
            .modelLoadFailed,
            "Scaler"
        ),
        Expectation(
            .raised(
                "init-failed",
                "RuntimeError",
                "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False",
                text: "torch.load(p)"
            ),
            .modelLoadFailed,
            "CUDA"
        ),
        Expectation(
            .raised("init-failed", "_pickle.UnpicklingError", "invalid load key, 'v'.", text: "pickle.load(f)"),
            .modelLoadFailed,
            "invalid load key"
        ),
        Expectation(
            .raised(
                "init-failed",
                "FileNotFoundError",
                "[Errno 2] No such file or directory: '/instance/m/a.pkl'",
                text: "open(p)",
                more: [("path", "/instance/m/a.pkl")]
            ),
            .modelFileNotFound,
            "a.pkl",
            "the deployment has no model"
        ),
        Expectation(
            .raised("init-failed", "MemoryError", "Unable to allocate 8.00 TiB for an array", text: "np.zeros(n)"),
            .userScriptInitFailed,
            "8.00 TiB",
            "limit"
        ),
        Expectation(
            .raised("init-failed", "SystemExit", "3", text: "sys.exit(3)"),
            .workerExited,
            "status 3"
        ),
        Expectation(
            .raised(
                "run-failed",
                "json.decoder.JSONDecodeError",
                "Expecting value: line 1 column 1 (char 0)",
                text: "json.loads(raw)"
            ),
            .userScriptRunFailed,
            "JSON"
        ),
        Expectation(
            .raised(
                "run-failed",
                "ValueError",
                "X has 2 features, but Ridge is expecting 3 features as input.",
                text: "model.predict(x)"
            ),
            .userScriptRunFailed,
            "2 features",
            "3"
        ),
        Expectation(
            .raised(
                "run-failed",
                "TypeError",
                "Object of type ndarray is not JSON serializable",
                text: "json.dumps(x)"
            ),
            .userScriptRunFailed,
            "ndarray"
        ),
        Expectation(
            .raised(
                "run-failed",
                "sklearn.exceptions.NotFittedError",
                "This Ridge instance is not fitted yet.",
                text: "model.predict(x)"
            ),
            .userScriptRunFailed,
            "never trained"
        ),
    ]

    @Test("an exception is told as its cause, at the user's line", arguments: exceptions)
    func explainsException(expectation: Expectation) throws {
        let found = try #require(expectation.sample.first)
        #expect(found.reason == expectation.reason, "\(found.message)")
        for part in expectation.says { #expect(found.message.contains(part)) }
        #expect(found.location == nil || found.location?.path == "score.py")
        #expect(found.location?.line == 3)
        #expect(found.message.count < 600)
        #expect(found.message.first?.isUppercase == false)
    }

    static let deaths: [Expectation] = [
        Expectation(.died(signal: 11), .workerCrashed, "SIGSEGV"),
        Expectation(.died(signal: 4), .workerCrashed, "SIGILL", "processor"),
        Expectation(.died(signal: 9), .workerKilled, "from outside"),
        Expectation(.died(status: 0), .workerExited, "status 0"),
        Expectation(
            .stuck(.readinessWindowPassed(seconds: 30), text: "time.sleep(9)"),
            .userScriptInitTimedOut,
            "sleeps"
        ),
        Expectation(
            .stuck(.readinessWindowPassed(seconds: 30), text: "app.run()"),
            .userScriptInitTimedOut,
            "server of its own"
        ),
        Expectation(.stuck(.livenessFailed(failures: 3), text: "lock.acquire()"), .userScriptInitTimedOut, "liveness"),
    ]

    @Test("an end without an exception is told by what was seen", arguments: deaths)
    func explainsDeath(expectation: Expectation) throws {
        let found = try #require(expectation.sample.first)
        #expect(found.reason == expectation.reason, "\(found.message)")
        for part in expectation.says { #expect(found.message.contains(part)) }
    }

    static let problems: [(String, String, Reason)] = [
        ("no-init", "", .userScriptFunctionNotFound), ("no-run", "", .userScriptFunctionNotFound),
        ("run-signature", "run() needs to accept an argument", .userScriptSignatureError),
        ("init-signature", "requires: path", .userScriptSignatureError), ("script-missing", "", .userScriptNotFound),
        ("rawhttp-and-schema", "", .userScriptSignatureError), ("werkzeug-missing", "", .userScriptImportError),
    ]

    @Test("what the script lacks is named", arguments: problems)
    func namesProblem(kind: String, detail: String, reason: Reason) {
        var sample = Sample()
        sample.event("script-invalid", [("problem", .string(kind)), ("detail", .string(detail))])
        #expect(sample.first?.reason == reason)
    }
}
