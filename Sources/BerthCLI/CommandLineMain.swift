/// BerthCLI: the command line: what is typed, what is asked of the control plane, what is shown.

import BerthDiagnostics
import BerthOutput

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The entry of the command line.
package enum CommandLineMain {
    /// Runs the command that `arguments` (the program's name first) spell; the exit status of the process.
    ///
    /// Called by a name that ends in `az`, it answers as `az`: defaults come from the folder of `az`.
    package static func run(arguments: [String]) async -> Int32 {
        // A closed pipe is seen as a failed write, not as a signal.
        signal(SIGPIPE, SIG_IGN)
        let environment = ProcessEnvironment.read()
        return await run(
            arguments: arguments,
            environment: environment,
            console: Console.process(environment: environment)
        )
    }

    /// A result that could not be written is a failure, however well the command went.
    static func run(arguments: [String], environment: [String: String], console: Console) async -> Int32 {
        let status = await answer(arguments: arguments, environment: environment, console: console)
        guard status == ExitStatus.done, let loss = console.lostOutput else { return status }
        let format = OutputFormat.asked(Array(arguments.dropFirst()))
        return FailureReport(console: console, format: format).report(.failed(loss))
    }

    private static func answer(arguments: [String], environment: [String: String], console: Console) async -> Int32 {
        let isAz = arguments.first?.split(separator: "/").last == "az"
        let program = isAz ? "az ml" : "berth"
        let reader = CommandLineReader(groups: CommandTable.groups, commands: CommandTable.single, program: program)
        var words = Array(arguments.dropFirst())
        var console = console
        if let chosen = Explain.takeLanguage(from: &words) { console.language = chosen }
        let request: CommandLineRequest
        do {
            request = try reader.read(words)
        } catch {
            return FailureReport(console: console, format: OutputFormat.asked(words)).report(error)
        }
        let defaults = readDefaults(isAz: isAz, environment, console)
        let help = HelpText(program: program, defaults: defaults.entries)
        switch request {
        case .rootHelp: console.out(help.root(CommandTable.groups, CommandTable.single))
        case .groupHelp(let group): console.out(help.group(group))
        case .help(let command): console.out(help.command(command))
        case .run(let command, let arguments):
            let call = Invocation(
                arguments: arguments,
                console: console,
                environment: environment,
                program: program,
                executable: SelfExecutable.path(argument: CommandLine.arguments.first ?? "berth"),
                defaults: defaults
            )
            return await run(command, call)
        }
        return ExitStatus.done
    }

    /// Settings that cannot be read are said and left out: what needs them names what it misses.
    private static func readDefaults(isAz: Bool, _ environment: [String: String], _ console: Console) -> DefaultsFile {
        let path = DefaultsFile.path(asAz: isAz, environment: environment)
        var text = ""
        do {
            text = String(decoding: try UserFile.readIfPresent(path) ?? [], as: UTF8.self)
        } catch {
            var warning = error
            warning.severity = .warning
            console.error(console.text(warning, colour: console.usesColour) + "\n")
        }
        return DefaultsFile(path: path, text: text, environment: isAz ? environment : [:])
    }

    private static func run(_ command: Command, _ call: Invocation) async -> Int32 {
        do {
            for note in call.arguments.notes { call.note("note: \(note)") }
            let printer = try ResultPrinter(call)
            let outcome = try await command.run(call)
            try printer.print(outcome)
            return ExitStatus.done
        } catch {
            return FailureReport(console: call.console, format: OutputFormat.explicit(call)).report(error)
        }
    }
}
