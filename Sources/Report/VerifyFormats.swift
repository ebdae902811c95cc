import Schema
package import Verify

/// The report as JUnit XML, one test case for each code of the parts that were looked at.
///
/// Source of the elements: the schema that Jenkins and GitLab read, testsuites/testsuite/testcase.
package struct JUnitOutput {
    package let text: String

    package init(_ report: VerifyReport) {
        var suites: [String] = []
        for part in report.sections {
            let cases = part.codes.map { code -> String in
                let findings = report.findings.filter { $0.code == code.id }
                let head =
                    "    <testcase classname=\"emaildb.\(part.name)\" name=\"\(Self.escape("\(code.id) \(code.title)"))\""
                guard !findings.isEmpty else { return head + "/>" }
                let failures = findings.map { finding in
                    "      <failure type=\"\(finding.severity.rawValue)\" message=\"\(Self.escape("\(finding.object): \(finding.message)"))\">"
                        + Self.escape(finding.details) + "</failure>"
                }
                return ([head + ">"] + failures + ["    </testcase>"]).joined(separator: "\n")
            }
            let skipped = report.unseen.filter { $0.section == part.section }.map { item in
                "    <testcase classname=\"emaildb.\(part.name)\" name=\"\(Self.escape(item.what))\"><skipped message=\""
                    + Self.escape(item.reason) + "\"/></testcase>"
            }
            let failing = part.codes.count { code in report.findings.contains { $0.code == code.id } }
            suites.append(
                "  <testsuite name=\"emaildb verify \(part.name)\" tests=\"\(cases.count + skipped.count)\" failures=\"\(failing)\""
                    + " errors=\"0\" skipped=\"\(skipped.count)\" time=\"\(Double(part.milliseconds) / 1000)\">")
            suites += cases + skipped + ["  </testsuite>"]
        }
        text =
            (["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites name=\"emaildb verify\">"] + suites + [
                "</testsuites>"
            ])
            .joined(separator: "\n")
    }

    /// A text as the content of an element or attribute; characters that XML 1.0 cannot hold become U+FFFD.
    static func escape(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            case "\n": result.append(contentsOf: "&#10;".unicodeScalars)
            case "\t": result.append(contentsOf: "&#9;".unicodeScalars)
            case "\u{0}"..<"\u{20}", "\u{FFFE}"..."\u{FFFF}": result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}

/// The report as annotations of a GitHub Actions job.
package struct GitHubOutput {
    package let text: String

    package init(_ report: VerifyReport) {
        let findings = report.findings.map { finding in
            var properties = ["title=\(Self.escape("\(finding.code) \(finding.object)", inProperty: true))"]
            if let source = finding.source {
                properties = ["file=\(Self.escape(source.file, inProperty: true))", "line=\(source.line)"] + properties
            }
            return "::\(finding.severity.rawValue) \(properties.joined(separator: ","))::"
                + Self.escape(([finding.message] + [finding.details].filter { !$0.isEmpty }).joined(separator: "\n"))
        }
        let unseen = report.unseen.map { item in
            "::notice title=\(Self.escape("not seen: \(item.what)", inProperty: true))::\(Self.escape(item.reason))"
        }
        text =
            (findings + unseen + [VerifyText(report, .plain).text.split(separator: "\n").last.map(String.init) ?? ""])
            .joined(separator: "\n")
    }

    /// Percent-escapes what would end a command, or in a property end that.
    private static func escape(_ text: String, inProperty: Bool = false) -> String {
        let escaped = text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
        return inProperty ? escaped.replacing(":", with: "%3A").replacing(",", with: "%2C") : escaped
    }
}

/// The report in the Test Anything Protocol, version 13: one line for each code of the parts that were looked at.
package struct TAPOutput {
    package let text: String

    package init(_ report: VerifyReport) {
        var lines: [String] = []
        for part in report.sections {
            for code in part.codes {
                let findings = report.findings.filter { $0.code == code.id }
                let title = "\(code.id) \(code.title)".replacing("#", with: "\\#")
                lines.append(
                    "\(findings.isEmpty ? "ok" : "not ok") \(lines.count { !$0.hasPrefix("#") } + 1) - \(title)")
                for finding in findings {
                    lines.append("# \(finding.object): \(finding.message)")
                    lines += finding.details.split(separator: "\n").map { "#   \($0)" }
                }
            }
            for item in report.unseen where item.section == part.section {
                lines.append("ok \(lines.count { !$0.hasPrefix("#") } + 1) - \(item.what) # SKIP \(item.reason)")
            }
        }
        let count = lines.count { !$0.hasPrefix("#") }
        text = (["TAP version 13", "1..\(count)"] + lines).joined(separator: "\n")
    }
}

extension VerifyReport {
    /// A part that was asked for, with its codes.
    struct Looked {
        let section: FindingCode.Section
        let milliseconds: Int
        var name: String { section.rawValue }
        var codes: [FindingCode] { FindingCode.all.filter { $0.section == section } }
    }

    /// The parts that were looked at, and those with findings or something unseen.
    var sections: [Looked] {
        FindingCode.Section.allCases.compactMap { section in
            let part = parts.first { $0.section == section }
            let isMentioned =
                findings.contains { FindingCode.named($0.code)?.section == section }
                || unseen.contains { $0.section == section }
            return part != nil || isMentioned ? Looked(section: section, milliseconds: part?.milliseconds ?? 0) : nil
        }
    }
}

extension Finding {
    /// Expected, found and mending SQL, a line each.
    var details: String {
        [expected.map { "expected: \($0)" }, actual.map { "found: \($0)" }, mending.map { "mend: \($0)" }]
            .compactMap { $0 }.joined(separator: "\n")
    }
}
