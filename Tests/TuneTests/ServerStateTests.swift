import Postgres
import TestSupport
import Testing

@testable import Tune

@Suite(.needsServer) struct ServerStateTests {
    @Test func valuesAreComparedByWhatTheyMean() async throws {
        let connection = try Connection(try await TestServer.shared.connectionSettings())
        let state = try ServerState(connection)
        func same(_ name: String, _ one: String, _ other: String) -> Bool { state[name]?.same(one, other) ?? false }
        #expect(same("shared_buffers", "2GB", "262144"))
        #expect(same("shared_buffers", "2GB", "2048MB"))
        #expect(!same("shared_buffers", "2GB", "2047MB"))
        #expect(same("log_min_duration_statement", "1s", "1000"))
        #expect(same("random_page_cost", "1.1", "1.10"))
        #expect(same("fsync", "on", "true"))
        #expect(same("wal_level", "Replica", "replica"))
        #expect(same("shared_preload_libraries", "a, \"b\"", "a,b"))
        #expect(!same("shared_preload_libraries", "a,b", "b,a"), "the order of loading counts")
        #expect(state["checkpoint_timeout"]?.now == "5min")
        #expect(state["wal_segment_size"]?.now == "16MB")
    }
}
