import Core
import Glibc
import Postgres
import TestSupport
import Testing

@testable import Tune

/// What the server's machine is, read through a real server from trees that stand for `/proc` and `/sys`.
@Suite(.needsServer) struct MachineSensorTests {
    @Test("A container of 1 GB on a large host is 1 GB") func containerLimit() async throws {
        let (memory, cpus) = try await Self.sense([
            "proc/meminfo": "MemTotal:       134217728 kB\nMemFree: 1 kB\n",
            "proc/self/cgroup": "0::/\n",
            "proc/self/mountinfo": Self.version2,
            "sys/fs/cgroup/memory.max": "1073741824\n",
            "sys/fs/cgroup/memory.high": "max\n",
            "sys/fs/cgroup/cpu.max": "250000 100000\n",
            "sys/devices/system/cpu/online": "0-31\n",
        ])
        #expect(memory?.value == 1 << 30)
        #expect(memory?.source == "/sys/fs/cgroup/memory.max")
        #expect(cpus?.value == 2, "two and a half processors")
        #expect(cpus?.source == "/sys/fs/cgroup/cpu.max")
    }

    @Test(arguments: ["max\n", nil, "9223372036854771712\n", "not a number\n"])
    func noLimitIsNoLimit(_ content: String?) async throws {
        var files = [
            "proc/meminfo": "MemTotal: 2097152 kB\n", "proc/self/cgroup": "0::/a/b\n",
            "proc/self/mountinfo": Self.version2, "sys/devices/system/cpu/online": "0-1,4\n",
        ]
        files["sys/fs/cgroup/a/b/memory.max"] = content
        files["sys/fs/cgroup/a/b/cpu.max"] = "max 100000\n"
        let (memory, cpus) = try await Self.sense(files)
        #expect(memory == Machine.Quantity(2 << 30, source: "/proc/meminfo"))
        #expect(cpus == Machine.Quantity(3, source: "/sys/devices/system/cpu/online"))
    }

    @Test func theSmallestOfAllAncestorsWins() async throws {
        let (memory, cpus) = try await Self.sense([
            "proc/meminfo": "MemTotal: 67108864 kB\n",
            "proc/self/cgroup": "0::/system.slice/postgres.service/main\n",
            "proc/self/mountinfo": Self.version2,
            "proc/self/status": "Name: postgres\nCpus_allowed_list:\t0-7\n",
            "sys/fs/cgroup/system.slice/postgres.service/main/memory.max": "max\n",
            "sys/fs/cgroup/system.slice/postgres.service/memory.max": "8589934592\n",
            "sys/fs/cgroup/system.slice/memory.high": "4294967296\n",
            "sys/fs/cgroup/system.slice/cpu.max": "400000 100000\n",
        ])
        #expect(memory?.value == 4 << 30 && memory?.source.hasSuffix("system.slice/memory.high") == true)
        #expect(cpus?.value == 4)
    }

    @Test("Version 1 of cgroups is read from its own mounts and from the hierarchy") func versionOne() async throws {
        let mounts = """
            32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
            35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
            """
        let (memory, cpus) = try await Self.sense([
            "proc/meminfo": "MemTotal: 67108864 kB\n",
            "proc/self/cgroup": "4:memory:/docker/abc/inner\n3:cpu,cpuacct:/docker/abc\n0::/\n",
            "proc/self/mountinfo": mounts,
            "proc/cpuinfo": "processor\t: 0\nprocessor\t: 1\nprocessor\t: 2\n",
            "sys/fs/cgroup/memory/inner/memory.limit_in_bytes": "9223372036854771712\n",
            "sys/fs/cgroup/memory/inner/memory.stat": "cache 1\nhierarchical_memory_limit 2147483648\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "3221225472\n",
            "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us": "50000\n",
            "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us": "100000\n",
        ])
        #expect(
            memory?.value == 2 << 30 && memory?.source.hasSuffix("memory.stat") == true, "\(String(describing: memory))"
        )
        #expect(cpus?.value == 1, "half a processor is one")
    }

    @Test func aServerWithoutProcIsAskedForItsMemory() async throws {
        let folder = try TemporaryFolder()
        var options = TuneOptions(profile: .production)
        options.systemRoot = folder.path
        let tuner = Tuner(settings: try await TestServer.shared.connectionSettings())
        do {
            _ = try tuner.plan(options)
            Issue.record("a plan was made of nothing")
        } catch let failure as Failure {
            let problems = failure.problems
            #expect(problems.first?.problem.contains("does not tell how much memory it has") == true)
            #expect(problems.first?.fix?.contains("--memory 8GB") == true)
        }
        options.memory = 1 << 30
        #expect(try tuner.plan(options).machine.memory.source == "--memory")
    }

    @Test func thePlanSaysWhatItWasMadeOf() async throws {
        let folder = try Self.tree([
            "proc/meminfo": "MemTotal: 134217728 kB\n", "proc/self/cgroup": "0::/\n",
            "proc/self/mountinfo": Self.version2, "sys/fs/cgroup/memory.max": "1073741824\n",
        ])
        var options = TuneOptions(profile: .development)
        options.systemRoot = folder.path
        let plan = try Tuner(settings: try await TestServer.shared.connectionSettings()).plan(options)
        #expect(plan.machine.memory == Machine.Quantity(1 << 30, source: "/sys/fs/cgroup/memory.max"))
        #expect(plan.items.first { $0.setting == "shared_buffers" }?.proposed == "256MB")
        #expect(plan.machine.walVolume?.source == "df on the server")
    }

    private static let version2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"

    private static func sense(
        _ files: [String: String]
    ) async throws -> (memory: Machine.Quantity?, cpus: Machine.Quantity?) {
        let folder = try tree(files)
        let connection = try Connection(try await TestServer.shared.connectionSettings())
        let sensor = MachineSensor(root: folder.path)
        return (try sensor.memory(connection), try sensor.cpus(connection))
    }

    private static func tree(_ files: [String: String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(name, text) }
        return folder
    }
}
