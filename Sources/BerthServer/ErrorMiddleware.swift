import BerthAPI
import BerthDiagnostics
import BerthJSON
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The one place where an error becomes an answer: a `Diagnostic` in ARM form, anything else `ERR_5000` with the
/// request's id and its cause in the log.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = ControlRequestContext

    let door: AccessMiddleware.Door
    let logger: Logger

    @concurrent func handle(
        _ request: Request,
        context: ControlRequestContext,
        next: @concurrent (Request, ControlRequestContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let diagnostic as Diagnostic {
            response = Self.answer(door == .network ? diagnostic.forServer : diagnostic, context)
        } catch let error as any HTTPResponseError {
            let missing = error.status == .notFound
            let diagnostic = Diagnostic(
                missing ? .resourceNotFound : .badArgument,
                nil,
                missing ? "there is nothing at `\(request.uri.path)`" : "the request cannot be understood"
            )
            response = Self.answer(diagnostic, context)
            response.status = error.status
        } catch {
            logger.error(
                "request failed for a reason that no step owns",
                metadata: ["request": "\(context.requestID)", "path": "\(request.uri.path)", "cause": "\(error)"]
            )
            response = Self.answer(
                Diagnostic(
                    .internalError,
                    .platformFault,
                    "the control plane failed while it answered",
                    help: ["see its log for the request id, and report it"]
                ),
                context
            )
        }
        response.headers[.requestID] = context.requestID
        if let id = request.headers[.clientRequestID] { response.headers[.clientRequestID] = String(id.prefix(40)) }
        return response
    }

    static func answer(_ diagnostic: Diagnostic, _ context: ControlRequestContext) -> Response {
        var located = diagnostic
        located.requestID = located.requestID ?? context.requestID
        return .json(
            ErrorBody(located).json,
            status: diagnostic.reason == .preconditionFailed
                ? .preconditionFailed : HTTPResponse.Status(code: diagnostic.code.httpStatus)
        )
    }
}

extension Diagnostic {
    /// With lines to paste for the server that was asked, not for `--local`.
    var forServer: Diagnostic {
        var copy = self
        copy.help = help.map { $0.replacing(" --local", with: "") }
        return copy
    }
}

extension HTTPField.Name {
    static let requestID = Self.named("x-ms-request-id")
    static let clientRequestID = Self.named("x-ms-client-request-id")
    static let identityHeader = Self.named("X-IDENTITY-HEADER")
    static let msiSecret = Self.named("secret")
    static let asyncOperation = Self.named("Azure-AsyncOperation")
    static let retryAfterMs = Self.named("retry-after-ms")

    private static func named(_ text: String) -> Self {
        guard let name = Self(text) else { preconditionFailure("`\(text)` is no field name") }
        return name
    }
}

extension Response {
    static func json(_ body: JSON, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json; charset=utf-8"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body.utf8)))
    }
}

extension Request {
    /// The body as JSON; an empty one reads as an empty object. At most 4 MiB.
    func json() async throws -> JSON {
        var request = self
        let bytes = try await request.collectBody(upTo: 4 * 1_048_576)
        guard bytes.readableBytes > 0 else { return [:] }
        do throws(JSONSyntaxError) {
            return try JSON.parse(Array(bytes.readableBytesView), allowingRawLineBreaks: true)
        } catch {
            throw Diagnostic(
                .badArgument,
                .argumentInvalid,
                "the request's body is not JSON: \(error.message)",
                location: SourceLocation(path: "body", line: error.line, column: error.column)
            )
        }
    }
}
