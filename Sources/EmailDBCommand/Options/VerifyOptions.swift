import ArgumentParser
import Core
import FoundationEssentials
import Postgres
import Report
import Verify

extension FindingFormat: ExpressibleByArgument {}
extension Finding.Severity: ExpressibleByArgument {}

/// What `verify` checks, and where it writes the findings.
struct VerifyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only these parts: layout, security, plans, probe, data; separated by commas.", valueName: "parts")
    )
    var only: String?

    @Option(
        help: ArgumentHelp(
            "How many messages data looks at, about: 20000, or 1000000 where --only names data.", valueName: "count"))
    var sample: Int?

    @Option(help: "How the result is written on standard output.")
    var format: FindingFormat = .text

    @Option(help: ArgumentHelp("Write the result to a file, too; may be repeated.", valueName: "format=file"))
    var output: [NamedFile<FindingFormat>] = []

    @Option(
        help: ArgumentHelp(
            "Accept the findings in this file, lines of `code | object | last day | reason`.", valueName: "file"))
    var ignore: String?

    @Flag(help: "Print the SQL that fixes what was found, as one script for psql, instead of the findings.")
    var fixSql = false

    @Option(help: "From which severity on a finding makes status 1: error or warning.")
    var failOn: Finding.Severity = .warning

    @Flag(help: "End with status 1 also when something could not be checked.")
    var strict = false

    @Option(
        help: ArgumentHelp(
            "Explain a finding's code, or list all of them with `all`, and do nothing else.", valueName: "code"))
    var explain: String?

    func validate() throws {
        _ = try sections()
        if let sample, sample < 1 { throw ValidationError("--sample takes a number of messages, 1 or more.") }
        if fixSql && format != .text {
            throw ValidationError("--fix-sql prints SQL: leave --format out, or use --output FORMAT=FILE.")
        }
        if let explain, explain != "all", FindingCode.named(explain) == nil {
            throw ValidationError("There is no code \(explain); emaildb verify --explain all lists them.")
        }
    }

    func sections() throws -> Set<FindingCode.Section> {
        let all = FindingCode.Section.allCases.filter { $0 != .ignore }
        guard let only else { return Set(all) }
        let parts = only.split(separator: ",").map { part in all.first { $0.rawValue == part.filter { $0 != " " } } }
        guard !parts.isEmpty, !parts.contains(nil) else {
            throw ValidationError("--only takes \(all.map(\.rawValue).joined(separator: ", ")), separated by commas.")
        }
        return Set(parts.compactMap { $0 })
    }

    /// Writes the report to every file that was named.
    func write(_ report: VerifyReport) throws {
        for file in output {
            let text = try file.name.document(report) + "\n"
            do throws(FileOutput.Refused) {
                try FileOutput.write(Array(text.utf8), to: file.path)
            } catch {
                throw Failure(.failed, "cannot write \(file.path): \(error)", fix: "ls -la \(file.path)")
            }
        }
    }

    /// The entries of the file of `--ignore`, if there is one.
    func ignored() throws -> IgnoreFile? {
        guard let ignore else { return nil }
        guard let data = FileManager.default.contents(atPath: ignore), let text = String(data: data, encoding: .utf8)
        else {
            throw ValidationError("--ignore: \(ignore) cannot be read as UTF-8 text.")
        }
        do throws(IgnoreFile.Malformed) {
            return try IgnoreFile(name: ignore, text: text)
        } catch {
            throw ValidationError("--ignore: \(error.description)")
        }
    }
}
