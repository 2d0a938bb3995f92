/// berth-diagnose-probe: evidence in, diagnostics out, one JSON object a line; for the corpus in `Tests/Diagnosis`.
import BerthJSON

while let line = readLine() {
    guard !line.isEmpty else { continue }
    do {
        let json = try JSON.parse(line)
        guard let request = ProbeRequest(json) else {
            print(JSON.object(JSONObject([("error", "no evidence")])).text())
            continue
        }
        print(request.answer().text())
    } catch {
        print(
            JSON.object(
                JSONObject([("error", .string("line \(error.line), column \(error.column): \(error.message)"))])
            ).text()
        )
    }
}
