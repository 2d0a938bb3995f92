import BerthDiagnostics
import BerthModel
import BerthRuntime

/// What can be imported in the instance's environment.
extension Facts {
    /// Modules that the inference server itself brings along.
    private static let ofServer: Set<String> = ["azureml_inference_server_http", "azureml", "berth_infsrv"]

    func isOfServer(_ top: String) -> Bool { Self.ofServer.contains(top) }

    /// Whether the first part of the dotted `module` can be imported; nil where that cannot be known.
    func canImport(_ module: String) -> Bool? {
        let top = String(module.prefix { $0 != "." })
        if codeModules.contains(top) || siteModules.contains(top) || KnownModules.isStandard(top) { return true }
        if Self.ofServer.contains(top) || top.hasPrefix("_") { return true }
        // Without a folder to look into, and with paths added by hand, nothing is certain.
        guard BoundedFiles.resolved(evidence.environment.sitePackages) != nil,
            spec.environmentVariables["PYTHONPATH"] == nil
        else { return nil }
        return false
    }

    /// A name that was probably meant, among what can be imported here and what is popular.
    func meant(_ module: String) -> String? {
        if let known = KnownModules.packageNames[module] { return known }
        let here = codeModules.union(siteModules).union(KnownModules.standard)
        let candidates = here.union(KnownModules.popular).sorted()
        guard module.count >= 4, let near = nearestName(to: module, among: candidates), near != module else {
            return nil
        }
        // The shorter a word, the more real ones are near it.
        return Spelling.distance(module, near) <= (module.count < 7 ? 1 : 2) ? near : nil
    }

    /// Names that can be imported of the installed package `name`, for packages that go by another name.
    func importNames(ofPackage name: String) -> [String] {
        let site = evidence.environment.sitePackages
        guard !site.isEmpty, let version = installed[name.normalizedPackage] else { return [] }
        let folders = BoundedFiles.names(in: site).filter {
            $0.hasSuffix("-\(version).dist-info")
                && String($0.dropLast("-\(version).dist-info".count)).normalizedPackage == name.normalizedPackage
        }
        guard let folder = folders.first else { return [] }
        if let listed = BoundedFiles.text("\(site)/\(folder)/top_level.txt", inside: site) {
            return listed.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("_") }
        }
        let record = BoundedFiles.text("\(site)/\(folder)/RECORD", inside: site) ?? ""
        let tops = record.split(separator: "\n").map { String($0.prefix { $0 != "/" && $0 != "," }) }
        return Array(
            Set(tops.filter { !$0.contains("-info") && !$0.hasPrefix("_") && !$0.contains("..") && !$0.contains(".") })
        )
        .sorted()
    }

    /// `scikit-learn 1.5.0`, as installed.
    func installedText(_ package: String) -> String {
        let version = installed[package.normalizedPackage] ?? ""
        return version.isEmpty ? package : "\(package) \(version)"
    }

    /// The module of the package in whose code `frames` end; the standard library in between does not count.
    func packageModule(in frames: [Frame]) -> String? {
        frames.reversed().lazy.prefix { !$0.isUser }.compactMap { self.packageModule(of: $0.path) }.first
    }

    /// The package that the file at `path` below site-packages belongs to, by its folder.
    func packageModule(of path: String) -> String? {
        let site = evidence.environment.sitePackages
        let marker = !site.isEmpty && path.hasPrefix(site + "/") ? site + "/" : "site-packages/"
        guard let rest = path.after(marker) else { return nil }
        return String(rest.prefix { $0 != "/" && $0 != "." })
    }
}

/// Nearness of words.
enum Spelling {
    /// Optimal string alignment distance, without regard to case.
    static func distance(_ left: String, _ right: String) -> Int {
        let a = Array(left.lowercased().utf8.prefix(64))
        let b = Array(right.lowercased().utf8.prefix(64))
        guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + Array(repeating: 0, count: b.count)
            for j in 1...b.count {
                row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
