import Fix
import Schema
import Testing

@testable import Verify

/// A stranger's database may have tens of thousands of findings, and a file accept as many: the work grows with their number.
@Suite struct ManyFindingsTests {
    private static let count = 20_000

    @Test(.timeLimit(.minutes(1))) func anIgnoreFileOfManyLines() throws {
        var report = VerifyReport(database: "", serverVersion: "", toolVersion: "", role: "")
        report.findings = (1...Self.count).map { Finding(.stray, object: "table t\($0)") }
        report.findings.append(Finding(.stray, object: "table t7"))
        let code = FindingCode.stray.id
        let lines = (1...Self.count).map { "\(code) | table t\($0 * 2) | \($0 == 1 ? 2001 : 2999)-12-31 | r" }
        let file = try IgnoreFile(
            name: "file", text: lines.joined(separator: "\n") + "\n\(code) | table t7 | 2999-12-31 | r")
        file.apply(to: &report, sections: [.data])
        #expect(report.ignored.count == Self.count / 2 - 1 + 2, "those of t7 are two")
        let codes = Dictionary(grouping: report.findings, by: \.code).mapValues(\.count)
        #expect(
            codes == [code: Self.count / 2, FindingCode.expired.id: 1, FindingCode.unused.id: Self.count / 2],
            "\(codes)")
        #expect(report.findings.first?.object == "table t1" && report.findings[1].object == "table t2", "as they stood")
    }

    @Test(.timeLimit(.minutes(1))) func aFixOfManyStatements() {
        func thing(_ number: Int) -> FixStatement.Thing {
            .object(ObjectName(.relation, schema: "public", "t\(number)"))
        }
        // Each needs what the one behind it makes.
        let chain = (0..<Self.count).map {
            FixStatement("\($0)", makes: [thing($0)], needs: $0 + 1 < Self.count ? [thing($0 + 1)] : [])
        }
        #expect(chain.inOrder.map(\.sql) == chain.reversed().map(\.sql))
        let free = (0..<Self.count).map { FixStatement("\($0)", makes: [thing($0)]) }
        #expect(free.inOrder == free)
    }
}
