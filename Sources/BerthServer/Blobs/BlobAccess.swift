import BerthAPI
import BerthArtifacts
import BerthControl
import BerthDiagnostics
import BerthModel
import BerthStore

/// Who may do what with containers and blobs: a shared access signature, the account's key, or a token whose bearer has
/// a data role.
struct BlobAccess: Sendable {
    let storage: WorkspaceStorage
    let directory: Directory
    let now: @Sendable () -> Double

    /// How far a signed request's clock may be off. Source: the service's fifteen minutes.
    private static let clockSkew = 900.0

    /// Throws where the request may not do `need`.
    func check(_ request: BlobRequest, _ need: BlobPermission, door: AccessMiddleware.Door) async throws {
        guard door == .network else { return }
        let key = storage.key(of: request.account)
        let container = request.container ?? ""
        if let allowed = try SharedAccessSignature.permissions(
            in: request.parameters,
            account: request.account,
            container: container,
            blob: request.blob,
            key: key,
            now: now()
        ) {
            guard !container.isEmpty, Self.covers(allowed, need) else { throw BlobFailure.notPermitted }
            return
        }
        guard let header = request.headers["authorization"] else { throw BlobFailure.noCredential }
        let parts = header.split(separator: " ", maxSplits: 1)
        switch (parts.first?.lowercased(), parts.last) {
        case ("sharedkey", let credential?): try checkKey(request, credential, key)
        case ("bearer", let token?): try await checkToken(request, String(token), need)
        default: throw BlobFailure.authenticationFailed("the Authorization header is neither SharedKey nor Bearer")
        }
    }

    /// Whoever may write may also create and add.
    private static func covers(_ allowed: Set<BlobPermission>, _ need: BlobPermission) -> Bool {
        switch need {
        case .create, .add: allowed.contains(need) || allowed.contains(.write)
        case .read, .write, .delete, .list: allowed.contains(need)
        }
    }

    private func checkKey(_ request: BlobRequest, _ credential: Substring, _ key: AccountKey) throws(BlobFailure) {
        let parts = credential.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[0].lowercased() == request.account else {
            throw .authenticationFailed("the key is of another account")
        }
        guard let sent = (request.headers["x-ms-date"] ?? request.headers["date"]).flatMap(BlobTime.seconds(http:)),
            abs(now() - sent) <= Self.clockSkew
        else { throw .authenticationFailed("the request's date is missing, or too far from this server's") }
        let signed = SharedKeyRequest(
            method: request.method,
            path: request.rawPath,
            query: request.query,
            headers: request.headers
        )
        guard key.isValid(parts[1], of: signed.stringToSign(account: parts[0])) else {
            throw .authenticationFailed("the signature did not match")
        }
    }

    private func checkToken(_ request: BlobRequest, _ token: String, _ need: BlobPermission) async throws {
        let caller: Caller
        do {
            caller = try await directory.caller(token: token, for: .storage)
        } catch {
            throw BlobFailure.authenticationFailed(error.message)
        }
        guard let account = try await storage.accountID(request.account) else { throw BlobFailure.accountNotFound }
        let containers = "\(account)/blobServices/default/containers"
        let scope = request.container.map { "\(containers)/\($0)" } ?? account
        let type = "Microsoft.Storage/storageAccounts/blobServices/containers"
        let access: Access
        if request.blob == nil, request.parameter("comp") != "list" || request.container == nil {
            let verb = need == .read || need == .list ? "read" : need == .delete ? "delete" : "write"
            access = Access("\(type)/\(verb)", on: scope)
        } else {
            let verb = need == .read || need == .list ? "read" : need == .delete ? "delete" : "write"
            access = Access("\(type)/blobs/\(verb)", on: scope, isData: true)
        }
        do throws(Diagnostic) {
            try await directory.check(caller, access)
        } catch {
            guard error.code == .forbidden else { throw error }
            throw BlobFailure.notPermitted
        }
    }
}
