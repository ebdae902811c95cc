import EmailDatabase
import Testing

@Suite struct SchemaSourceTests {
    @Test func embeddedStepsAreTheFilesOnDisk() throws {
        let disk = try SchemaSource.directory("sql")
        #expect(SchemaSource.embedded().steps == disk.steps)
        #expect(disk.steps.count >= 16)
        #expect(disk.steps.allSatisfy { $0.layout != nil }, "every step has a layout file: run make layout")
    }
}
