import BerthRuntimeProcess
import Glibc

// `berth launch` alone, so that tests of the driver need not build the whole program: `berth-launch-probe launch FOLDER`.
guard CommandLine.arguments.count == 3, CommandLine.arguments[1] == "launch" else { exit(2) }
exit(Launch.run(folder: CommandLine.arguments[2]))
