import BerthDiagnostics
import Testing

@Suite("Translation")
struct TranslationTests {
    @Test(
        "a message is said in Japanese, with its values and places",
        arguments: [
            (
                "score.py line 3 imports `xgboost`, which is not in the environment",
                "score.py の 3 行目がインポートする `xgboost` は環境にありません"
            ),
            (
                "score.py line 7 uses `model`, which is None in run()",
                "score.py の 7 行目が使う `model` は None です (run() の中)"
            ),
            (
                "worker 0 was killed from outside with SIGKILL (9) while init() ran, not by Berth",
                "ワーカー 0 は外部から SIGKILL (9) で強制終了されました (init() の実行中)。Berth によるものではありません"
            ),
        ]
    )
    func says(english: String, japanese: String) {
        #expect(Translation.japanese.of(english) == japanese)
    }

    @Test("what has no translation is said in English, behind the title of its reason")
    func fallsBack() {
        let diagnostic = Diagnostic(.containerCrashed, .userScriptImportError, "something that nobody has translated")
        let shown = diagnostic.localized(.japanese)
        #expect(shown.message == "スコアリングスクリプトのインポートに失敗しました: something that nobody has translated")
        #expect(shown.code == diagnostic.code)
        #expect(diagnostic.localized(.english) == diagnostic)
    }

    @Test("steps of a help are translated, commands in them are kept")
    func translatesHelp() {
        let command = "berth online-deployment update -n blue -e my-endpoint --local"
        let diagnostic = Diagnostic(
            .containerCrashed,
            .userScriptInitFailed,
            "score.py line 2 raised ValueError: x",
            help: ["write `global model` as the first line of init() in score.py, then run: \(command)"]
        )
        let help = diagnostic.localized(.japanese).help
        #expect(help == ["score.py の init() の最初の行に `global model` と書いてください。その後に実行: \(command)"])
    }
}
