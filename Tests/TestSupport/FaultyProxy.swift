import Dispatch
import Glibc
import Synchronization

/// A TCP proxy that goes silent, cuts the session, or garbles it from a certain byte on.
package final class FaultyProxy: Sendable {
    package enum Fault: String, Sendable, CaseIterable { case stall, cut, garble }

    /// Which way the bytes go that are counted.
    package enum Direction: Sendable { case fromServer, toServer }

    package let port: Int
    private let listener: Int32
    private let target: Int
    private let fault: Fault
    private let byte: Int
    private let direction: Direction
    private let sockets = Mutex<[Int32]>([])
    private let passed = Mutex(0)

    /// The most bytes that a session got through in the counted direction.
    package var bytesPassed: Int { passed.withLock { $0 } }

    /// - Parameters:
    ///   - target: a port of the loopback address.
    ///   - byte: the number, from 0, of the first byte that does not get through as it is; each session is counted by itself.
    package init(to target: Int, _ fault: Fault, at byte: Int, _ direction: Direction = .fromServer) throws {
        self.target = target
        self.fault = fault
        self.byte = byte
        self.direction = direction
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        _ = fcntl(listener, F_SETFD, FD_CLOEXEC)
        port = try Self.withAddress(0) { address, length in
            guard bind(listener, address, length.pointee) == 0, listen(listener, 64) == 0,
                getsockname(listener, address, length) == 0
            else { throw NoProxy() }
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                Int(UInt16(bigEndian: $0.pointee.sin_port))
            }
        }
        DispatchQueue(label: "proxy").async { [self] in accept() }
    }

    /// Closes every session; the proxy takes no more.
    package func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        sockets.withLock { for socket in $0 { shutdown(socket, Int32(SHUT_RDWR)) } }
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { break }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            for socket in [client, server] { _ = fcntl(socket, F_SETFD, FD_CLOEXEC) }
            let isConnected = Self.withAddress(target) { connect(server, $0, $1.pointee) == 0 }
            guard isConnected else {
                close(client)
                close(server)
                continue
            }
            sockets.withLock { $0 += [client, server] }
            let left = Mutex(2)
            let pump = Pump(left: left) { [self] in
                sockets.withLock { $0.removeAll { $0 == client || $0 == server } }
                close(client)
                close(server)
            }
            DispatchQueue(label: "to client").async { [self] in
                pass(from: server, to: client, isCounted: direction == .fromServer)
                pump.end()
            }
            DispatchQueue(label: "to server").async { [self] in
                pass(from: client, to: server, isCounted: direction == .toServer)
                pump.end()
            }
        }
        close(listener)
    }

    private func pass(from source: Int32, to sink: Int32, isCounted: Bool) {
        var count = 0
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let read = Glibc.read(source, &bytes, bytes.count)
            guard read > 0 else { break }
            var whole = read
            if isCounted, count + read > byte {
                let place = max(0, byte - count)
                switch fault {
                case .garble: if count <= byte { bytes[place] ^= 0x5A }
                case .cut, .stall: whole = place
                }
            }
            if isCounted { passed.withLock { $0 = max($0, count + whole) } }
            var sent = 0
            while sent < whole {
                let written = bytes.withUnsafeBytes {
                    send(sink, $0.baseAddress?.advanced(by: sent), whole - sent, Int32(MSG_NOSIGNAL))
                }
                guard written > 0 else { break }
                sent += written
            }
            count += read
            if whole < read {
                if fault == .stall {
                    // Nothing moves any longer this way, and nobody is told; until the other side hangs up.
                    var descriptor = pollfd(fd: sink, events: Int16(0x2000), revents: 0)  // POLLRDHUP
                    _ = poll(&descriptor, 1, -1)
                }
                break
            }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(sink, Int32(SHUT_RDWR))
    }

    private static func withAddress<Value>(
        _ port: Int, _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) throws -> Value
    ) rethrows -> Value {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body($0, &length) }
        }
    }

    private struct NoProxy: Error {}

    /// Both ways of a session; its sockets are closed when both have ended.
    private final class Pump: Sendable {
        private let left: Mutex<Int>
        private let close: @Sendable () -> Void

        init(left: consuming Mutex<Int>, close: @escaping @Sendable () -> Void) {
            self.left = left
            self.close = close
        }

        func end() {
            let isLast = left.withLock { left in
                left -= 1
                return left == 0
            }
            if isLast { close() }
        }
    }
}
