import BerthDiagnostics
import BerthJSON
import Hummingbird

/// One page of a list: `$top` entries behind the one that `$skip` names. Clients follow `nextLink`.
struct Page: Sendable {
    static let largest = 1000
    /// Without `$top`.
    static let usual = 100

    let size: Int
    /// The name behind which it begins; empty: at the beginning.
    let after: String

    /// Throws where `$top` is no number, or no page.
    init(_ request: Request) throws(Diagnostic) {
        let parameters = request.uri.queryParameters
        after = parameters["$skip"].map(String.init) ?? ""
        guard let text = parameters["$top"] else {
            size = Self.usual
            return
        }
        guard let number = Int(String(text)), (1...Self.largest).contains(number) else {
            throw Diagnostic(
                .badArgument,
                .argumentInvalid,
                "`$top` is `\(text.prefix(40))`, expected a number from 1 to \(Self.largest)"
            )
        }
        size = number
    }

    /// The page's body. `last` is the name of its last entry, behind which the next page begins.
    func answer(
        _ entries: [JSON],
        last: String?,
        _ request: Request,
        _ context: ControlRequestContext
    ) -> JSON {
        var body: JSON = ["value": .array(entries)]
        if entries.count == size, let last {
            let version = request.uri.queryParameters["api-version"].map { "api-version=\($0)&" } ?? ""
            body["nextLink"] = .string("\(context.baseURL)\(request.uri.path)?\(version)$top=\(size)&$skip=\(last)")
        }
        return body
    }
}
