import Verify

/// The report as JUnit XML, one test case for each code of the sections that were checked.
///
/// Source of the elements: the schema that Jenkins and GitLab read, testsuites/testsuite/testcase.
enum JUnit {
    static func text(_ report: VerifyReport) -> String {
        let suites = report.checkedSections.map { section -> String in
            let name = section.name
            let cases = section.codes.map { code -> String in
                let head = "    <testcase classname=\"emaildb.\(name)\" name=\"\(escape("\(code.id) \(code.title)"))\""
                let findings = report.findings.filter { $0.code == code.id }
                guard !findings.isEmpty else { return head + "/>" }
                let failures = findings.map { finding in
                    "      <failure type=\"\(finding.severity.rawValue)\" message=\"\(escape(finding.summary))\">"
                        + escape(finding.details) + "</failure>"
                }
                return ([head + ">"] + failures + ["    </testcase>"]).joined(separator: "\n")
            }
            let skipped = report.unseen.filter { $0.section == section.section }.map { item in
                "    <testcase classname=\"emaildb.\(name)\" name=\"\(escape(item.what))\"><skipped message=\""
                    + escape(item.reason) + "\"/></testcase>"
            }
            let failing = section.codes.count { code in report.findings.contains { $0.code == code.id } }
            let head =
                "  <testsuite name=\"emaildb verify \(name)\" tests=\"\(cases.count + skipped.count)\""
                + " failures=\"\(failing)\" errors=\"0\" skipped=\"\(skipped.count)\""
                + " time=\"\(Double(section.milliseconds) / 1000)\">"
            return ([head] + cases + skipped + ["  </testsuite>"]).joined(separator: "\n")
        }
        return
            (["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites name=\"emaildb verify\">"] + suites
            + ["</testsuites>"]).joined(separator: "\n")
    }

    /// A text as the content of an element or attribute; characters that XML 1.0 cannot hold become U+FFFD.
    private static func escape(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n": result += "&#10;"
            case "\t": result += "&#9;"
            case "\u{0}"..<"\u{20}", "\u{FFFE}"..."\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
