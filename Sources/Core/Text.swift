import FoundationEssentials
import Glibc

/// The text of a file of this machine; nil when it is not there or may not be read.
package func fileText(_ path: String) -> String? { fileBytes(path).map { String(decoding: $0, as: UTF8.self) } }

/// What a file holds that a user named, which may be a pipe.
/// - Throws: ``FileOutput/Refused`` with the system's reason: it is not there, may not be read, is a folder, or has more than
///   64 MiB.
package func readFile(_ path: String) throws(FileOutput.Refused) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { throw FileOutput.Refused(errno) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(file, &part, part.count)
        if count == 0 { return bytes }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw FileOutput.Refused(errno) }
        bytes += part.prefix(count)
        if bytes.count > 64 << 20 { throw FileOutput.Refused(EFBIG) }
    }
}

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
