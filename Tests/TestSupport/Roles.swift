import Glibc
package import Postgres

/// A login role that exists for the length of one test.
package enum TestRole {
    /// Makes a role with a password, runs a body with its name, and drops it.
    /// - Parameters:
    ///   - attributes: further attributes, such as `NOLOGIN`.
    ///   - connection: a superuser's session.
    package static func with<Value>(
        password: String, attributes: String = "LOGIN", _ connection: borrowing Connection,
        _ body: (_ name: String) throws -> Value
    ) throws -> Value {
        let name = "test_role_\(getpid())_\(UInt32.random(in: 0...UInt32.max))"
        let verifier = try connection.encryptPassword(password, user: name)
        try connection.query("CREATE ROLE \(name) \(attributes) PASSWORD \(SQL.literal(verifier))")
        let result = Result { try body(name) }
        try connection.query("DROP ROLE \(name)")
        return try result.get()
    }
}
