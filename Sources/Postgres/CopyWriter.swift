import CLibpq

/// Feeds the rows of one running `COPY .. FROM STDIN`; it exists only inside ``Connection/copyIn(_:_:)``.
package struct CopyWriter: ~Copyable {
    let handle: OpaquePointer

    /// Sends one row in COPY's text format; nil is NULL.
    /// - Throws: ``PostgresError`` when the connection is lost. The server's own objections come at the end.
    package func write(row: [String?]) throws {
        var line: [UInt8] = []
        for (index, value) in row.enumerated() {
            if index > 0 { line.append(UInt8(ascii: "\t")) }
            guard let value else {
                line += [UInt8(ascii: "\\"), UInt8(ascii: "N")]
                continue
            }
            for byte in value.utf8 {
                switch byte {
                case UInt8(ascii: "\\"): line += [UInt8(ascii: "\\"), UInt8(ascii: "\\")]
                case UInt8(ascii: "\t"): line += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
                case UInt8(ascii: "\n"): line += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
                case UInt8(ascii: "\r"): line += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
                default: line.append(byte)
                }
            }
        }
        line.append(UInt8(ascii: "\n"))
        try write(bytes: line)
    }

    package func write(bytes: [UInt8]) throws {
        let sent = bytes.withUnsafeBytes { raw in
            PQputCopyData(handle, raw.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(raw.count))
        }
        guard sent == 1 else {
            throw PostgresError(
                kind: .connectionLost, message: text(PQerrorMessage(handle)), sqlState: .connectionFailure)
        }
    }
}
