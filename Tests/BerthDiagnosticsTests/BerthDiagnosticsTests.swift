import Testing

@Suite("BerthDiagnostics")
struct BerthDiagnosticsTests {}
