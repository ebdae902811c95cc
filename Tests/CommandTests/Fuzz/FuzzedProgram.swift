import Core
import Foundation
import Glibc
import TestSupport

/// How one run of a program ended, and what it cost.
struct FuzzedRun: Sendable {
    /// Seconds that a run may take: the promise under `make soak`, and more where the machine is shared or busy.
    static var limit: Double {
        var load = [0.0]
        let share = getloadavg(&load, 1) == 1 ? load[0] / Double(sysconf(Int32(_SC_NPROCESSORS_ONLN))) : 1
        return min(longest, Double(Rounds.few(30, soak: 10)) * max(1, share))
    }
    /// Seconds after which a run is ended.
    static let longest = 30.0
    /// Seconds of processors that a run may use.
    static let processorLimit = 10.0
    /// Bytes of memory that a run may hold at once.
    static let memoryLimit = 200 << 20

    /// The exit status, or 128 and the signal's number.
    let status: Int32
    let seconds: Double
    let processorSeconds: Double
    let peakBytes: Int
    let errors: String
    /// Programs of its process group that outlived it.
    let leftovers: [String]

    /// What is wrong with it; nobody sends these runs a signal, so that a status above 128 is a crash.
    var complaints: [String] {
        var complaints: [String] = []
        if !Core.ExitStatus.table.contains(where: { $0.code == status && status < 128 }) {
            complaints.append("ended with status \(status)")
        }
        if seconds >= Self.limit { complaints.append("took \(seconds) s") }
        if processorSeconds >= Self.processorLimit { complaints.append("used \(processorSeconds) s of a processor") }
        if peakBytes >= Self.memoryLimit { complaints.append("held \(peakBytes >> 20) MB") }
        if !leftovers.isEmpty { complaints.append("left behind \(leftovers)") }
        return complaints
    }
}

/// Runs programs with arguments and environments that are any bytes, which `Process` cannot, and measures them.
enum FuzzedProgram {
    private struct NotStarted: Error { let code: Int32 }

    /// - Parameters:
    ///   - environment: all of it, each `NAME=value`.
    ///   - folder: where it runs.
    static func run(
        _ program: String, _ arguments: [[UInt8]], environment: [[UInt8]], in folder: String
    ) throws -> FuzzedRun {
        let errorFile = "/tmp/emaildb-fuzz-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        let errors = open(errorFile, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard errors >= 0 else { throw NotStarted(code: errno) }
        defer { close(errors) }
        unlink(errorFile)
        let start = ContinuousClock.now
        let pid = try spawn(program, arguments, environment, in: folder, errors: errors)
        var sampled = 0
        var status: Int32 = 0
        var usage = rusage()
        while wait4(pid, &status, WNOHANG, &usage) == 0 {
            sampled = max(sampled, peak(of: "\(pid)"))
            if start.duration(to: .now) > .seconds(FuzzedRun.longest) { kill(-pid, SIGKILL) }
            usleep(2000)
        }
        let elapsed = start.duration(to: .now) / .seconds(1)
        // Between fork and exec a child has its parent's memory, and the kernel counts that, too. Other tests make it grow.
        let ownPeak = peak(of: "self")
        let counted = Int(usage.ru_maxrss) << 10
        let text = lseek(errors, 0, SEEK_SET) == 0 ? read(errors) : ""
        return FuzzedRun(
            status: status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F), seconds: elapsed,
            processorSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            peakBytes: counted > ownPeak ? counted : sampled, errors: text, leftovers: leftovers(of: pid))
    }

    /// The processes of a group that still run a while after its first has ended.
    private static func leftovers(of group: Int32) -> [String] {
        for _ in 0..<100 {
            if kill(-group, 0) != 0 || members(of: group).isEmpty { return [] }
            usleep(20_000)
        }
        return members(of: group)
    }

    private static func members(of group: Int32) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.filter { Int32($0) != nil }.compactMap { name in
            let line = (try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8)) ?? ""
            // Behind the name of the program, which may hold anything: state, parent, group.
            let words = line.split(separator: ")").last?.split(separator: " ") ?? []
            return words.count > 2 && words[0] != "Z" && words[2] == "\(group)" ? line : nil
        }
    }

    /// The most memory that a process had, bytes; 0 when it is gone.
    private static func peak(of process: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    private static func read(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 4000)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    private static func spawn(
        _ program: String, _ arguments: [[UInt8]], _ environment: [[UInt8]], in folder: String, errors: Int32
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        // Swift's Glibc has no posix_spawn_file_actions_addchdir_np; env hands on every byte.
        let path = URL(filePath: program).path
        let start = ["env", "--chdir=" + folder, path].map { Array($0.utf8) }
        var words = (start + arguments).map(copy) + [nil]
        var variables = environment.map(copy) + [nil]
        defer { for word in words + variables { free(word) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/usr/bin/env", &actions, &attributes, &words, &variables)
        guard code == 0 else { throw NotStarted(code: code) }
        return pid
    }

    /// A C string.
    private static func copy(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar>? {
        strdup(bytes.map { CChar(bitPattern: $0) } + [0])
    }
}

/// Runs of a fuzz test, several at once, and what was wrong with them.
enum Fuzz {
    /// A run and what a reader needs to repeat it.
    struct Case: Sendable {
        let arguments: [[UInt8]]
        var environment: [[UInt8]] = []
        var note = ""
    }

    /// Numbers the rounds and gives each its own seed, so that one can be repeated alone.
    /// - Parameter body: does one round; it gets what is random in it, and returns what was wrong.
    /// - Returns: what was wrong in all of them.
    static func rounds(
        _ name: String, _ count: Int, _ body: @escaping @Sendable (Int, inout SeededGenerator) throws -> [String]
    ) async throws -> [String] {
        let seed = SeededGenerator(printing: "\(name), \(count) rounds").seed
        let workers = 3
        return try await Threads.run(workers) { worker in
            try stride(from: worker, to: count, by: workers).flatMap { round in
                var generator = SeededGenerator(seed: seed &+ UInt64(round))
                return try body(round, &generator).map { "round \(round), EMAILDB_SEED=\(seed): \($0)" }
            }
        }
        .flatMap { $0 }
    }

    /// Runs `emaildb`.
    /// - Returns: what was wrong.
    static func run(_ fuzzed: Case, in folder: String) throws -> [String] {
        let run = try FuzzedProgram.run(
            CommandRunner.emaildb, fuzzed.arguments, environment: fuzzed.environment, in: folder)
        let complaints = run.complaints
        if complaints.isEmpty { return [] }
        let words = (fuzzed.arguments + [Array("<".utf8)] + fuzzed.environment).map {
            String(decoding: $0.prefix(120), as: UTF8.self).debugDescription
        }
        let call = words.joined(separator: " ")
        return ["\(complaints.joined(separator: ", ")): \(fuzzed.note) \(call) \(run.errors.prefix(600))"]
    }
}

extension [String: String] {
    /// As a program gets it.
    var variables: [[UInt8]] { map { Array("\($0.key)=\($0.value)".utf8) } }
}
