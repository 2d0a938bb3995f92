import BerthArtifacts
import BerthControl
import BerthModel
import BerthStore
import HTTPTypes
import Hummingbird
import NIOCore

/// What each request to the blob store does. Source: the service's Blob REST reference; the calls that azure-ai-ml,
/// azure-storage-blob and azure-cli make.
struct BlobFront: Sendable {
    let blobs: BlobStore
    let access: BlobAccess
    let transfers: BlobTransfers
    let now: @Sendable () -> Double

    init(blobs: BlobStore, access: BlobAccess, now: @escaping @Sendable () -> Double) {
        self.blobs = blobs
        self.access = access
        self.now = now
        transfers = BlobTransfers(limits: blobs.limits)
    }

    func answer(_ request: BlobRequest, body: RequestBody, door: AccessMiddleware.Door) async throws -> Response {
        guard request.container != nil else { return try await account(request, door) }
        guard request.blob != nil, request.blob?.isEmpty == false else { return try await container(request, door) }
        return try await blob(request, body, door)
    }

    // MARK: Account

    private func account(_ request: BlobRequest, _ door: AccessMiddleware.Door) async throws -> Response {
        guard request.method == "GET", request.parameter("comp") == "list" else {
            throw BlobFailure.unsupported("\(request.method) of an account")
        }
        try await access.check(request, .list, door: door)
        let limit = try request.number("maxresults", in: 1...blobs.limits.listPage) ?? blobs.limits.listPage
        let prefix = request.parameter("prefix") ?? ""
        let found = try await blobs.containers(
            of: request.account,
            prefix: prefix,
            after: request.parameter("marker") ?? "",
            limit: limit
        )
        let text = BlobXML.containers(
            found,
            prefix: prefix,
            maxResults: limit,
            next: found.count == limit ? found.last?.key.name : nil,
            withMetadata: request.parameter("include")?.contains("metadata") == true
        )
        return .xml(text)
    }

    // MARK: Container

    private func container(_ request: BlobRequest, _ door: AccessMiddleware.Door) async throws -> Response {
        switch (request.method, request.parameter("comp")) {
        case ("GET", "list"):
            try await access.check(request, .list, door: door)
            return try await list(request)
        case ("GET", nil), ("HEAD", nil), ("GET", "metadata"), ("HEAD", "metadata"):
            try await access.check(request, .read, door: door)
            let found = try await blobs.container(request.containerKey)
            return Response(status: .ok, headers: Self.headers(found))
        case ("PUT", nil):
            try await access.check(request, .create, door: door)
            guard let workspace = try await access.storage.workspace(ofAccount: request.account) else {
                throw BlobFailure.accountNotFound
            }
            let made = try await blobs.createContainer(
                request.containerKey,
                workspace: workspace,
                metadata: try request.checkedMetadata(limit: blobs.limits.metadataBytes)
            )
            return Response(status: .created, headers: Self.headers(made))
        case ("DELETE", nil):
            try await access.check(request, .delete, door: door)
            try await blobs.deleteContainer(request.containerKey)
            return Response(status: .accepted)
        case (let method, let comp): throw BlobFailure.unsupported("\(method) \(comp ?? "of a container")")
        }
    }

    private func list(_ request: BlobRequest) async throws -> Response {
        let limit = try request.number("maxresults", in: 1...1_000_000) ?? blobs.limits.listPage
        var page = BlobXML.Page(
            container: request.container ?? "",
            prefix: request.parameter("prefix") ?? "",
            marker: request.parameter("marker") ?? "",
            maxResults: min(limit, blobs.limits.listPage),
            delimiter: request.parameter("delimiter"),
            withMetadata: request.parameter("include")?.contains("metadata") == true,
            blobs: [],
            prefixes: [],
            next: nil
        )
        var marker = page.marker
        // With a delimiter, names below one prefix are skipped by asking for what comes after them.
        while page.blobs.count + page.prefixes.count < page.maxResults {
            let wanted = page.maxResults - page.blobs.count - page.prefixes.count
            let found = try await blobs.blobs(
                in: request.containerKey,
                prefix: page.prefix,
                after: marker,
                limit: page.delimiter == nil ? wanted + 1 : 2
            )
            guard let first = found.first else { return .xml(BlobXML.list(page)) }
            guard let delimiter = page.delimiter, !delimiter.isEmpty else {
                page.blobs = Array(found.prefix(wanted))
                if found.count > wanted { page.next = page.blobs.last?.key.name }
                return .xml(BlobXML.list(page))
            }
            let below = first.key.name.dropFirst(page.prefix.count)
            if let end = below.firstRange(of: delimiter) {
                let folder = page.prefix + below[..<end.upperBound]
                page.prefixes.append(folder)
                // Greater than every name that begins with the folder, as names are at most 1024 signs.
                marker = folder + "\u{10FFFF}"
            } else {
                page.blobs.append(first)
                marker = first.key.name
            }
        }
        page.next = marker
        return .xml(BlobXML.list(page))
    }

