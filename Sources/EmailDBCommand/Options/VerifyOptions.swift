import ArgumentParser
import Core
import Postgres
import Report
import Verify

extension FindingFormat: ExpressibleByArgument {}
extension Finding.Severity: ExpressibleByArgument {}

extension NamedFile<FindingFormat> {
    fileprivate var isStandardOutput: Bool { path == "-" }
    /// Whether other steps of a job write into the file as well.
    fileprivate var isAppended: Bool { path == EnvironmentVariable.stepSummary.value }
}

/// What `verify` checks, and where it writes the findings.
struct VerifyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only these parts: layout, security, plans, probe, data; separated by commas.", valueName: "parts"),
        completion: .list(Self.sectionNames.map { $0 + "," }))
    var only: String?

    @Option(
        help: ArgumentHelp(
            "How many messages data looks at, about: 20000, or 1000000 where --only names data.", valueName: "count"))
    var sample: Int?

    @Option(help: "How the result is written on standard output.")
    var format: FindingFormat = .text

    @Option(
        help: ArgumentHelp(
            "Write the result to a file, too, or to standard output in place of the text (-); may be repeated.",
            valueName: "format=file"), completion: .list(FindingFormat.allCases.map { $0.rawValue + "=" }))
    var output: [NamedFile<FindingFormat>] = []

    @Option(
        help: ArgumentHelp(
            "Show findings of SARIF and GitHub at this file of the repository.", valueName: "file"), completion: .file()
    )
    var sarifAnchor: String?

    @Option(
        help: ArgumentHelp(
            "Accept the findings in this file, lines of `code | object | last day | reason`.", valueName: "file"),
        completion: .file())
    var ignore: String?

    @Flag(help: "Print the SQL that fixes what was found, as one script for psql, instead of the findings.")
    var fixSql = false

    @Option(help: "From which severity on a finding makes status 1: error or warning.")
    var failOn: Finding.Severity = .warning

    @Flag(help: "End with status 1 also when something could not be checked.")
    var strict = false

    @Option(
        help: ArgumentHelp(
            "Explain a finding's code, or list all of them with `all`, and do nothing else.", valueName: "code"),
        completion: .list(["all"] + FindingCode.all.map(\.id)))
    var explain: String?

    func validate() throws {
        _ = try sections()
        if let sample, sample < 1 { throw ValidationError("--sample takes a number of messages, 1 or more.") }
        if output.count(where: \.isStandardOutput) + (format != .text || fixSql ? 1 : 0) > 1 {
            throw ValidationError("--output FORMAT=- is one result on standard output; write the others to files.")
        }
        if sarifAnchor?.isEmpty == true { throw ValidationError("--sarif-anchor: a file has a name.") }
        if fixSql && format != .text {
            throw ValidationError("--fix-sql prints SQL: leave --format out, or use --output FORMAT=FILE.")
        }
        if let explain, explain != "all", FindingCode.named(explain) == nil {
            let near = NearMiss.name(for: explain, among: FindingCode.all.map(\.id)) ?? "all"
            throw ValidationError(
                "--explain: there is no code \(Mistake.shown(explain)): emaildb verify --explain \(near)")
        }
    }

    private static let sectionNames = FindingCode.Section.allCases.filter { $0 != .ignore }.map(\.rawValue)

    func sections() throws -> Set<FindingCode.Section> {
        let names = Self.sectionNames
        guard let only else { return Set(names.compactMap { FindingCode.Section(rawValue: $0) }) }
        let parts = only.split(separator: ",").map { $0.filter { $0 != " " } }
        if let wrong = parts.first(where: { !names.contains($0) }) {
            let near = NearMiss.name(for: wrong, among: names).map { "; \($0) comes nearest" } ?? ""
            throw ValidationError(
                "--only takes \(names.joined(separator: ", ")), separated by commas, not \(Mistake.shown(wrong))\(near)"
            )
        }
        if parts.isEmpty {
            throw ValidationError("--only takes \(names.joined(separator: ", ")), separated by commas.")
        }
        return Set(parts.compactMap { FindingCode.Section(rawValue: $0) })
    }

    /// What standard output gets: the format, or that of `--output FORMAT=-`.
    var printed: FindingFormat { output.first(where: \.isStandardOutput)?.name ?? format }

    /// Says in every file that will be replaced that the run is not over: a run that is killed leaves no report of an earlier one.
    func begin(at anchor: ReportAnchor) throws {
        for file in output where !file.isStandardOutput && !file.isAppended && FileOutput.isReplaced(file.path) {
            try write(.unfinished, to: file, at: anchor)
        }
    }

    /// Writes the outcome to every file that was named.
    func write(_ outcome: VerifyOutcome, at anchor: ReportAnchor) throws {
        for file in output where !file.isStandardOutput { try write(outcome, to: file, at: anchor) }
    }

    private func write(
        _ outcome: VerifyOutcome, to file: NamedFile<FindingFormat>, at anchor: ReportAnchor
    ) throws {
        let bytes = Array((try file.name.document(outcome, at: anchor) + "\n").utf8)
        do throws(FileOutput.Refused) {
            if file.isAppended {
                try FileOutput.append(bytes, to: file.path)
            } else {
                try FileOutput.write(bytes, to: file.path)
            }
        } catch {
            throw Failure(.failed, "cannot write \(file.path): \(error)", fix: "ls -la \(file.path)")
        }
    }

    /// The entries of the file of `--ignore`, if there is one.
    func ignored() throws -> IgnoreFile? {
        guard let ignore else { return nil }
        guard let text = String(validating: try inputFile(ignore, "--ignore"), as: UTF8.self) else {
            throw ValidationError("--ignore: \(ignore) is no UTF-8 text.")
        }
        do throws(IgnoreFile.Malformed) {
            return try IgnoreFile(name: ignore, text: text)
        } catch {
            throw ValidationError("--ignore: \(error.description)")
        }
    }
}
