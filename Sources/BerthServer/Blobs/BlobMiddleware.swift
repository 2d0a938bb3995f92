import BerthArtifacts
import BerthControl
import BerthDiagnostics
import BerthModel
import BerthStore
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The REST front of the blob store: answers what is for it, passes everything else on. Its errors are XML, its callers
/// prove who they are in ways of their own, so it stands before the middleware that knows ARM's.
struct BlobMiddleware: RouterMiddleware {
    typealias Context = ControlRequestContext

    let door: AccessMiddleware.Door
    let front: BlobFront
    let logger: Logger

    @concurrent func handle(
        _ request: Request,
        context: ControlRequestContext,
        next: @concurrent (Request, ControlRequestContext) async throws -> Response
    ) async throws -> Response {
        guard let parsed = BlobRequest(request) else { return try await next(request, context) }
        let body = request.body
        var response: Response
        do {
            response = try await withTaskExecutorPreference(BlockingExecutor.blobs) {
                try await front.answer(parsed, body: body, door: door)
            }
        } catch let failure as BlobFailure {
            if case .failed(let cause) = failure {
                logger.error("blob store", metadata: ["request": "\(context.requestID)", "cause": "\(cause)"])
            }
            response = Self.refused(failure, parsed, context)
        } catch {
            let cause = (error as? Diagnostic)?.message ?? "\(error)"
            logger.error("blob store", metadata: ["request": "\(context.requestID)", "cause": "\(cause)"])
            response = Self.refused(.failed(cause: cause), parsed, context)
        }
        response.headers[.storageVersion] = parsed.headers["x-ms-version"] ?? "2021-08-06"
        response.headers[.date] = BlobTime.http(front.now())
        return response
    }

    private static func refused(
        _ failure: BlobFailure,
        _ request: BlobRequest,
        _ context: ControlRequestContext
    ) -> Response {
        var headers: HTTPFields = [.storageError: failure.code]
        if failure == .noCredential {
            headers[.wwwAuthenticate] =
                "Bearer authorization_uri=\(context.baseURL)/common resource_id=https://storage.azure.com"
        }
        if failure == .busy { headers[.retryAfter] = "1" }
        let status = HTTPResponse.Status(code: failure.status)
        guard request.method != "HEAD", failure != .notModified else {
            return Response(status: status, headers: headers)
        }
        headers[.contentType] = "application/xml"
        let text = BlobXML.error(failure, requestID: context.requestID)
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

extension HTTPField.Name {
    static let storageVersion = Self.blob("x-ms-version")
    static let storageError = Self.blob("x-ms-error-code")

    static func blob(_ text: String) -> Self {
        guard let name = Self(text) else { preconditionFailure("`\(text)` is no field name") }
        return name
    }
}
