/// berth: one binary; roles are subcommands, each a process of its own.

import BerthCLI
import BerthRuntimeProcess
import Glibc

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "launch":
    exit(LaunchRole.run(Array(arguments.dropFirst(2))))
case "gateway":
    exit(GatewayRole.run(Array(arguments.dropFirst(2))))
case "infsrv":
    exit(InferenceServerRole.run(Array(arguments.dropFirst(2))))
case "serve":
    exit(await ServeRole.run(Array(arguments.dropFirst(2))))
default:
    exit(await CommandLineMain.run(arguments: arguments))
}
