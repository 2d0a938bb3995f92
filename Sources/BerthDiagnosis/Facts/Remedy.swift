import BerthModel
import BerthRuntime

/// Steps that several causes suggest, ready to paste, with the deployment's own names.
extension Facts {
    /// The command that tries the deployment again after a change of its files.
    var updateCommand: String {
        let local = isLocal ? " --local" : ""
        return "berth online-deployment update -n \(spec.name) -e \(spec.endpointName)\(local)"
    }

    var logCommand: String {
        let local = isLocal ? " --local" : ""
        return "berth online-deployment get-logs -n \(spec.name) -e \(spec.endpointName)\(local)"
    }

    func update(setting values: String...) -> String {
        updateCommand + values.map { " --set \($0)" }.joined()
    }

    /// `…, then run: berth online-deployment update …`.
    func then(_ step: String) -> String { isBeforeStart ? step : "\(step), then run: \(updateCommand)" }

    private var inlineEnvironment: EnvironmentSpec? {
        if case .inline(let environment)? = spec.environment { environment } else { nil }
    }

    private var condaText: String? { evidence.environment.condaFile ?? inlineEnvironment?.condaFile }

    var condaFileName: String {
        (evidence.environment.condaFilePath ?? inlineEnvironment?.condaFilePath)?.fileName ?? "the conda file"
    }

    /// How `package` gets into the environment: the file, and the line after which it belongs.
    func adding(_ package: String) -> String {
        guard let place = condaText.flatMap(CondaFile.init)?.pipPlace else {
            return then("add `\(package)` under `pip:` in \(condaFileName)")
        }
        let where_ = "after line \(place.line) (`\(place.text)`)"
        if place.hasPip { return then("add `- \(package)` under `pip:` in \(condaFileName), \(where_)") }
        return then("add `- pip:` with `- \(package)` below it to `dependencies:` in \(condaFileName), \(where_)")
    }

    /// How the version of an installed package is changed: the line that pins it, else as a new one.
    func pinning(_ requirement: String, of package: String) -> String {
        if let line = condaText.flatMap(CondaFile.init)?.line(of: package) {
            return then("change line \(line.number) of \(condaFileName) (`\(line.text)`) to `- \(requirement)`")
        }
        return adding(requirement)
    }
}

/// What is needed of a conda file: where a package stands and where one belongs. Its meaning is read elsewhere.
struct CondaFile {
    struct Place: Hashable {
        let line: Int
        let text: String
        let hasPip: Bool
    }

    private let items: [(number: Int, indent: Int, text: String)]

    init?(_ text: String) {
        items = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            let indent = line.prefix { $0 == " " }.count
            let rest = String(line.prefix { $0 != "#" }).trimmed
            return rest.isEmpty ? nil : (index + 1, indent, rest)
        }
        guard !items.isEmpty else { return nil }
    }

    /// The line after which a pip package is added.
    var pipPlace: Place? {
        if let pip = items.firstIndex(where: { $0.text == "- pip:" }) {
            let below = items[(pip + 1)...].prefix { $0.indent > items[pip].indent && $0.text.hasPrefix("-") }
            let last = below.last ?? items[pip]
            return Place(line: last.number, text: last.text, hasPip: true)
        }
        guard let head = items.firstIndex(where: { $0.text == "dependencies:" }) else { return nil }
        let last = items[(head + 1)...].prefix { $0.text.hasPrefix("-") }.last ?? items[head]
        return Place(line: last.number, text: last.text, hasPip: false)
    }

    func line(of package: String) -> (number: Int, text: String)? {
        let wanted = package.normalizedPackage
        return items.first { item in
            guard item.text.hasPrefix("- ") else { return false }
            let name = item.text.dropFirst(2).prefix { $0.isWordCharacter || $0 == "-" || $0 == "." }
            return String(name).normalizedPackage == wanted
        }.map { ($0.number, $0.text) }
    }
}
