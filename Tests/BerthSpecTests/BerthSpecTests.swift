import Testing

@Suite("BerthSpec")
struct BerthSpecTests {}
