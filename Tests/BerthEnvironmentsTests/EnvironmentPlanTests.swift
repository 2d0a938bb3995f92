import BerthDiagnostics
import BerthModel
import Testing

@testable import BerthEnvironments

/// A plan of a conda file, as if it lay at `conda.yaml`.
func makePlan(_ conda: String, tags: [String: String] = [:]) throws -> EnvironmentPlan {
    var spec = EnvironmentSpec()
    spec.condaFile = conda
    spec.condaFilePath = "conda.yaml"
    spec.tags = tags
    return try EnvironmentPlan(spec)
}

/// The diagnostic that a closure throws.
func diagnostic(_ body: () throws -> Void) throws -> Diagnostic {
    do {
        try body()
    } catch let error as Diagnostic {
        return error
    }
    throw Missing()
}

struct Missing: Error {}

@Suite("EnvironmentPlan")
struct EnvironmentPlanTests {
    @Test("a usual conda file becomes a list of requirements")
    func usual() throws {
        let plan = try makePlan(
            """
            name: model-env
            channels:
              - conda-forge
            dependencies:
              - python=3.11
              - pip=21.2.4
              - setuptools
              - numpy=1.21.2
              - conda-forge::pytorch>=1.10
              - pip:
                  - scikit-learn==1.5.2
                  - inference-schema[numpy-support]==1.8.0  # decorators
                  - 'xgboost>=2; python_version>"3.8"'
            variables:
              OMP_NUM_THREADS: 2
            """
        )
        #expect(
            plan.requirements.map(\.text) == [
                "numpy==1.21.2", "torch>=1.10", "scikit-learn==1.5.2", "inference-schema[numpy-support]==1.8.0",
                "xgboost>=2; python_version>\"3.8\"",
            ]
        )
        #expect(
            plan.requirements.map(\.name) == ["numpy", "torch", "scikit-learn", "inference-schema", "xgboost"]
        )
        #expect(plan.requirements.map(\.origin.location.line) == [8, 9, 11, 12, 13])
        #expect(plan.wish?.text == "python=3.11")
        #expect(plan.wish?.admits(PythonVersion(3, 11, 7)) == true)
        #expect(plan.wish?.admits(PythonVersion(3, 12, 1)) == false)
        #expect(plan.variables == ["OMP_NUM_THREADS": "2"])
        #expect(plan.notes.contains("conda's `pytorch` is `torch` on PyPI"))
    }

    @Test("names that are no Python packages are named one by one in one diagnostic")
    func unmappable() throws {
        let error = try diagnostic {
            _ = try makePlan("dependencies:\n  - numpy\n  - r-base=4.1\n  - cudatoolkit=11.3\n  - gcc\n")
        }
        #expect(error.reason == .packageNotMappable)
        #expect(error.code == .imageBuildFailure)
        #expect(error.location?.line == 3)
        #expect(error.evidence.map(\.line) == [3, 4, 5])
        for name in ["r-base=4.1", "cudatoolkit=11.3", "gcc"] { #expect(error.message.contains("`\(name)`")) }
        #expect(error.help.count == 1)
    }

    @Test("a library that wheels bundle is left out where the environment's tag asks")
    func ignored() throws {
        let conda = "dependencies:\n  - pytorch=1.10.0\n  - cudatoolkit=11.3\n  - mkl\n"
        let error = try diagnostic { _ = try makePlan(conda) }
        #expect(error.help.first?.contains("tags: {berth.ignore_conda_packages: \"cudatoolkit,mkl\"}") == true)
        let plan = try makePlan(conda, tags: ["berth.ignore_conda_packages": "cudatoolkit, mkl"])
        #expect(plan.requirements.map(\.text) == ["torch==1.10.0"])
    }

    @Test(
        "numpy<2 is added for a pin from before NumPy 2",
        arguments: [
            ("scikit-learn==1.3.0", true), ("scikit-learn==1.4.2", false), ("scikit-learn==0.24.*", true),
            ("scikit-learn==1.*", false), ("scikit-learn<1.4.2", true), ("scikit-learn<=1.4.2", false),
            ("scikit-learn~=1.3.0", true), ("scikit-learn~=1.3", false), ("scikit-learn>=1.0", false),
            ("scikit-learn", false), ("pandas==2.2.1", true), ("pandas==2.2.2", false), ("torch==2.2.2+cpu", true),
            ("somethingelse==0.1", false),
        ]
    )
    func numpy(requirement: String, isAdded: Bool) throws {
        let text = "dependencies:\n  - pip:\n    - \(requirement)\n"
        #expect(try makePlan(text).constraints == (isAdded ? ["numpy<2"] : []))
        #expect(try makePlan(text + "    - numpy==1.26.4\n").constraints == [])
        #expect(try makePlan(text + "    - numpy\n").constraints == (isAdded ? ["numpy<2"] : []))
    }

    @Test("the original inference server gives way to ours, and what scripts import of it stays")
    func inferenceServer() throws {
        let plan = try makePlan(
            "dependencies:\n  - pip:\n    - azureml-inference-server-http==1.4.1\n    - joblib\n    - werkzeug==3.0.0\n"
        )
        #expect(Set(plan.requirements.map(\.text)) == ["joblib", "werkzeug==3.0.0", "inference-schema"])
        #expect(plan.notes.contains { $0.contains("azureml-inference-server-http") })
    }

    @Test("a spec without a conda file is an environment without packages, and says so")
    func imageOnly() throws {
        var spec = EnvironmentSpec()
        spec.image = "example.azurecr.io/model:1"
        let plan = try EnvironmentPlan(spec)
        #expect(plan.requirements.isEmpty)
        #expect(plan.notes.first?.contains("example.azurecr.io/model:1") == true)
    }

    @Test(
        "a file that is no conda file is refused with its place",
        arguments: [
            ("dependencies: numpy\n", 1), ("dependencies:\n  - numpy\n  - pip: six\n", 3),
            ("dependencies:\n  - numpy: 1.2\n", 2), ("- numpy\n", 1), ("dependencies:\n  - [numpy]\n", 2),
            ("dependencies:\n  - pip:\n    - six: 1\n", 3), ("dependencies: [a\n", 2),
        ]
    )
    func notConda(text: String, line: Int) throws {
        let error = try diagnostic { _ = try makePlan(text) }
        #expect(error.code == .badArgument)
        #expect(error.reason == .specInvalid)
        #expect(error.location?.path == "conda.yaml")
        #expect(error.location?.line == line, "\(error)")
    }

    @Test("options of the pip list are read, and an unknown one is refused with the nearest")
    func options() throws {
        let plan = try makePlan(
            """
            dependencies:
              - pip:
                - --index-url https://user:secret@mirror.example/simple
                - --extra-index-url=https://extra.example/simple
                - -f https://links.example/
                - --trusted-host mirror.example
                - --pre
                - six
            """
        )
        #expect(plan.index.indexURL == "https://user:secret@mirror.example/simple")
        #expect(plan.index.extraIndexURLs == ["https://extra.example/simple"])
        #expect(plan.index.findLinks == ["https://links.example/"])
        #expect(plan.index.allowsPrereleases)
        let error = try diagnostic {
            _ = try makePlan("dependencies:\n  - pip:\n    - --indexurl https://x/\n")
        }
        #expect(error.help == ["write `--index-url`"])
    }

    @Test("a path relative to a conda file that is not on this machine is refused")
    func relativePath() throws {
        let error = try diagnostic { _ = try makePlan("dependencies:\n  - pip:\n    - -r more.txt\n") }
        #expect(error.message.contains("more.txt"))
        #expect(error.location?.line == 3)
    }
}
