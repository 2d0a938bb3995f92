#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the building of environments depends on besides the spec.
package struct EnvironmentSettings: Sendable {
    /// Whether an installed conda, mamba or micromamba may be used.
    package enum CondaPolicy: String, Sendable {
        /// Always uv; what cannot be mapped to PyPI is an error.
        case never
        /// uv where the conda file can be mapped, else conda where it is installed.
        case auto
        /// conda where it is installed.
        case always
    }

    /// The variables that interpreters and tools are found and started with.
    package var processEnvironment: [String: String]
    package var conda: CondaPolicy = .auto
    /// Conda packages that are left out, because the wheels bundle what they hold (`mkl`, `cudatoolkit`, …).
    package var ignoredCondaPackages: Set<String> = []
    /// For everything that one build starts.
    package var buildTimeout: Duration = .seconds(30 * 60)
    /// For the questions that are asked to interpreters and tools.
    package var questionTimeout: Duration = .seconds(20)
    /// What pip is asked for where no uv is found.
    package var uvRequirement = "uv>=0.8"
    /// Folders in which interpreters are looked for; nil: those of `PATH`, pyenv and uv.
    package var interpreterFolders: [String]?

    package init(processEnvironment: [String: String] = ProcessInfo.processInfo.environment) {
        self.processEnvironment = processEnvironment
    }

    /// The user's home folder, where pyenv, uv and pip keep theirs.
    var userHome: String { processEnvironment["HOME"] ?? NSHomeDirectoryText }

    private var NSHomeDirectoryText: String { FileManager.default.homeDirectoryForCurrentUser.path }

    /// The folders of `PATH`, and after them those where systems put their programs.
    var searchFolders: [String] {
        let listed = (processEnvironment["PATH"] ?? "").split(separator: ":").map(String.init)
        let usual = ["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"]
        var seen: Set<String> = []
        return (listed + usual).filter { $0.hasPrefix("/") && seen.insert($0).inserted }
    }

    /// The first program of that name, links resolved no further; nil where there is none.
    func program(_ name: String) -> String? {
        searchFolders.map { "\($0)/\(name)" }.first { Files.isExecutable($0) }
    }
}
