import CLibcrypto
import FoundationEssentials

/// A `SCRAM-SHA-256` verifier as PostgreSQL stores it in `pg_authid.rolpassword`.
///
/// The form is `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, the last three in base64; the keys are
/// those of RFC 5802, section 3.
package struct SCRAMVerifier: Sendable {
    private let iterations: Int32
    private let salt: [UInt8]
    private let storedKey: [UInt8]

    /// Reads a stored verifier; nil when the text is anything else (MD5, an empty password).
    package init?(_ stored: String) {
        let parts = stored.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "SCRAM-SHA-256" else { return nil }
        let first = parts[1].split(separator: ":")
        let second = parts[2].split(separator: ":")
        guard first.count == 2, second.count == 2, let iterations = Int32(first[0]), iterations > 0,
            let salt = Data(base64Encoded: String(first[1])), let storedKey = Data(base64Encoded: String(second[0])),
            storedKey.count == 32
        else { return nil }
        self.iterations = iterations
        self.salt = [UInt8](salt)
        self.storedKey = [UInt8](storedKey)
    }

    /// Whether a password yields this verifier.
    ///
    /// The password is taken as it is: one that SASLprep (RFC 4013) would change is reported as not matching, so the
    /// caller sets it again, which is harmless.
    package func matches(password: String) -> Bool {
        var saltedPassword = [UInt8](repeating: 0, count: 32)
        let bytes = Array(password.utf8)
        let derived = bytes.withUnsafeBytes { raw in
            PKCS5_PBKDF2_HMAC(
                raw.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), salt, Int32(salt.count),
                iterations, EVP_sha256(), 32, &saltedPassword)
        }
        guard derived == 1 else { return false }
        let label = Array("Client Key".utf8)
        var clientKey = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        guard HMAC(EVP_sha256(), saltedPassword, 32, label, label.count, &clientKey, &length) != nil else {
            return false
        }
        return SHA256.digest(clientKey) == storedKey
    }
}
