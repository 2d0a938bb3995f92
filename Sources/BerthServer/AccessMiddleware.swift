import BerthAPI
import BerthControl
import BerthDiagnostics
import BerthIdentity
import BerthJSON
import BerthModel
import BerthStore
import HTTPTypes
import Hummingbird

/// Who may send what: reads the bearer token, asks the one table of routes what the request needs, and the roles whether
/// its sender has it. Finds the workspace that the path names.
struct AccessMiddleware: RouterMiddleware {
    typealias Context = ControlRequestContext

    /// How a caller proves who they are.
    enum Door: Hashable, Sendable {
        /// The unix socket in the home: whoever may open it owns the home.
        case socket
        /// HTTPS: a bearer token.
        case network
    }

    let door: Door
    let directory: Directory
    let accounts: Accounts
    let audit: AuditLog

    /// First parts of paths that prove their callers themselves, or need no proof.
    static let openPaths: Set<String> = ["metadata", "common", "store", "v2", "acr", "oauth2", "identity"]

    @concurrent func handle(
        _ request: Request,
        context: ControlRequestContext,
        next: @concurrent (Request, ControlRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        do {
            let response = try await admit(request, &context, next)
            await note(request, context, status: response.status.code)
            return response
        } catch {
            let status =
                (error as? Diagnostic)?.code.httpStatus ?? (error as? any HTTPResponseError)?.status.code ?? 500
            await note(request, context, status: status)
            throw error
        }
    }

    private func note(_ request: Request, _ context: ControlRequestContext, status: Int) async {
        guard AuditEntry.isWorthy(request.method, status: status) else { return }
        await audit.note(
            AuditEntry(
                caller: context.caller.name,
                address: context.address,
                method: request.method.rawValue,
                path: request.uri.path,
                status: status,
                requestID: context.requestID,
                clientRequestID: request.headers[.clientRequestID].map { String($0.prefix(40)) }
            )
        )
    }

    @concurrent private func admit(
        _ request: Request,
        _ context: inout ControlRequestContext,
        _ next: @concurrent (Request, ControlRequestContext) async throws -> Response
    ) async throws -> Response {
        context.door = door
        if door == .network, let host = request.head.authority { context.baseURL = "https://\(host)" }
        let raw = request.uri.path.split(separator: "/")
        guard !Self.isOpen(raw) else { return try await next(request, context) }
        let path = try raw.map(PathPart.decode)
        switch door {
        case .socket: context.caller = .machineOwner
        case .network:
            do throws(Diagnostic) {
                context.caller = try await directory.caller(token: try Self.bearer(request), for: .management)
            } catch {
                var response = ErrorMiddleware.answer(error, context)
                response.headers[.wwwAuthenticate] =
                    "Bearer authorization_uri=\"\(context.baseURL)/\(directory.tenant)\", error=\"invalid_token\""
                return response
            }
        }
        if let access = ResourceAccess.needed(method: request.method.rawValue, path: path) {
            try await directory.check(context.caller, access)
        }
        if let scope = Self.workspace(path), !(door == .socket && scope == .local) {
            context.workspace = try await accounts.workspace(scope)
        }
        return try await next(request, context)
    }

    private static func isOpen(_ path: [Substring]) -> Bool {
        guard let first = path.first?.lowercased() else { return false }
        if openPaths.contains(first) { return true }
        // Of the token service: `/{tenant}/…`.
        return path.count > 2 && first != "subscriptions"
            && ["oauth2", "v2.0", ".well-known", "discovery"].contains(path[1].lowercased())
    }

    private static func bearer(_ request: Request) throws(Diagnostic) -> String {
        guard let header = request.headers[.authorization] else {
            throw Diagnostic(
                .unauthorized,
                nil,
                "the request has no bearer token",
                help: ["set the variables that `berth sdk-env` prints, or run: berth login"]
            )
        }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw Diagnostic(.unauthorized, nil, "the request's Authorization header holds no bearer token")
        }
        return String(parts[1])
    }

    /// The workspace in which the path's resource lies; nil for a workspace itself.
    private static func workspace(_ path: [String]) -> WorkspaceScope? {
        let path = ResourceAccess.managed(path)
        guard path.count > 8, path[0].lowercased() == "subscriptions", path[2].lowercased() == "resourcegroups",
            path[4].lowercased() == "providers", path[5].lowercased() == "microsoft.machinelearningservices",
            path[6].lowercased() == "workspaces"
        else { return nil }
        return WorkspaceScope(subscription: path[1], resourceGroup: path[3], workspace: path[7])
    }
}

/// Parts of paths as they are meant.
enum PathPart {
    /// Longer ones are no names.
    private static let maxBytes = 512

    /// Without percent escapes. Throws where the result is no single name: a path within, a dot folder, a control sign.
    static func decode(_ raw: Substring) throws(Diagnostic) -> String {
        guard let text = PercentEncoding.decode(raw), text.utf8.count <= maxBytes, text != ".", text != "..",
            !text.utf8.contains(where: {
                $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\")
            })
        else {
            throw Diagnostic(.badArgument, .argumentInvalid, "the request's path holds a part that is no name")
        }
        return text
    }
}

/// Percent escapes of URLs and forms.
enum PercentEncoding {
    /// nil where an escape is incomplete or the bytes are no UTF-8.
    static func decode(_ text: some StringProtocol, plusIsBlank: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The fields of `application/x-www-form-urlencoded`; of one that comes twice the last counts.
    static func form(_ text: String) -> [String: String]? {
        var fields: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decode(parts[0], plusIsBlank: true) else { return nil }
            guard let value = decode(parts.count > 1 ? parts[1] : "", plusIsBlank: true) else { return nil }
            fields[name] = value
        }
        return fields
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
