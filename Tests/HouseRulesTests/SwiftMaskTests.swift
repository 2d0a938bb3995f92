import Testing

@Suite("House rules: looking at code without its texts")
struct SwiftMaskTests {
    @Test(
        "comments and texts become blanks, code stays, also inside of interpolations",
        arguments: [
            ("let a = 1 // try? this", "let a = 1 "),
            ("a /* { /* } */ { */ b", "a b"),
            (#"call("try? {")"#, #"call(" ")"#),
            (#"say("a \(f("{")) b")"#, #"say(" \(f(" ")) ")"#),
            (##"x(#"quote " and \(no)"#)"##, ##"x(#" "#)"##),
            (##"x(#"v \#(try? y)"#)"##, ##"x(#" \#(try? y)"#)"##),
            (#"e("\"{", 1)"#, #"e(" ", 1)"#),
            ("m(\"\"\"\n  {\n  \"\"\")", "m(\"\"\"\n \n \"\"\")"),
            (#"s.firstMatch(of: /"\/{/) { x }"#, #"s.firstMatch(of: ) { x }"#),
            ("half = a / b / c", "half = a / b / c"),
        ]
    )
    func masks(source: String, expected: String) {
        let masked = maskedSwift(source)
        #expect(masked.utf8.count == source.utf8.count)
        // Runs of blanks count as one.
        #expect(masked.replacing(/[ ]+/, with: " ") == expected)
    }

    @Test("imports are found with their access, whatever stands before and after")
    func imports() {
        let file = SourceFile(
            path: "Sources/X/Y.swift",
            text: """
                package import A
                @preconcurrency import B
                import struct C.D
                // import E
                let text = "import F"
                    @_exported public import G // why
                """
        )
        #expect(
            file.imports.map { "\($0.access) \($0.module) \($0.line)" } == [
                "package A 1", " B 2", " C 3", "public G 6",
            ]
        )
    }
}
