import BerthJSON

/// `version`.
enum ShowVersion {
    /// Of this program; also the server's.
    static let number = "0.1.0"

    static let command = Command(
        "version",
        "show the version of this program",
        common: .output,
        examples: [Example("the number only", "version --query berth -o tsv")]
    ) { _ async throws(CommandFailure) in
        .result(["berth": .string(number)])
    }
}
