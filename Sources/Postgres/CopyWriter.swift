import CLibpq

/// Feeds one running `COPY .. FROM STDIN`; it exists only inside ``Connection/copyIn(_:_:)``.
package struct CopyWriter: ~Copyable {
    let link: Link

    /// Sends some bytes, in the format that the COPY asked for.
    /// - Throws: ``PostgresError`` when the connection is lost or this process is to stop. The server's own objections
    ///   come at the end.
    package func write(bytes: [UInt8]) throws(PostgresError) {
        try link.checkStop()
        let sent = bytes.withUnsafeBytes { raw in
            PQputCopyData(link.handle, raw.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(raw.count))
        }
        guard sent == 1 else {
            throw PostgresError(
                kind: .connectionLost, message: text(PQerrorMessage(link.handle)), sqlState: .connectionFailure)
        }
        // libpq sends by itself what it can; what it cannot would pile up in memory.
        link.state.copiedBytes += bytes.count
        guard link.state.copiedBytes >= 1 << 16 else { return }
        link.state.copiedBytes = 0
        try link.flush()
    }
}
