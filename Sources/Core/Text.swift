import FoundationEssentials
import Glibc

/// The text of a file of this machine; nil when it is not there or may not be read.
package func fileText(_ path: String) -> String? { fileBytes(path).map { String(decoding: $0, as: UTF8.self) } }

/// What a file of this machine holds, also where it is no text.
package func fileBytes(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { [UInt8]($0) } }

/// The size of a regular file of this machine, bytes; nil for anything else.
package func fileSize(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
}

// By Unicode scalars: a separator and a combining mark behind it are one Character, which equals no separator.
extension StringProtocol {
    /// The parts between separators, the empty ones left out.
    package func parts(_ separators: Unicode.Scalar...) -> [Substring] {
        Substring(self).unicodeScalars.split { separators.contains($0) }.map { Substring($0) }
    }

    /// The two sides of the first `=`; nil without one.
    package var assignment: (name: String, value: String)? {
        guard let sign = unicodeScalars.firstIndex(of: "=") else { return nil }
        return (String(self[..<sign]), String(self[unicodeScalars.index(after: sign)...]))
    }
}
