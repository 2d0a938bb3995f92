import BerthJSON

/// A Pratt parser over the tokens of an expression.
///
/// Binding powers, weakest first: `|`, `||`, `&&`, comparisons, `[]`, `*`, `[?`, `.`, `!`, `[`. Those below
/// `projectionStop` end a projection: what follows applies to the projected list as a whole.
struct QueryParser {
    private enum Power {
        static let pipe = 1
        static let or = 2
        static let and = 3
        static let comparison = 5
        static let flatten = 9
        static let projectionStop = 10
        static let star = 20
        static let filter = 21
        static let dot = 40
        static let not = 45
        static let bracket = 55
    }

    private let tokens: [Token]
    private var index = 0
    private var depth = 0

    init(_ source: QuerySource) throws(QueryError) {
        var lexer = QueryLexer(source)
        tokens = try lexer.tokens()
    }

    /// The whole expression.
    mutating func expressionToEnd() throws(QueryError) -> Node {
        if tokens.count == 1 { throw QueryError(.syntax, "the expression is empty", at: 0) }
        let node = try expression(above: 0)
        guard case .end = current.kind else { throw unexpected() }
        return node
    }

    // MARK: Tokens

    private var current: Token { tokens[index] }

    private var symbol: Symbol? { if case .symbol(let symbol) = current.kind { symbol } else { nil } }

    private func symbol(after count: Int) -> Symbol? {
        guard index + count < tokens.count, case .symbol(let symbol) = tokens[index + count].kind else { return nil }
        return symbol
    }

    private mutating func advance() { index = min(index + 1, tokens.count - 1) }

    private mutating func take(_ wanted: Symbol) -> Bool {
        guard symbol == wanted else { return false }
        advance()
        return true
    }

    private mutating func expect(_ wanted: Symbol) throws(QueryError) {
        guard take(wanted) else { throw unexpected("`\(wanted.rawValue)`") }
    }

    private func unexpected(_ expected: String? = nil) -> QueryError {
        let hint = expected.map { "; expected \($0)" } ?? ""
        if case .end = current.kind {
            return QueryError(.syntax, "the expression ends too early\(hint)", at: current.offset)
        }
        return QueryError(.syntax, "unexpected `\(current.text)`\(hint)", at: current.offset)
    }

    // MARK: Nodes

    /// A node over `children`, within the depth bound.
    private func node(_ form: Node.Form, over children: Node...) throws(QueryError) -> Node {
        try node(form, over: children)
    }

    private func node(_ form: Node.Form, over children: [Node]) throws(QueryError) -> Node {
        let node = Node(form, over: children)
        guard node.depth <= Query.maxDepth else { throw tooDeep }
        return node
    }

    private var tooDeep: QueryError {
        QueryError(.syntax, "more than \(Query.maxDepth) levels of nesting", at: current.offset)
    }

    /// Each of `links` on the result of the one before, in one flat chain.
    private func chain(_ links: [Node]) throws(QueryError) -> Node {
        var flat: [Node] = []
        flat.reserveCapacity(links.count)
        for link in links {
            if case .chain(let inner) = link.form { flat += inner } else { flat.append(link) }
        }
        return try node(.chain(flat), over: flat)
    }

    // MARK: Expressions

