import CLibcrypto

/// SHA-256 (FIPS 180-4), computed by the OpenSSL library that libpq itself links.
package enum SHA256 {
    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        // Not the one call SHA256(), which goes through EVP: see shim.h.
        var context = SHA256_CTX()
        SHA256_Init(&context)
        SHA256_Update(&context, bytes, bytes.count)
        SHA256_Final(&output, &context)
        return output
    }

    /// The digest of a text's UTF-8 bytes, as 64 lower-case hexadecimal digits.
    package static func hexadecimal(_ text: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let bytes = digest(Array(text.utf8)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