    private static func headers(_ record: ContainerRecord) -> HTTPFields {
        var headers: HTTPFields = [
            .eTag: record.etag, .lastModified: BlobTime.http(record.modifiedAt),
            .blob("x-ms-lease-status"): "unlocked", .blob("x-ms-lease-state"): "available",
            .blob("x-ms-has-immutability-policy"): "false", .blob("x-ms-has-legal-hold"): "false",
        ]
        for (name, value) in record.metadata {
            if let field = HTTPField.Name("x-ms-meta-\(name)") { headers[field] = value }
        }
        return headers
    }

    // MARK: Blob

    private func blob(
        _ request: BlobRequest,
        _ body: RequestBody,
        _ door: AccessMiddleware.Door
    ) async throws -> Response {
        switch (request.method, request.parameter("comp")) {
        case ("HEAD", nil), ("HEAD", "metadata"), ("GET", "metadata"):
            try await access.check(request, .read, door: door)
            let found = try await blobs.blob(request.blobKey, try request.condition())
            return Response(status: .ok, headers: Self.headers(found, length: found.bytes.count))
        case ("GET", nil):
            try await access.check(request, .read, door: door)
            return try await download(request)
        case ("PUT", nil):
            guard request.headers["x-ms-copy-source"] == nil else {
                throw BlobFailure.unsupported("copy from a URL")
            }
            try await access.check(request, .create, door: door)
            return try await upload(request, body)
        case ("PUT", "block"):
            try await access.check(request, .create, door: door)
            return try await uploadBlock(request, body)
        case ("PUT", "blocklist"):
            try await access.check(request, .create, door: door)
            return try await commit(request, body)
        case ("PUT", "metadata"):
            try await access.check(request, .write, door: door)
            let changed = try await blobs.setMetadata(
                try request.checkedMetadata(limit: blobs.limits.metadataBytes),
                of: request.blobKey,
                try request.condition()
            )
            return Response(status: .ok, headers: Self.written(changed))
        case ("DELETE", nil):
            try await access.check(request, .delete, door: door)
            try await blobs.delete(request.blobKey, try request.condition())
            return Response(status: .accepted)
        case (let method, let comp): throw BlobFailure.unsupported("\(method) \(comp ?? "of a blob")")
        }
    }

    private func wanted(_ request: BlobRequest) throws -> BlobStore.Wanted {
        var wanted = BlobStore.Wanted(key: request.blobKey)
        wanted.headers = request.blobHeaders
        wanted.metadata = try request.checkedMetadata(limit: blobs.limits.metadataBytes)
        wanted.condition = try request.condition()
        wanted.md5 = try Self.digest("x-ms-blob-content-md5", request)
        return wanted
    }

    /// An MD5 in a header: Base64 of 16 bytes.
    private static func digest(_ header: String, _ request: BlobRequest) throws -> String? {
        guard let text = request.headers[header] else { return nil }
        guard text.utf8.count == 24, text.hasSuffix("==") else { throw BlobFailure.invalidHeader(header) }
        return text
    }

    private func upload(_ request: BlobRequest, _ body: RequestBody) async throws -> Response {
        let type = request.headers["x-ms-blob-type"]
        guard type != nil else { throw BlobFailure.missingHeader("x-ms-blob-type") }
        guard type?.lowercased() == "blockblob" else { throw BlobFailure.unsupported("a blob of type \(type ?? "")") }
        let wanted = try wanted(request)
        let content = try await receive(request, body, limit: blobs.limits.putBytes) {
            try await blobs.checkWritable(wanted, bytes: $0)
        }
        let record = try await blobs.put(content, as: wanted)
        var headers = Self.written(record)
        headers[.blob("Content-MD5")] = BlobText.base64(content.md5)
        return Response(status: .created, headers: headers)
    }

    private func uploadBlock(_ request: BlobRequest, _ body: RequestBody) async throws -> Response {
        guard let id = request.parameter("blockid") else { throw BlobFailure.invalidQuery("blockid") }
        try BlobName.checkBlockID(id)
        let target = BlobStore.Wanted(key: request.blobKey)
        let content = try await receive(request, body, limit: blobs.limits.blockBytes) {
            try await blobs.checkWritable(target, bytes: $0)
        }
        try await blobs.putBlock(id, of: request.blobKey, content)
        let headers: HTTPFields = [
            .blob("Content-MD5"): BlobText.base64(content.md5), .blob("x-ms-request-server-encrypted"): "true",
        ]
        return Response(status: .created, headers: headers)
    }

