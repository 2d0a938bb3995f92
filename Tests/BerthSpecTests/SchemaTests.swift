import BerthJSON
import BerthSpec
import BerthTesting
import Testing

@Suite("Schemas for editors")
struct SchemaTests {
    @Test("the files in schemas/ say what the key tables say", arguments: SpecSchema.allCases)
    func files(schema: SpecSchema) {
        let file = "../../../schemas/\(schema.fileName)"
        #expect(Golden.difference(schema.json.text(.indented), file) == nil)
    }

    @Test("names are not required, since they may come from flags")
    func required() {
        #expect(SpecSchema.deployment.json["required"] == nil)
        #expect(SpecSchema.deployment.json["properties"]?["name"] != nil)
        #expect(SpecSchema.code.json["required"] == ["path"])
    }
}
