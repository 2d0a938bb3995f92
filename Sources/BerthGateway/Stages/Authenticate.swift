import BerthModel
import CBerthPlatform

/// Stage 3: who asks.
extension LoopCore {
    enum Authentication {
        case passed
        case refused(Refusal)
        /// A token that the loop does not know yet is being verified.
        case underWay
    }

    mutating func authenticate(
        _ head: RequestHead,
        _ base: UnsafePointer<UInt8>,
        _ socket: Int32
    ) -> Authentication {
        let client = clients[socket]
        guard let endpoint = client.pointee.exchange.endpoint else { return .refused(.noEndpoint) }
        if case .none = endpoint.pointee.auth { return .passed }
        guard head.authorization.exists else { return .refused(.noCredential) }
        guard let credential = bearer(head.authorization.of(base)) else { return .refused(.malformedCredential) }
        switch endpoint.pointee.auth {
        case .none: return .passed
        case .keys(let digests):
            guard isKnown(credential, digests) else { return .refused(.wrongCredential) }
            client.pointee.exchange.authKind = .key
            return .passed
        case .amlToken, .aadToken: return check(credential, endpoint, socket)
        }
    }

    /// The credential of `Bearer <credential>`, also in braces: a documented client sends `{Bearer <credential>}`. Nil
    /// where the value has another form.
    private func bearer(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var start = 0
        var end = value.count
        if end >= 2, value[0] == UInt8(ascii: "{"), value[end - 1] == UInt8(ascii: "}") {
            start = 1
            end -= 1
        }
        guard end - start > 7, spells(UnsafeRawBufferPointer(rebasing: value[start..<start + 6]), "bearer"),
            value[start + 6] == 0x20
        else { return nil }
        start += 7
        while start < end, value[start] == 0x20 { start += 1 }
        let credential = UnsafeRawBufferPointer(rebasing: value[start..<end])
        guard credential.count > 0, credential.count <= ScoringToken.maxBytes, !credential.contains(0x20),
            !credential.contains(0x09)
        else { return nil }
        return credential
    }

    /// Takes the same time for every credential of a length: all digests are looked at, in constant time each.
    private func isKnown(_ credential: UnsafeRawBufferPointer, _ digests: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = digests.baseAddress else { return false }
        return withDigest(of: credential) { digest in
            var matches: Int32 = 0
            for index in 0..<digests.count / 32 {
                matches |= berth_equals_in_constant_time(digest, first + 32 * index, 32)
            }
            return matches != 0
        }
    }
}

/// Gives the SHA-256 of a credential, which is not empty.
@inline(__always)
private func withDigest<Result>(
    of credential: UnsafeRawBufferPointer,
    _ body: (UnsafePointer<UInt8>) -> Result
) -> Result {
    var digest: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    return withUnsafeMutableBytes(of: &digest) { bytes in
        guard let text = credential.baseAddress, let first = bytes.baseAddress else {
            preconditionFailure("an empty credential was hashed")
        }
        let place = first.assumingMemoryBound(to: UInt8.self)
        berth_sha256(text.assumingMemoryBound(to: UInt8.self), credential.count, place)
        return body(UnsafePointer(place))
    }
}

/// Tokens: the verdict about a token is asked for once and kept until the token expires; what depends on the endpoint
/// and the time is decided for each request.
extension LoopCore {
    private mutating func check(
        _ token: UnsafeRawBufferPointer,
        _ endpoint: UnsafePointer<CompiledEndpoint>,
        _ socket: Int32
    ) -> Authentication {
        let known = withDigest(of: token) { tokens.find($0) }
        if let known {
            if let fault = known.pointee.fault { return .refused(.badToken(fault)) }
            return judge(known.pointee.claims, endpoint, socket)
        }
        if let freshVerdict, freshTicket == clients[socket].pointee.exchange.ticket {
            return judge(freshVerdict, endpoint, socket)
        }
        guard let keys = generation?.pointee.routes.tokenKeys else { return .refused(.notReady) }
        tickets &+= 1
        clients[socket].pointee.exchange.ticket = tickets
        let question = TokenQuestion(keys: keys, token: [UInt8](token), socket: socket, ticket: tickets)
        switch wire.verify(question) {
        case .verdict(let verdict):
            keep(verdict, of: question)
            return judge(verdict, endpoint, socket)
        case .underWay: return .underWay
        case .busy: return .refused(.tooManyTokens)
        }
    }

