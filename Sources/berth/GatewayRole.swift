import BerthGateway

/// `berth gateway`: the data plane.
enum GatewayRole {
    static func run(_ arguments: [String]) -> Int32 {
        Usage.refuse("not there yet")
    }
}
