package import BerthDiagnostics
import BerthJSON
package import BerthModel
import BerthRuntime

/// Environments that the service itself provides, by their names: what `azureml://registries/azureml/environments/…` and
/// `AzureML-…` stand for on this server.
///
/// The table that is built in holds the packages that those images bring, so that the process runtime can make them. An
/// administrator adds rows and replaces them in a file: `{"<name>": {"image": "…", "conda_file": "…"}}`.
package struct CuratedEnvironments: Sendable {
    /// One row.
    package struct Entry: Hashable, Sendable {
        package var image: String
        /// The text of a conda file; nil: the image as it is.
        package var condaFile: String?
    }

    private var entries: [String: Entry]
    /// Where an administrator's rows are, for messages.
    private let file: String
    private static let fileLimit = 1_048_576

    /// The built-in table with the rows of `file`, where there is one.
    package init(file: String) throws(Diagnostic) {
        self.file = file
        entries = Self.builtIn
        let text: [UInt8]?
        do {
            text = try RegularFile.read(file, limit: Self.fileLimit)
        } catch {
            throw error.diagnostic(.badArgument, .specUnreadable, "the table of curated environments cannot be read")
        }
        guard let text else { return }
        let table: JSON
        do throws(JSONSyntaxError) { table = try JSON.parse(text) } catch {
            throw Self.invalid(file, "\(error.message) in line \(error.line)")
        }
        for (name, row) in table.objectValue ?? JSONObject() {
            guard let image = row["image"]?.stringValue else { throw Self.invalid(file, "`\(name)` has no `image`") }
            entries[name.lowercased()] = Entry(image: image, condaFile: row["conda_file"]?.stringValue)
        }
    }

    /// The environment of this name. Versions of a curated environment are not told apart.
    package func spec(named name: String) throws(Diagnostic) -> EnvironmentSpec {
        guard let entry = entries[name.lowercased()] else {
            let near = nearestName(to: name, among: entries.keys.sorted())
            throw Diagnostic(
                .artifactDownloadFailed,
                .artifactNotFound,
                "`\(name)` is no curated environment of this server",
                evidence: [Evidence("table", file)],
                help: [
                    near.map { "did you mean `\($0)`?" }
                        ?? "add it to the table, or name an image and a conda file instead"
                ]
            )
        }
        var spec = EnvironmentSpec()
        spec.name = name
        spec.image = entry.image
        spec.condaFile = entry.condaFile
        return spec
    }

    /// All names.
    package var names: [String] { entries.keys.sorted() }

    private static func invalid(_ file: String, _ what: String) -> Diagnostic {
        Diagnostic(
            .badArgument,
            .specInvalid,
            "the table of curated environments is not right: \(what)",
            location: SourceLocation(path: file)
        )
    }

    private static func entry(_ image: String, python: String, _ packages: String...) -> Entry {
        let pip = packages.map { "      - \($0)\n" }.joined()
        let list = packages.isEmpty ? "" : "  - pip:\n\(pip)"
        return Entry(
            image: "mcr.microsoft.com/azureml/\(image):latest",
            condaFile: "name: curated\ndependencies:\n  - python=\(python)\n  - pip\n\(list)"
        )
    }

    /// Source: the published contents of the service's curated environments.
    private static let builtIn: [String: Entry] = [
        "sklearn-1.5": entry("curated/sklearn-1.5", python: "3.10", "scikit-learn~=1.5.0", "pandas", "scipy", "joblib"),
        "sklearn-1.1": entry("curated/sklearn-1.1", python: "3.10", "scikit-learn~=1.1.0", "numpy<2", "pandas<2.2"),
        "sklearn-1.0": entry("curated/sklearn-1.0", python: "3.8", "scikit-learn~=1.0.0", "numpy<2", "pandas<2"),
        "lightgbm-3.3": entry("curated/lightgbm-3.3", python: "3.9", "lightgbm~=3.3.0", "numpy<2", "pandas<2.2"),
        "minimal-py312-inference": entry("minimal-py312-inference", python: "3.12"),
        "minimal-py311-inference": entry("minimal-py311-inference", python: "3.11"),
        "minimal-ubuntu22.04-py39-cpu-inference": entry("minimal-ubuntu22.04-py39-cpu-inference", python: "3.9"),
        "minimal-ubuntu20.04-py38-cpu-inference": entry("minimal-ubuntu20.04-py38-cpu-inference", python: "3.8"),
        "mlflow-py312-inference": entry("mlflow-py312-inference", python: "3.12", "mlflow-skinny", "pandas"),
        "mlflow-ubuntu20.04-py38-cpu-inference": entry(
            "mlflow-ubuntu20.04-py38-cpu-inference",
            python: "3.8",
            "mlflow-skinny",
            "pandas<2.1"
        ),
        "azureml-sklearn-0.24-ubuntu18.04-py37-cpu-inference": entry(
            "sklearn-0.24.1-ubuntu18.04-py37-cpu-inference",
            python: "3.7",
            "scikit-learn~=0.24.0"
        ),
        "azureml-minimal-ubuntu18.04-py37-cpu-inference": entry(
            "minimal-ubuntu18.04-py37-cpu-inference",
            python: "3.7"
        ),
    ]
}
