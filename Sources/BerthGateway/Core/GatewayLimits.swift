/// The bounds of the gateway itself, the same for every endpoint.
package struct GatewayLimits: Sendable {
    /// Of a request's head; 431 above.
    package var maxHeadBytes = 32_768
    /// Connections of a loop, to clients and instances together.
    package var maxSockets = 16_384
    /// Connections from one address; 0: no limit. On loopback every client has the same address.
    package var maxConnectionsPerClient = 0
    /// From the first byte of a head to its last.
    package var headTimeout = Duration.seconds(10)
    /// Between requests of a connection.
    package var idleTimeout = Duration.seconds(75)
    /// How long a refused connection is read from, so that the client can read the answer.
    package var lingerTimeout = Duration.seconds(2)
    /// Copies of requests that are under way at once, per loop; further ones are dropped and counted.
    package var maxMirrors = 64
    /// While a client has this much to read, nothing more is read from the instance, unless all clients of the loop
    /// together have less than `maxKeptBytes`: then up to `maxKeptAnswer`, so that a slow reader does not hold an
    /// instance up whose answer is complete.
    package var highWatermark = 262_144
    package var maxKeptAnswer = 4 << 20
    package var maxKeptBytes = 64 << 20
    /// Of a request that stands still, for transports that cannot be told to stop: more ends it.
    package var maxHeldBytes = 4 << 20
    /// For a connection to an instance to be made.
    package var connectTimeout = Duration.milliseconds(1500)
    /// Failures in a row after which an address rests, and for how long at first and at most.
    package var ejectionThreshold = 3
    package var ejectionTime = Duration.seconds(1)
    package var maxEjectionTime = Duration.seconds(30)

    /// Of HTTP/2: streams of a connection at once, bytes of a request's fields, bytes of a body that may come unasked.
    package var maxStreams = 100
    package var maxStreamFieldBytes = 65_536
    package var streamWindow = 262_144
    package var connectionWindow = 1_048_576
    /// Of HTTP/2, within 30 s on a connection: frames that only cost us (PING, SETTINGS, PRIORITY), and resets. More
    /// end the connection.
    package var maxControlFrames = 200
    package var maxResets = 200

    package init() {}
}

extension Duration {
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
