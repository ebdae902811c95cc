import Glibc
package import Postgres

/// A login role that exists for the length of one test.
package enum TestRole {
    /// Makes a role with a password, runs a body with its name, and drops it.
    /// - Parameters:
    ///   - attributes: further attributes, such as `NOLOGIN`.
    ///   - enters: whether it may enter the session's database, which has the schema.
    ///   - connection: a superuser's session.
    package static func with<Value>(
        password: String, attributes: String = "LOGIN", enters: Bool = false, _ connection: borrowing Connection,
        _ body: (_ name: String) throws -> Value
    ) throws -> Value {
        let name = "test_role_\(getpid())_\(UInt32.random(in: 0...UInt32.max))"
        let verifier = try connection.encryptPassword(password, user: name)
        try connection.query("CREATE ROLE \(name) \(attributes) PASSWORD \(SQL.literal(verifier))")
        let database = SQL.identifier(connection.database)
        if enters { try connection.query("GRANT CONNECT ON DATABASE \(database) TO \(name)") }
        let result = Result { try body(name) }
        if enters { try connection.query("REVOKE CONNECT ON DATABASE \(database) FROM \(name)") }
        try connection.query("DROP ROLE \(name)")
        return try result.get()
    }
}
