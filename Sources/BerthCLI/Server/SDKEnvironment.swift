import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

/// `sdk-env`.
enum SDKEnvironment {
    static let command = Command(
        "sdk-env",
        "print the variables that make Azure's tools use the server",
        discussion: "In a shell: eval \"$(berth sdk-env)\". The lines hold the client's secret.",
        common: .bare,
        examples: [Example("for this shell", "sdk-env")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let login = try call.requiredLogin()
        return .text(lines(login).map { "export \($0.0)=\(quoted($0.1))\n" }.joined())
    }

    /// The tenant is named `adfs`: with a GUID the identity library asks a server of Microsoft's first.
    static func lines(_ login: ServerLogin) -> [(String, String)] {
        var lines = [
            ("ARM_CLOUD_METADATA_URL", "\(login.server)/metadata/endpoints?api-version=2019-05-01")
        ]
        if let file = login.authorityFile { lines.append(("REQUESTS_CA_BUNDLE", file)) }
        return lines + [
            ("AZURE_AUTHORITY_HOST", login.server), ("AZURE_TENANT_ID", "adfs"),
            ("AZURE_CLIENT_ID", login.clientID), ("AZURE_CLIENT_SECRET", login.clientSecret.reveal()),
            ("AZURE_SUBSCRIPTION_ID", login.defaults.subscription),
            ("AZURE_RESOURCE_GROUP", login.defaults.resourceGroup),
            ("AZUREML_WORKSPACE_NAME", login.defaults.workspace),
        ]
    }

    /// For a POSIX shell.
    static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: ":"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isPlain
            ? text
            : "'"
                + text.split(separator: "'", omittingEmptySubsequences: false)
                .joined(separator: "'\\''") + "'"
    }
}
