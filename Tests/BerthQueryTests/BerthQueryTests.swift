import Testing

@Suite("BerthQuery")
struct BerthQueryTests {}
