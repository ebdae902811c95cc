import Postgres
import Verify

/// The report as JUnit XML, one test case for each code of the sections that were checked.
///
/// Source of the elements: the schema that Jenkins and GitLab read, testsuites/testsuite/testcase.
enum JUnit {
    static func text(_ report: VerifyReport) -> String {
        let head = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites name=\"emaildb verify\">"]
        return (head + report.checkedSections.flatMap(suite) + ["</testsuites>"]).joined(separator: "\n")
    }

    private static func suite(_ section: VerifyReport.CheckedSection) -> [String] {
        let name = section.section.rawValue
        func testCase(_ title: String) -> String {
            "    <testcase classname=\"emaildb.\(name)\" name=\"\(escape(title))\""
        }
        let cases = section.codes.flatMap { code, findings in
            let head = testCase("\(code.id) \(code.title)")
            if findings.isEmpty { return [head + "/>"] }
            let failures = findings.map { finding in
                "      <failure type=\"\(finding.severity.rawValue)\" message=\"\(escape(finding.summary))\">"
                    + escape(finding.details.joined(separator: "\n")) + "</failure>"
            }
            return [head + ">"] + failures + ["    </testcase>"]
        }
        let skipped = section.unseen.map { item in
            testCase(item.what) + "><skipped message=\"\(escape(item.reason))\"/></testcase>"
        }
        let head =
            "  <testsuite name=\"emaildb verify \(name)\" tests=\"\(section.codes.count + skipped.count)\""
            + " failures=\"\(section.codes.count { !$0.findings.isEmpty })\" errors=\"0\" skipped=\"\(skipped.count)\""
            + " time=\"\(Double(section.part?.milliseconds ?? 0) / 1000)\">"
        return [head] + cases + skipped + ["  </testsuite>"]
    }

    /// A text as the content of an element or attribute; characters that XML 1.0 cannot hold become U+FFFD.
    private static func escape(_ text: String) -> String {
        text.replacingScalars { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "\n": "&#10;"
            case "\t": "&#9;"
            case "\u{0}"..<"\u{20}", "\u{FFFE}"..."\u{FFFF}": "\u{FFFD}"
            default: nil
            }
        }
    }
}
