import Testing

@Suite("House rules")
struct HouseRulesTests {}
