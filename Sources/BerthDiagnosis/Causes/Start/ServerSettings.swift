import BerthDiagnostics
import BerthModel
import BerthRuntime

extension Cause {
    /// A variable of the deployment that the server cannot use: `WORKER_COUNT: two`.
    static let badServerSetting = Cause(
        "bad-server-setting",
        .found,
        .died { death, facts in
            guard case .exited = death.ending, facts.phase == .boot else { return nil }
            let lines = death.lastLines + facts.evidence.logTail
            guard let line = lines.last(where: { $0.contains("(environment variable: ") }),
                let name = line.between("(environment variable: ", ")")
            else { return nil }
            if name == "AZUREML_CONFIG_FILE", facts.spec.environmentVariables[name] == nil {
                return facts.brokenSettingsFile(line)
            }
            let value = facts.spec.environmentVariables[name]
            let problem = line.between("\(name): ", " (environment variable").map { ": \($0)" } ?? ""
            return Finding(
                .specInvalid,
                "the inference server cannot use the variable `\(name)`"
                    + (value.map { " with the value `\($0.shortened(to: 60))`" } ?? "") + problem,
                evidence: facts.logged(line),
                help: [facts.update(setting: "environment_variables.\(name)=1")]
            )
        }
    )

    /// `PYTHONHOME` or `PYTHONPATH` of the deployment that keep Python from starting.
    static let pythonVariables = Cause(
        "python-variables",
        .found,
        .died { death, facts in
            guard facts.phase == .boot, facts.lastEvent(.boot) == nil,
                let name = ["PYTHONHOME", "PYTHONPATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "PATH"].first(where: {
                    facts.spec.environmentVariables[$0] != nil
                })
            else { return nil }
            let line = facts.evidence.logTail.last { $0.contains("Fatal Python error") || $0.contains("Error") }
            return facts.reserved(
                name,
                "the instance cannot start Python",
                nil,
                (line.map { facts.logged($0) } ?? []) + [death.evidence]
            )
        }
    )
}

extension Facts {
    /// `config.json` beside the script is the server's own settings file, as in Azure.
    fileprivate func brokenSettingsFile(_ line: String) -> Finding {
        let path = line.between("Invalid config file ", ": ") ?? "config.json"
        let problem =
            line.after("Invalid config file \(path): ")?.after("").map {
                $0.replacingFirst(" (environment variable: AZUREML_CONFIG_FILE)", with: "")
            }
            ?? "it cannot be read"
        let number = problem.between("line ", " ").flatMap { Int($0) }
        let place = place(path: path, line: number)
        return Finding(
            .specInvalid,
            "the inference server reads `\(shown(path))` in the code folder as its settings, and it is no valid JSON: \(problem.shortened(to: 200))",
            at: place,
            evidence: logged(line),
            help: [then("correct \(subject(place)), or give the file another name if it is yours")]
        )
    }

    fileprivate func reserved(_ name: String, _ effect: String, _ place: Place?, _ evidence: [Evidence]) -> Finding {
        Finding(
            .specInvalid,
            "\(effect), because the deployment overrides `\(name)`, which belongs to the platform "
                + "(`\(spec.environmentVariables[name]?.shortened(to: 80) ?? "")`)",
            at: place,
            evidence: evidence + [Evidence("spec", "environment_variables.\(name)")],
            help: [then("remove `\(name)` from `environment_variables:` in the deployment file")]
        )
    }
}
