package import Core
import FoundationEssentials
import Postgres
import Schema
package import Verify

/// What a run of `verify` came to.
package enum VerifyOutcome: Sendable {
    /// - Parameter status: what the run ends with.
    case report(VerifyReport, status: ExitStatus)
    /// What ended it before there was a report.
    case failure(Failure)

    package var status: ExitStatus {
        switch self {
        case .report(_, let status): status
        case .failure(let failure): failure.status
        }
    }

    /// What stands in a report until the run is over, and for ever when it was killed.
    package static var unfinished: VerifyOutcome {
        .failure(Failure(.failed, "emaildb verify was ended before it was done", fix: "Run emaildb verify again."))
    }
}

/// How findings are written.
package enum FindingFormat: String, CaseIterable, Sendable {
    case text, json, junit, sarif, github, tap, markdown

    /// The outcome as a file, without a line end at its end.
    package func document(_ outcome: VerifyOutcome, at anchor: ReportAnchor = ReportAnchor()) throws -> String {
        switch (self, outcome) {
        case (.text, .report(let report, _)): report.text.plain
        case (.text, .failure(let failure)): failure.text.plain
        case (.json, .report(let report, _)): try JSON.text(report)
        case (.json, .failure(let failure)): try JSON.text(failure)
        case (.junit, _): JUnit.text(outcome)
        case (.sarif, _): try JSON.text(SARIF.document(outcome, anchor), keys: .useDefaultKeys)
        case (.github, _): GitHub.text(outcome, anchor)
        case (.tap, _): TAP.text(outcome)
        case (.markdown, _): Markdown.text(outcome)
        }
    }
}

/// Where in a repository findings are shown: code scanning shows none without a file.
///
/// A finding is one of a database, which has no file. It gets the file that was asked for; else the line of the caller's own
/// SQL that makes the object; else the workflow that runs the program; else the line of the design.
package struct ReportAnchor: Sendable {
    package struct Place: Sendable, Hashable {
        package let file: String
        package let line: Int
    }

    private let file: String?
    private let sql: String?
    private let workflow: String?

    /// - Parameters:
    ///   - file: of `--sarif-anchor`.
    ///   - sql: the folder of `--sql`.
    ///   - environment: of GitHub Actions.
    package init(
        file: String? = nil, sql: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        let root = EnvironmentVariable.workspace.value(in: environment) ?? FileManager.default.currentDirectoryPath
        self.file = file.map { Self.relative($0, to: root) }
        self.sql = sql.map { Self.relative($0, to: root) }
        // OWNER/REPOSITORY/.github/workflows/FILE@REF
        workflow = EnvironmentVariable.workflow.value(in: environment).flatMap { reference in
            let path = reference.prefix { $0 != "@" }.split(separator: "/").dropFirst(2).joined(separator: "/")
            return path.isEmpty ? nil : path
        }
    }

    /// Where GitHub can show a finding; nil where only the design has a place for it.
    func place(_ finding: Finding) -> Place? {
        if let file { return Place(file: file, line: 1) }
        if let source = finding.source {
            // The ignore file is the caller's.
            if !source.file.hasPrefix("sql/") { return Place(file: source.file, line: source.line) }
            if let sql { return Place(file: sql + "/" + source.file.dropFirst(4), line: source.line) }
        }
        return workflow.map { Place(file: $0, line: 1) }
    }

    /// The same, or the line of the design.
    func anyPlace(_ finding: Finding) -> Place {
        place(finding) ?? finding.source.map { Place(file: $0.file, line: $0.line) }
            ?? Place(file: "sql/0001_ledger.sql", line: 1)
    }

    private static func relative(_ path: String, to root: String) -> String {
        var path = path
        if path.hasPrefix(root + "/") { path = String(path.dropFirst(root.count + 1)) }
        while path.hasPrefix("./") { path = String(path.dropFirst(2)) }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }
}
