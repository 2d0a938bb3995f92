import CBerthPlatform

/// Stage 3: who asks.
extension LoopCore {
    mutating func authenticate(
        _ head: RequestHead,
        _ base: UnsafePointer<UInt8>,
        _ socket: Int32
    ) -> Refusal? {
        let client = clients[socket]
        guard let endpoint = client.pointee.exchange.endpoint else { return .noEndpoint }
        switch endpoint.pointee.auth {
        case .none: return nil
        case .keys(let digests):
            guard head.authorization.exists else { return .noCredential }
            guard let credential = bearer(head.authorization.of(base)) else { return .malformedCredential }
            guard isKnown(credential, digests) else { return .wrongCredential }
            client.pointee.exchange.authKind = .key
            return nil
        case .token:
            guard head.authorization.exists else { return .noCredential }
            return bearer(head.authorization.of(base)) == nil ? .malformedCredential : .tokenNotVerifiable
        }
    }

    /// The credential of `Bearer <credential>`, also in braces: a documented client sends `{Bearer <credential>}`.
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
        guard credential.count > 0, credential.count <= 8192, !credential.contains(0x20), !credential.contains(0x09)
        else { return nil }
        return credential
    }

    /// Takes the same time for every credential of a length: all digests are looked at, in constant time each.
    private func isKnown(_ credential: UnsafeRawBufferPointer, _ digests: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let bytes = credential.baseAddress?.assumingMemoryBound(to: UInt8.self),
            let first = digests.baseAddress
        else { return false }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { digest in
            guard let place = digest.baseAddress else { return false }
            berth_sha256(bytes, credential.count, place)
            var matches: Int32 = 0
            for index in 0..<digests.count / 32 {
                matches |= berth_equals_in_constant_time(place, first + 32 * index, 32)
            }
            return matches != 0
        }
    }
}
