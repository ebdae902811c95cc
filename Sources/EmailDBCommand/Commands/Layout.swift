import ArgumentParser
import EmailDatabase
import FoundationEssentials
import Postgres

struct Layout: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the expected catalog facts of each step (for work on the schema).",
        discussion: "Needs a superuser on an empty cluster of the reference version; `make layout` provides one.",
        shouldDisplay: false)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    @Option(help: ArgumentHelp("The folder to write, sql/layout in this project.", valueName: "folder"))
    var write: String

    @Option(help: ArgumentHelp("The folder of the steps.", valueName: "folder"))
    var sql = "sql"

    func run() throws {
        let (settings, _) = try connection.resolve()
        let source = try SchemaSource.directory(sql)
        let changes = try LayoutGenerator.changes(settings: settings, database: "emaildb_layout", source: source)
        let manager = FileManager.default
        try manager.createDirectory(atPath: write, withIntermediateDirectories: true)
        // A step that was renamed or removed leaves no file behind.
        for name in try manager.contentsOfDirectory(atPath: write) where name.hasSuffix(".txt") {
            try manager.removeItem(atPath: write + "/" + name)
        }
        for (step, change) in changes {
            let header =
                "# What \(step).sql makes, changes (=) or removes (-). Written by make layout; review as a diff.\n"
            try (header + change.text).write(toFile: "\(write)/\(step).txt", atomically: true, encoding: .utf8)
        }
    }
}
