import FoundationEssentials
import Testing

@testable import Verify

@Suite struct FindingCodeTests {
    @Test("The page of codes is the one that the list gives: run make codes")
    func thePageOfCodesIsThatOfTheList() throws {
        #expect(try String(contentsOfFile: FindingCode.page, encoding: .utf8) == FindingCode.documentation)
        #expect(FindingCode.all.count > 80)
    }

    @Test func codesAreUniqueAndWellFormed() {
        let ids = FindingCode.all.map(\.id)
        #expect(Set(ids).count == ids.count)
        for code in FindingCode.all {
            #expect(code.id.hasPrefix("EDB-" + code.section.letter) && code.id.utf8.count == 8)
            #expect(code.cause.hasSuffix(".") && !code.fix.isEmpty && !code.title.hasSuffix("."))
        }
    }
}