    private func receive(
        _ request: BlobRequest,
        _ body: RequestBody,
        limit: Bytes,
        check: (Bytes) async throws -> Void
    ) async throws -> FinishedContent {
        let length = try request.contentLength()
        guard length ?? Bytes(0) <= limit else { throw BlobFailure.tooLarge(limit: limit) }
        guard length != nil || request.headers["transfer-encoding"] != nil else { throw BlobFailure.lengthRequired }
        let md5 = try Self.digest("content-md5", request)
        try await check(length ?? Bytes(0))
        return try await transfers.counted {
            try await transfers.receive(body, expected: length, limit: limit, md5: md5, into: blobs.contents)
        }
    }

    private func commit(_ request: BlobRequest, _ body: RequestBody) async throws -> Response {
        let bytes = try await transfers.counted {
            do {
                return try await body.collect(upTo: blobs.limits.blockListBytes.count)
            } catch is NIOTooManyBytesError {
                throw BlobFailure.tooLarge(limit: blobs.limits.blockListBytes)
            }
        }
        guard let text = String(validating: bytes.readableBytesView, as: UTF8.self) else {
            throw BlobFailure.invalidXML
        }
        let record = try await blobs.commit(try BlobXML.blockIDs(text), as: try wanted(request))
        return Response(status: .created, headers: Self.written(record))
    }

    // MARK: Download

    /// What is read from the disk at once.
    private static let partBytes = 256 * 1024

    private func download(_ request: BlobRequest) async throws -> Response {
        let record = try await blobs.blob(request.blobKey, try request.condition())
        let reader = try blobs.contents.reader(of: record.digest)
        let range = try request.range(of: record.bytes)
        let part = range ?? 0..<record.bytes.count
        var headers = Self.headers(record, length: part.count)
        if let range {
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(record.bytes.count)"
            // Of the whole blob, so not under the name that is for what is sent.
            headers[.blob("x-ms-blob-content-md5")] = headers[.blob("Content-MD5")]
            headers[.blob("Content-MD5")] = nil
        }
        let body = ResponseBody(contentLength: part.count) { writer in
            var offset = part.lowerBound
            while offset < part.upperBound {
                let count = min(Self.partBytes, part.upperBound - offset)
                let start = offset
                let bytes = try await withTaskExecutorPreference(BlockingExecutor.blobs) {
                    try await Self.read(reader, start, count)
                }
                // The length is promised: content that is shorter than its record ends the connection.
                guard !bytes.isEmpty else { throw BlobFailure.failed(cause: "content \(record.digest) is too short") }
                offset += bytes.count
                try await writer.write(ByteBuffer(bytes: bytes))
            }
            try await writer.finish(nil)
        }
        return Response(status: range == nil ? .ok : .partialContent, headers: headers, body: body)
    }

    /// On the executor that it is called on.
    private static func read(_ reader: ContentReader, _ offset: Int, _ count: Int) async throws -> [UInt8] {
        try reader.read(at: offset, count: count)
    }

    // MARK: Headers

    private static func written(_ record: BlobRecord) -> HTTPFields {
        [
            .eTag: record.etag, .lastModified: BlobTime.http(record.modifiedAt),
            .blob("x-ms-request-server-encrypted"): "true",
        ]
    }

    private static func headers(_ record: BlobRecord, length: Int) -> HTTPFields {
        var headers: HTTPFields = [
            .eTag: record.etag, .lastModified: BlobTime.http(record.modifiedAt), .contentLength: "\(length)",
            .contentType: record.headers.contentType, .acceptRanges: "bytes", .blob("x-ms-blob-type"): "BlockBlob",
            .blob("x-ms-creation-time"): BlobTime.http(record.createdAt), .blob("x-ms-server-encrypted"): "true",
            .blob("x-ms-lease-status"): "unlocked", .blob("x-ms-lease-state"): "available",
            .blob("x-ms-access-tier"): "Hot",
        ]
        headers[.blob("Content-MD5")] = record.md5
        headers[.contentEncoding] = record.headers.contentEncoding
        headers[.contentLanguage] = record.headers.contentLanguage
        headers[.contentDisposition] = record.headers.contentDisposition
        headers[.cacheControl] = record.headers.cacheControl
        for (name, value) in record.metadata {
            if let field = HTTPField.Name("x-ms-meta-\(name)") { headers[field] = value }
        }
        return headers
    }
}

extension Response {
    static func xml(_ text: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/xml"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
