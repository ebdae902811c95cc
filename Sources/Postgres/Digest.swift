import CLibcrypto

/// SHA-256 (FIPS 180-4), computed by the OpenSSL library that libpq itself links.
public enum SHA256 {
    /// The digest's 32 bytes.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        let status = EVP_Digest(bytes, bytes.count, &output, &length, EVP_sha256(), nil)
        precondition(status == 1 && length == 32, "OpenSSL cannot compute SHA-256")
        return output
    }

    /// The digest of a text's UTF-8 bytes, as 64 lower-case hexadecimal digits.
    public static func hexadecimal(_ text: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let bytes = digest(Array(text.utf8)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
