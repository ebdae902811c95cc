import ArgumentParser
import Core
import Doctor
import FoundationEssentials
import Report

extension DoctorFormat: ExpressibleByArgument {}

/// What `doctor` looks at, and how it says what it found.
struct DoctorOptions: ParsableArguments {
    @Option(help: "How the result is written on standard output.")
    var format: DoctorFormat = .text

    @Flag(help: "Count the rows, too: folder counters, rows of the search. Reads every message.")
    var deep = false

    @Option(
        help: ArgumentHelp("Take thresholds from this file, lines of `name = warning, critical`.", valueName: "file"),
        completion: .file())
    var thresholds: String?

    @Flag(help: "Print the thresholds as such a file, and do nothing else.")
    var printThresholds = false

    @Flag(help: "End with status 1 also for warnings.")
    var strict = false

    /// - Throws: `ValidationError` when the file cannot be used.
    func limits() throws -> Thresholds {
        guard let thresholds else { return Thresholds() }
        guard let data = FileManager.default.contents(atPath: thresholds),
            let text = String(data: data, encoding: .utf8)
        else {
            throw ValidationError("--thresholds: \(thresholds) cannot be read as UTF-8 text.")
        }
        do throws(Thresholds.Malformed) {
            return try Thresholds(name: thresholds, text: text)
        } catch {
            throw ValidationError("--thresholds: \(error.description)")
        }
    }
}
