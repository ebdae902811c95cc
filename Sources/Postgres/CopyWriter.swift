import CLibpq

/// Feeds one running `COPY .. FROM STDIN`; it exists only inside ``Connection/copyIn(_:_:)``.
package struct CopyWriter: ~Copyable {
    let handle: OpaquePointer

    /// Sends some bytes, in the format that the COPY asked for.
    /// - Throws: ``PostgresError`` when the connection is lost. The server's own objections come at the end.
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
