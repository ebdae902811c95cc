import ArgumentParser
import FoundationEssentials
import Postgres
import Schema
import TestSupport
import Verify

/// Writes what is generated from the sources: `sql/layout`, the catalog facts that each step makes, for review as a diff; or
/// with `--codes` the page of finding codes.
///
/// The layout needs a superuser on an empty cluster of the reference version, named by the PG* variables; `make layout`
/// provides one.
@main
struct SchemaTool: ParsableCommand {
    @Option(help: "The folder of the steps.")
    var sql = "sql"

    @ArgumentParser.Flag(help: "Write the page of finding codes instead.")
    var codes = false

    func run() throws {
        if codes {
            return try FindingCode.documentation.write(toFile: FindingCode.page, atomically: true, encoding: .utf8)
        }
        let folder = sql + "/layout"
        let source = try SchemaSource.directory(sql)
        let changes = try LayoutGenerator.changes(
            settings: ConnectionSettings(), database: "emaildb_layout", source: source)
        let manager = FileManager.default
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // A step that was renamed or removed leaves no file behind.
        for name in try manager.contentsOfDirectory(atPath: folder) where name.hasSuffix(".txt") {
            try manager.removeItem(atPath: folder + "/" + name)
        }
        for (step, change) in changes {
            let header =
                "# What \(step).sql makes, changes (=) or removes (-). Written by make layout; review as a diff.\n"
            try (header + change.text).write(toFile: "\(folder)/\(step).txt", atomically: true, encoding: .utf8)
        }
    }
}