    private mutating func expression(above power: Int) throws(QueryError) -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Query.maxDepth else { throw tooDeep }
        var left = try prefix()
        while let symbol, let next = Self.power(of: symbol), next > power {
            left = try infix(symbol, left, above: power)
        }
        return left
    }

    private static func power(of symbol: Symbol) -> Int? {
        switch symbol {
        case .pipe: Power.pipe
        case .or: Power.or
        case .and: Power.and
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: Power.comparison
        case .flatten: Power.flatten
        case .filter: Power.filter
        case .dot: Power.dot
        case .leftBracket: Power.bracket
        case .star, .rightBracket, .comma, .colon, .current, .leftParenthesis, .rightParenthesis, .leftBrace,
            .rightBrace, .reference, .not:
            nil
        }
    }

    /// What stands at the beginning of an expression.
    private mutating func prefix() throws(QueryError) -> Node {
        let token = current
        switch token.kind {
        case .identifier(let name):
            advance()
            guard symbol == .leftParenthesis else { return try node(.field(name)) }
            return try call(name, at: token.offset)
        case .quotedIdentifier(let name):
            advance()
            guard symbol != .leftParenthesis else {
                throw QueryError(.syntax, "a function's name cannot be quoted", at: token.offset)
            }
            return try node(.field(name))
        case .literal(let value):
            advance()
            return try node(.literal(value))
        case .symbol(let symbol):
            return try prefix(symbol)
        case .number, .end:
            throw unexpected()
        }
    }

    private mutating func prefix(_ symbol: Symbol) throws(QueryError) -> Node {
        switch symbol {
        case .current:
            advance()
            return .current
        case .star:
            advance()
            let right = try projected(Power.star)
            return try node(.valueProjection(left: .current, right: right), over: right)
        case .flatten, .filter:
            return try infix(symbol, .current, above: 0)
        case .leftBrace:
            advance()
            return try multiSelectObject()
        case .leftParenthesis:
            advance()
            let inner = try expression(above: 0)
            try expect(.rightParenthesis)
            return inner
        case .not:
            advance()
            let operand = try expression(above: Power.not)
            return try node(.not(operand), over: operand)
        case .leftBracket:
            advance()
            return try bracket(after: nil)
        case .reference:
            throw QueryError(.syntax, "`&` can only begin an argument of a function", at: current.offset)
        case .dot, .rightBracket, .comma, .colon, .rightParenthesis, .rightBrace, .pipe, .or, .and, .notEqual,
            .equal, .less, .lessOrEqual, .greater, .greaterOrEqual:
            throw unexpected()
        }
    }

    /// `left`, continued by the operator `symbol`, which is the current token.
    private mutating func infix(_ symbol: Symbol, _ left: Node, above power: Int) throws(QueryError) -> Node {
        switch symbol {
        case .pipe: return try chain(try run(of: .pipe, Power.pipe, from: left))
        case .or:
            let branches = try run(of: .or, Power.or, from: left)
            return try node(.or(branches), over: branches)
        case .and:
            let branches = try run(of: .and, Power.and, from: left)
            return try node(.and(branches), over: branches)
        case .equal: return try comparison(.equal, left)
        case .notEqual: return try comparison(.notEqual, left)
        case .less: return try comparison(.less, left)
        case .lessOrEqual: return try comparison(.lessOrEqual, left)
        case .greater: return try comparison(.greater, left)
        case .greaterOrEqual: return try comparison(.greaterOrEqual, left)
        case .flatten:
            advance()
            return try listProjection(try node(.flatten(left), over: left), try projected(Power.flatten))
        case .filter:
            advance()
            let condition = try expression(above: 0)
            try expect(.rightBracket)
            let right = try projected(Power.filter)
            return try node(.filter(left: left, condition: condition, right: right), over: left, condition, right)
        case .dot where self.symbol(after: 1) == .star:
            advance()
            advance()
            let right = try projected(Power.dot)
            return try node(.valueProjection(left: left, right: right), over: left, right)
        case .dot, .leftBracket:
            let links = try path(from: left, above: power)
            guard links.isEmpty else { return try chain(links) }
            advance()
            return try bracket(after: left)
        case .star, .rightBracket, .comma, .colon, .current, .leftParenthesis, .rightParenthesis, .leftBrace,
            .rightBrace, .reference, .not:
            throw unexpected()
        }
    }

    /// `left` and the operands after it that are joined by `operator`, as many as there are.
    ///
    /// A run is parsed in one loop, so that a long one takes linear time and makes no deep tree.
    private mutating func run(
        of operator: Symbol,
        _ power: Int,
        from left: Node
    ) throws(QueryError) -> [Node] {
        var operands = [left]
        while take(`operator`) { operands.append(try expression(above: power)) }
        return operands
    }

    /// `left` and the names, multi-selects and indexes that follow it; empty where none follows.
    private mutating func path(from left: Node, above power: Int) throws(QueryError) -> [Node] {
        var links: [Node] = []
        while true {
            let link: Node
            if symbol == .dot, symbol(after: 1) != .star, power < Power.dot {
                advance()
                link = try afterDot(Power.dot)
            } else if let position = takeIndex() {
                link = try node(.index(position))
            } else {
                return links
            }
            if links.isEmpty { links.append(left) }
            links.append(link)
        }
    }

    private mutating func comparison(_ comparison: Comparison, _ left: Node) throws(QueryError) -> Node {
        advance()
        let right = try expression(above: Power.comparison)
        return try node(.comparison(comparison, left, right), over: left, right)
    }

    private func listProjection(_ left: Node, _ right: Node) throws(QueryError) -> Node {
        try node(.listProjection(left: left, right: right), over: left, right)
    }

    // MARK: Brackets and dots

    /// The number in `[number]`, which is taken; nil, with nothing taken, where something else stands here.
    private mutating func takeIndex() -> Int? {
        guard symbol == .leftBracket, symbol(after: 2) == .rightBracket,
            case .number(let position) = tokens[index + 1].kind
        else { return nil }
        index += 3
        return position
    }

    /// After `[`: a slice, `*]`, or, where nothing stands before it, an index or a multi-select list.
    private mutating func bracket(after left: Node?) throws(QueryError) -> Node {
        switch current.kind {
        case .number(let position) where symbol(after: 1) != .colon:
            advance()
            try expect(.rightBracket)
            return try node(.index(position))
        case .number, .symbol(.colon):
            let slice = try node(.slice(try self.slice()))
            return try listProjection(try chain([left ?? .current, slice]), try projected(Power.star))
        case .symbol(.star) where left != nil || symbol(after: 1) == .rightBracket:
            advance()
            try expect(.rightBracket)
            return try listProjection(left ?? .current, try projected(Power.star))
        case .identifier, .quotedIdentifier, .literal, .symbol, .end:
            guard left == nil else { throw unexpected("a number, `:` or `*`") }
            return try multiSelectList()
        }
    }

    private mutating func slice() throws(QueryError) -> Slice {
        let offset = current.offset
        var parts: [Int?] = [nil, nil, nil]
        var part = 0
        while symbol != .rightBracket {
            if take(.colon) {
                part += 1
                guard part < parts.count else { throw unexpected("`]`") }
            } else if case .number(let value) = current.kind, parts[part] == nil {
                parts[part] = value
                advance()
            } else {
                throw unexpected("a number, `:` or `]`")
            }
        }
        advance()
        return Slice(start: parts[0], stop: parts[1], step: parts[2] ?? 1, offset: offset)
    }

    /// What a projection applies to each element; `@` where the projection ends here.
    private mutating func projected(_ power: Int) throws(QueryError) -> Node {
        guard let symbol else { return .current }
        switch symbol {
        case .dot:
            advance()
            return try afterDot(power)
        case .leftBracket, .filter:
            return try expression(above: power)
        case .flatten, .pipe, .or, .and, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual,
            .rightBracket, .rightParenthesis, .rightBrace, .comma, .colon, .current, .reference:
            return .current
        case .star, .leftParenthesis, .leftBrace, .not:
            throw unexpected()
        }
    }

    private mutating func afterDot(_ power: Int) throws(QueryError) -> Node {
        switch current.kind {
        case .identifier, .quotedIdentifier, .symbol(.star):
            return try expression(above: power)
        case .symbol(.leftBracket):
            advance()
            return try multiSelectList()
        case .symbol(.leftBrace):
            advance()
            return try multiSelectObject()
        case .literal, .number, .symbol, .end:
            throw unexpected("a name, `*`, `[` or `{` after the dot")
        }
    }

    // MARK: Lists of expressions

    private mutating func multiSelectList() throws(QueryError) -> Node {
        var elements: [Node] = []
        repeat { elements.append(try expression(above: 0)) } while take(.comma)
        try expect(.rightBracket)
        return try node(.list(elements), over: elements)
    }

    private mutating func multiSelectObject() throws(QueryError) -> Node {
        var members: [(key: String, value: Node)] = []
        repeat {
            switch current.kind {
            case .identifier(let name), .quotedIdentifier(let name):
                advance()
                try expect(.colon)
                members.append((name, try expression(above: 0)))
            case .literal, .number, .symbol, .end:
                throw unexpected("a key")
            }
        } while take(.comma)
        try expect(.rightBrace)
        return try node(.object(members), over: members.map(\.value))
    }

    private mutating func call(_ name: String, at offset: Int) throws(QueryError) -> Node {
        advance()
        var arguments: [FunctionCall.Argument] = []
        if !take(.rightParenthesis) {
            repeat {
                if take(.reference) {
                    arguments.append(.expression(try expression(above: 0)))
                } else {
                    arguments.append(.value(try expression(above: 0)))
                }
            } while take(.comma)
            try expect(.rightParenthesis)
        }
        let call = FunctionCall(name: name, arguments: arguments, offset: offset)
        return try node(.call(call), over: arguments.map(\.node))
    }
}
