import Dispatch
import Glibc
import TestSupport
import Testing

@testable import Postgres

/// Unix sockets without a file, whose names begin with @ where libpq is told of them.
@Suite(.needsServer) struct AbstractSocketTests {
    @Test func aSessionGoesThroughAnAbstractSocket() async throws {
        var settings = try await TestServer.shared.connectionSettings()
        let port = try #require(settings["port"].flatMap { Int($0) })
        let name = "emaildb-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let relay = try AbstractRelay(name, to: port)
        defer { relay.stop() }
        settings["host"] = "@" + name
        settings["hostaddr"] = nil
        let connection = try Connection(settings)
        let host = connection.host
        #expect(host == "@" + name)
        // The server sees the relay's address: TCP, while this side has none.
        #expect(try connection.query("SELECT inet_client_port() IS NOT NULL").first?[0] == "t")
        let address = connection.option("hostaddr")
        #expect(address == nil)
        // One of a list, behind a port where nothing listens.
        settings["host"] = "127.0.0.1,@" + name
        settings["port"] = "1,\(port)"
        let second = try Connection(settings).host
        #expect(second == "@" + name)
    }

    @Test("Only a host's name is looked up", arguments: ["@emaildb", "/run/emaildb", "127.0.0.1", ""])
    func lookups(_ host: String) throws {
        var settings = ConnectionSettings(parameters: ["port": "1"])
        settings["host"] = host
        let hosts = try ConnectPlan(settings, timeout: .seconds(1)).rounds.flatMap(\.self)
        #expect(hosts.map(\.name) == [host])
        var isLookedUp = false
        let endpoints = hosts[0].endpoints { isLookedUp = true }
        #expect(isLookedUp == (host == "127.0.0.1"), "a number counts as a name: it costs no question to anybody")
        #expect(endpoints.map { $0["hostaddr"] } == [host == "127.0.0.1" ? host : ""])
    }
}

/// Passes the bytes of sessions on from an abstract socket to a server's port.
private final class AbstractRelay: Sendable {
    private let listener: Int32

    /// - Parameter port: on the loopback address; also the number that libpq puts behind the name.
    init(_ name: String, to port: Int) throws {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array("\0\(name)/.s.PGSQL.\(port)".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, length) }
        }
        try #require(bound == 0 && listen(listener, 5) == 0)
        DispatchQueue(label: "relay").async {
            while case let client = accept(listener, nil, nil), client >= 0 {
                DispatchQueue(label: "session").async { Self.pass(client, port) }
            }
            close(listener)
        }
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func pass(_ client: Int32, _ port: Int) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { for socket in [client, server] { close(socket) } }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { return }
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            var ready = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            _ = poll(&ready, 2, -1)
            for (source, sink) in [(ready[0], server), (ready[1], client)] where source.revents != 0 {
                let count = read(source.fd, &bytes, bytes.count)
                guard count > 0, send(sink, bytes, count, Int32(MSG_NOSIGNAL)) == count else { return }
            }
        }
    }
}
