import Testing

@Suite("BerthModel")
struct BerthModelTests {}