    private mutating func keep(_ verdict: TokenVerdict, of question: TokenQuestion) {
        question.token.withUnsafeBytes { token in
            withDigest(of: token) { tokens.insert($0, verdict, seconds: wallSeconds) }
        }
    }

    private func judge(
        _ verdict: TokenVerdict,
        _ endpoint: UnsafePointer<CompiledEndpoint>,
        _ socket: Int32
    ) -> Authentication {
        switch verdict {
        case .invalid(let fault): .refused(.badToken(fault))
        case .valid(let claims): judge(claims, endpoint, socket)
        }
    }

    private func judge(
        _ claims: TokenClaims,
        _ endpoint: UnsafePointer<CompiledEndpoint>,
        _ socket: Int32
    ) -> Authentication {
        let client = clients[socket]
        guard claims.expires > wallSeconds else { return .refused(.badToken(.expired)) }
        guard claims.notBefore <= wallSeconds + Int64(ScoringToken.clockSkew) else {
            return .refused(.badToken(.notYetValid))
        }
        noteIdentity(claims, client)
        switch endpoint.pointee.auth {
        case .none, .keys: return .passed
        case .amlToken(let name):
            client.pointee.exchange.authKind = .amlToken
            guard claims.isForEndpoint else { return .refused(.badToken(.otherAudience)) }
            guard claims.withEndpoint(name.equals) else { return .refused(.badToken(.otherEndpoint)) }
        case .aadToken(let scorers):
            client.pointee.exchange.authKind = .aadToken
            guard claims.isForIdentity else { return .refused(.badToken(.otherAudience)) }
            guard claims.withIdentity({ contains(scorers, $0) }) else { return .refused(.notAllowed) }
        }
        return .passed
    }

    /// For the traffic log.
    private func noteIdentity(_ claims: TokenClaims, _ client: UnsafeMutablePointer<Client>) {
        guard let notes = client.pointee.notes, claims.identityCount > 0 else { return }
        client.pointee.exchange.identityCount = claims.identityCount
        claims.withIdentity { bytes in
            if let source = bytes.baseAddress { (notes + Notes.identity).copy(from: source, count: bytes.count) }
        }
    }

    /// Looks for an object id, in any case of letters.
    private func contains(_ ids: UnsafeBufferPointer<ByteText>, _ id: UnsafeRawBufferPointer) -> Bool {
        var (low, high) = (0, ids.count)
        while low < high {
            let middle = (low + high) / 2
            if ids[middle].bytes.lexicographicallyPrecedes(id.lazy.map(lowered)) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < ids.count && equalsIgnoringCase(ids[low].bytes, id)
    }

    /// The verdict about a token has come: whoever waits for it goes on with his head, from its first byte.
    mutating func verified(_ question: TokenQuestion, _ verdict: TokenVerdict) {
        // A verdict by keys that are not in force any more is not kept: the question is asked again.
        let isCurrent = question.keys === generation?.pointee.routes.tokenKeys
        if isCurrent { keep(verdict, of: question) }
        let client = clients[question.socket]
        guard client.pointee.state == .held, client.pointee.exchange.pause == .verification,
            client.pointee.exchange.ticket == question.ticket
        else { return }
        freshVerdict = isCurrent ? verdict : nil
        freshTicket = question.ticket
        release(question.socket)
        freshVerdict = nil
    }
}
