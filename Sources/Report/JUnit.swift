import Core
import Postgres
import Verify

/// The outcome as JUnit XML: a test suite for each section that was checked, a test case for each code, attack, query and
/// finding.
///
/// Source of the elements: `Tests/Schemas/junit-10.xsd`, by which Jenkins reads it; GitLab and Azure DevOps read the same.
enum JUnit {
    static func text(_ outcome: VerifyOutcome) -> String {
        let suites =
            switch outcome {
            case .report(let report, _): report.checkedSections.flatMap { suite($0, report) }
            case .failure(let failure): suite(failure)
            }
        let head = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites name=\"emaildb verify\">"]
        return (head + suites + ["</testsuites>"]).joined(separator: "\n")
    }

    private static func suite(_ section: VerifyReport.CheckedSection, _ report: VerifyReport) -> [String] {
        let name = section.section.rawValue
        let cases = report.cases(section)
        let lines = cases.flatMap { item in
            let time = item.milliseconds.map { " time=\"\(seconds($0))\"" } ?? ""
            let head = "    <testcase classname=\"emaildb.\(name)\" name=\"\(escape(item.title))\"\(time)"
            if let reason = item.skipped {
                return [head + "><skipped message=\"\(escape(reason))\"/></testcase>"]
            }
            guard let finding = item.finding else { return [head + "/>"] }
            let text = ([finding.summary] + finding.details + [finding.documentation]).joined(separator: "\n")
            return [
                head + ">",
                "      <failure type=\"\(finding.severity.rawValue)\" message=\"\(escape(finding.summary))\">"
                    + escape(text) + "</failure>", "    </testcase>",
            ]
        }
        let head =
            "  <testsuite name=\"emaildb verify \(name)\" tests=\"\(cases.count)\""
            + " failures=\"\(cases.count { $0.finding != nil })\" errors=\"0\" skipped=\"\(section.unseen.count)\""
            + " time=\"\(seconds(Double(section.part?.milliseconds ?? 0)))\">"
        return [head] + lines + ["  </testsuite>"]
    }

    /// A run without a report is one test case in error.
    private static func suite(_ failure: Failure) -> [String] {
        [
            "  <testsuite name=\"emaildb verify\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\" time=\"0.000\">",
            "    <testcase classname=\"emaildb\" name=\"emaildb verify\">",
            "      <error type=\"\(failure.status.name)\" message=\"\(escape(failure.message))\">"
                + escape(failure.text.plain) + "</error>",
            "    </testcase>", "  </testsuite>",
        ]
    }

    /// Seconds with three digits, as the schema wants them.
    private static func seconds(_ milliseconds: Double) -> String {
        let whole = Int(milliseconds.rounded())
        return "\(whole / 1000)." + String(1000 + whole % 1000).dropFirst()
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
