import Testing

@Suite("BerthJSON")
struct BerthJSONTests {}
