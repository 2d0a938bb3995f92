import BerthDiagnostics
import Testing

@Suite("ExplainPages")
struct ExplainPagesTests {
    @Test("every code and every reason has a page of its own in each language", arguments: Language.allCases)
    func complete(language: Language) throws {
        for topic in ExplainPages.topics {
            let page = try #require(ExplainPages.page(for: topic, language: language), "\(topic)")
            #expect(page.hasPrefix("# \(topic): "), "\(topic)")
            let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
            #expect((10...30).contains(lines.count), "\(topic) has \(lines.count) lines")
            #expect(lines.count { $0.hasPrefix("## ") } == 3, "\(topic)")
            #expect(page.hasSuffix("\n```"), "\(topic)")
            let isJapanese = page.unicodeScalars.contains { (0x3041...0x3096).contains($0.value) }
            #expect(isJapanese == (language == .japanese), "\(topic)")
        }
    }

    @Test("an example shows a code that exists")
    func examples() throws {
        for topic in ExplainPages.topics {
            let page = try #require(ExplainPages.page(for: topic, language: .english))
            let example = try #require(page.firstMatch(of: /\nerror\[(\w+)\]: .*[^.]\n/), "\(topic)")
            let code = try #require(ErrorCode(rawValue: String(example.1)), "\(topic)")
            if let own = ErrorCode(rawValue: topic) { #expect(code == own, "\(topic)") }
        }
    }

    @Test("a topic is found in any case, and by the name of today's service where that is one code")
    func lookUp() {
        let page = ExplainPages.page(for: "ERR_2200", language: .english)
        #expect(page != nil)
        #expect(ExplainPages.page(for: "err_2200", language: .english) == page)
        #expect(ExplainPages.page(for: "ResourceNotReady", language: .english) == page)
        #expect(ExplainPages.page(for: "podoutofmemory", language: .japanese)?.hasPrefix("# PodOutOfMemory: ") == true)
        #expect(ExplainPages.page(for: "OutOfQuota", language: .english) == nil)
        #expect(ExplainPages.page(for: "", language: .english) == nil)
    }

    @Test("an unknown topic is answered with what may have been meant")
    func suggestions() {
        #expect(ExplainPages.suggestions(for: "OutOfQuota") == ["ERR_1100", "ERR_1101", "ERR_1350", "ERR_2100"])
        #expect(ExplainPages.suggestions(for: "PodOutOfMemroy") == ["PodOutOfMemory"])
        #expect(ExplainPages.suggestions(for: "err2201") == ["ERR_2200"])
        #expect(ExplainPages.suggestions(for: "nonsense").isEmpty)
    }

    @Test(
        "the language follows the locale of the user",
        arguments: [
            (["LANG": "ja_JP.UTF-8"], Language.japanese), (["LANG": "en_US.UTF-8"], .english),
            (["LANG": "C"], .english),
            ([:], .english), (["LANG": "ja_JP.UTF-8", "LC_ALL": "de_DE"], .english),
            (["LANG": "en_US", "LC_MESSAGES": "ja"], .japanese), (["LANG": "ja-JP", "LC_ALL": ""], .japanese),
        ]
    )
    func locale(environment: [String: String], language: Language) {
        #expect(Language(environment: environment) == language)
    }
}
