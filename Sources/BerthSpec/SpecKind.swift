/// What a file is, by its keys and its `$schema`.
package enum SpecKind: Hashable, Sendable {
    case endpoint
    case deployment
    /// The single file of 2021: an endpoint with `deployments`.
    case endpoint2021
    case model
    case environment
    case code
    /// Something else that is known, with an article: `a compute`, `a conda file`.
    case other(String)

    var words: String {
        switch self {
        case .endpoint: "an endpoint"
        case .deployment: "a deployment"
        case .endpoint2021: "an endpoint of the 2021 form"
        case .model: "a model"
        case .environment: "an environment"
        case .code: "a code asset"
        case .other(let words): words
        }
    }
}
