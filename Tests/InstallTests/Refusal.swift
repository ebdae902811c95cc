import Core
import Install
import Postgres
import Schema
import TestSupport
import Testing

/// Installs into the database of some settings.
@discardableResult
func install(_ settings: ConnectionSettings, _ source: SchemaSource = .embedded()) throws -> InstallReport {
    try Installer(settings: settings, database: try #require(settings["dbname"]), source: source).run()
}

/// The failure with which an installation ends; one that does not fail fails the test.
func refusal(_ settings: ConnectionSettings, _ source: SchemaSource = .embedded()) throws -> Failure {
    try #require(throws: Failure.self) { try install(settings, source) }
}

extension Failure {
    /// The message, the problems and their fixes.
    var said: String { ([message] + problems.flatMap { [$0.problem, $0.fix ?? ""] }).joined(separator: "\n") }
}
