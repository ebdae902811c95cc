import Core
package import Testing

extension Trait where Self == ConditionTrait {
    /// For what starts a server or talks to one: skipped where `EMAILDB_POSTGRES` says that there is `none`.
    package static var needsServer: Self {
        .enabled("EMAILDB_POSTGRES is none") { EnvironmentVariable.postgres.value != "none" }
    }
}
