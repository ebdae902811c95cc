import Postgres
import TestSupport
import Testing

@Suite struct DigestTests {
    // The examples of FIPS 180-4 as NIST publishes them ("SHA256.pdf", "SHA2_Additional.pdf").
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ])
    func digestsAreThoseOfTheStandard(_ text: String, _ digest: String) {
        #expect(SHA256.hexadecimal(text) == digest)
    }

    @Test(.needsServer) func digestsAreThoseOfTheServer() async throws {
        var random = SeededGenerator(printing: "digestsAreThoseOfTheServer")
        let connection = try Connection(await TestServer.shared.connectionSettings())
        for _ in 0..<100 {
            let length = Int.random(in: 0...300, using: &random)
            let scalars = (0..<length).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 1...0x2FFFF, using: &random))
            }
            let text = String(String.UnicodeScalarView(scalars))
            let rows = try connection.query("SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex')", [text])
            #expect(SHA256.hexadecimal(text) == rows.first?[0])
        }
    }

    // MARK: - SCRAM

    /// What the server stores for a password that it gets in the clear, as CREATE ROLE would do it.
    private func stored(_ password: String, iterations: Int? = nil) async throws -> String {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        let role = "scram_\(UInt32.random(in: 0...UInt32.max))"
        try connection.query("BEGIN")
        if let iterations { try connection.query("SET LOCAL scram_iterations = \(iterations)") }
        try connection.query("CREATE ROLE \(role) PASSWORD \(SQL.literal(password))")
        let rows = try connection.query("SELECT rolpassword FROM pg_authid WHERE rolname = '\(role)'")
        try connection.query("ROLLBACK")
        return try #require(rows.first?["rolpassword"])
    }

    @Test(
        .needsServer,
        arguments: [
            "simple", "it's", #"back\slash"#, "two words", "100%#?", "zwölf 密碼 😀", "a",
            String(repeating: "long", count: 60),
        ])
    func aVerifierMatchesItsPasswordAndNoOther(_ password: String) async throws {
        let verifier = try #require(SCRAMVerifier(try await stored(password)))
        #expect(verifier.matches(password: password))
        for other in ["", password + "x", password + " ", String(password.dropLast()), "other"] {
            #expect(!verifier.matches(password: other))
        }
    }

    @Test(.needsServer) func aVerifierOfThisClientMatches() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        let verifier = try #require(SCRAMVerifier(try connection.encryptPassword("zwölf", user: "reader")))
        #expect(verifier.matches(password: "zwölf"))
        #expect(!verifier.matches(password: "elf"))
    }

    @Test(.needsServer) func theNumberOfIterationsIsRead() async throws {
        let version = try Connection(await TestServer.shared.connectionSettings()).serverVersion
        // The setting exists from 16 on.
        let text = try await stored("secret", iterations: version >= 160_000 ? 1_234 : nil)
        #expect(text.hasPrefix(version >= 160_000 ? "SCRAM-SHA-256$1234:" : "SCRAM-SHA-256$4096:"))
        let verifier = try #require(SCRAMVerifier(text))
        #expect(verifier.matches(password: "secret"))
        #expect(!verifier.matches(password: "Secret"))
    }

    // The documented answer is "no", so that the password is set again.
    @Test(.needsServer) func aPasswordThatSASLprepChangesDoesNotMatch() async throws {
        let ligature = "\u{FB01}sh"  // SASLprep makes "fish" of it
        let verifier = try #require(SCRAMVerifier(try await stored(ligature)))
        #expect(!verifier.matches(password: ligature))
        #expect(verifier.matches(password: "fish"))
    }

    private static let salted = "4096:c2FsdHNhbHRzYWx0c2FsdA=="
    private static let keys = String(repeating: "A", count: 43) + "=:" + String(repeating: "B", count: 43) + "="
    private static let good = "SCRAM-SHA-256$\(salted)$\(keys)"

    @Test(arguments: [
        "", "$", "$$", "secret", "md5a3556571e93b0d20722ba62be61e8c2d", "SCRAM-SHA-256", "SCRAM-SHA-256$",
        "SCRAM-SHA-256$4096", "SCRAM-SHA-256$4096:$:", "SCRAM-SHA-1$\(salted)$\(keys)",
        "scram-sha-256$\(salted)$\(keys)", "SCRAM-SHA-256$\(salted)", good + "$", good + "$more",
        good.replacing("4096", with: "0"), good.replacing("4096", with: "-1"), good.replacing("4096", with: "x"),
        good.replacing("4096", with: "99999999999"), good.replacing(":", with: ""),
        "SCRAM-SHA-256$4096:!!!!$\(keys)", "SCRAM-SHA-256$4096:abc$\(keys)", "SCRAM-SHA-256$\(salted)$====:====",
        "SCRAM-SHA-256$\(salted)$=:=",
    ])
    func aMalformedVerifierIsRefused(_ text: String) {
        #expect(SCRAMVerifier(text) == nil)
        #expect(SCRAMVerifier(Self.good) != nil, "the control")
    }
}
