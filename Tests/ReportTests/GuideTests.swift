import FoundationEssentials
import Report
import Testing

@Suite struct GuideTests {
    @Test("What is compiled in is the documentation on disk, byte for byte: run make embed")
    func embeddedGuidesAreThoseOnDisk() throws {
        let folder = "Sources/EmailDBCommand/Documentation.docc"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.hasSuffix(".md") && $0 != "EmailDB.md"
        }
        #expect(Guide.all.map { $0.name + ".md" } == names.sorted() && names.count > 10)
        for guide in Guide.all {
            #expect(try guide.markdown == String(contentsOfFile: "\(folder)/\(guide.name).md", encoding: .utf8))
        }
    }

    @Test func aTopicIsOneGuideOnly() {
        #expect(Set(Guide.all.map(\.topic)).count == Guide.all.count)
        for guide in Guide.all {
            #expect(Guide.named(guide.topic)?.name == guide.name && Guide.named(guide.name + ".md")?.name == guide.name)
        }
        #expect(Guide.named("superuser")?.name == "ReducedMode")
        #expect(Guide.named("ing") == nil, "what several have names none")
    }
}
