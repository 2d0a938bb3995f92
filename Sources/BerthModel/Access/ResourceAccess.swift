/// What a request to the management API wants to do: the one table route → action and scope.
///
/// The rule is Azure's: a resource's id is a list of types and names behind `providers`, and the action is the types with
/// the verb that the method stands for. So a new resource needs no row here.
package enum ResourceAccess {
    /// What `method` on `path` needs; nil where everybody may who has proved who he is: lists of subscriptions and
    /// tenants, which show only what one may see.
    ///
    /// `path` is split at slashes, without empty parts and without the query.
    package static func needed(method: String, path: [String]) -> Access? {
        let path = managed(path)
        guard path.first?.lowercased() == "subscriptions" || path.first?.lowercased() == "providers" else { return nil }
        if let provider = path.lastIndex(where: { $0.lowercased() == "providers" }), provider + 1 < path.count {
            return resource(method: method, path: path, provider: provider)
        }
        return container(method: method, path: path)
    }

    /// Without what the older services put before: `/api/{region}/modelmanagement/v1.0/subscriptions/…`.
    package static func managed(_ path: [String]) -> [String] {
        guard path.first?.lowercased() == "api",
            let start = path.firstIndex(where: { $0.lowercased() == "subscriptions" })
        else { return path }
        return Array(path[start...])
    }

    /// `/subscriptions/{s}`, `/subscriptions/{s}/resourceGroups/{g}` and lists of what they hold.
    private static func container(method: String, path: [String]) -> Access? {
        guard path.count > 1 else { return nil }
        let subscription = "/subscriptions/\(path[1])"
        guard path.count > 2 else { return Access("\(resources)/\(verb(method))", on: subscription) }
        guard path[2].lowercased() == "resourcegroups" else {
            return Access("\(resources)/\(path[2])/\(verb(method))", on: subscription)
        }
        guard path.count > 3 else { return Access("\(resources)/resourceGroups/read", on: subscription) }
        let group = "\(subscription)/resourceGroups/\(path[3])"
        let below = path.dropFirst(4).joined(separator: "/")
        return Access("\(resources)/resourceGroups/\(below.isEmpty ? "" : below + "/")\(verb(method))", on: group)
    }

    private static func resource(method: String, path: [String], provider: Int) -> Access {
        let name = path[provider + 1]
        let below = Array(path[(provider + 2)...])
        var types: [String] = []
        var index = 0
        while index < below.count {
            types.append(below[index])
            index += 2
        }
        let type = ([name] + types).joined(separator: "/")
        let all = "/" + path.joined(separator: "/")
        // An odd number: a list, or an action on the resource before it. Its scope is that resource.
        guard below.count % 2 == 1 else { return Access("\(type)/\(verb(method))", on: all) }
        // An extension of another resource (`…/providers/Microsoft.Authorization/roleAssignments`) is listed on that.
        let parent =
            below.count == 1
            ? "/" + path[..<provider].joined(separator: "/") : "/" + path.dropLast().joined(separator: "/")
        return Access("\(type)/\(method == "POST" ? "action" : verb(method))", on: parent)
    }

    private static func verb(_ method: String) -> String {
        switch method {
        case "GET", "HEAD": "read"
        case "DELETE": "delete"
        case "POST": "action"
        default: "write"
        }
    }

    private static let resources = "Microsoft.Resources/subscriptions"
}
