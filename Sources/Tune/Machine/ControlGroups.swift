/// The control groups that the server's processes are in, version 1 and 2, and the limits on the way up to the root.
///
/// See the kernel's documentation, "cgroup-v1/memory" and "cgroup-v2". Inside a container the path that
/// `/proc/self/cgroup` names need not exist below the mount; what is missing is passed over on the way up.
struct ControlGroups {
    /// A mounted hierarchy.
    private struct Mount {
        let root: String
        let point: String
        let isVersion2: Bool
        let controllers: Set<Substring>
    }

    private let version2: [String]
    private let memory: [String]
    private let processor: [String]

    /// - Parameters:
    ///   - membership: `/proc/self/cgroup`.
    ///   - mounts: `/proc/self/mountinfo`.
    init(membership: String, mounts: String) {
        let mounts = mounts.split(separator: "\n").compactMap(Self.mount)
        var version2: [String] = []
        var memory: [String] = []
        var processor: [String] = []
        for line in membership.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let controllers = fields[1].split(separator: ",")
            func folders(isVersion2: Bool, _ controller: Substring, default point: String) -> [String] {
                let mount =
                    mounts.first {
                        $0.isVersion2 == isVersion2 && (isVersion2 || $0.controllers.contains(controller))
                    }
                    ?? Mount(root: "/", point: point, isVersion2: isVersion2, controllers: [])
                return Self.ancestors(of: String(fields[2]), below: mount)
            }
            if controllers.isEmpty { version2 = folders(isVersion2: true, "", default: "/sys/fs/cgroup") }
            if controllers.contains("memory") {
                memory = folders(isVersion2: false, "memory", default: "/sys/fs/cgroup/memory")
            }
            if controllers.contains("cpu") {
                processor = folders(isVersion2: false, "cpu", default: "/sys/fs/cgroup/cpu")
            }
        }
        self.version2 = version2
        self.memory = memory
        self.processor = processor
    }

    /// Every limit on memory, bytes; those that limit nothing are left out.
    func memoryLimits(_ read: (String) throws -> String?) rethrows -> [Machine.Quantity] {
        var limits: [Machine.Quantity] = []
        func take(_ path: String, _ text: Substring?) {
            // "max" is no number; version 1 writes no limit as the largest multiple of a page, about 9.2e18.
            guard let text, let bytes = Int(text), bytes > 0, bytes < 1 << 60 else { return }
            limits.append(Machine.Quantity(bytes, source: path))
        }
        for folder in version2 {
            // Above memory.high the kernel slows the processes down, which is no better than being limited.
            for name in ["memory.max", "memory.high"] {
                take(folder + name, try read(folder + name)?.split(separator: "\n").first)
            }
        }
        for folder in memory {
            take(
                folder + "memory.limit_in_bytes",
                try read(folder + "memory.limit_in_bytes")?.split(separator: "\n").first)
            // Limits above the container's root cannot be seen as files, but are counted in here.
            let stat = try read(folder + "memory.stat")?.split(separator: "\n")
            let line = stat?.first { $0.hasPrefix("hierarchical_memory_limit ") }
            take(folder + "memory.stat", line?.split(separator: " ").last)
        }
        return limits
    }

    /// Every quota of processor time, as whole processors rounded down, one at least.
    func processorQuotas(_ read: (String) throws -> String?) rethrows -> [Machine.Quantity] {
        var quotas: [Machine.Quantity] = []
        func take(_ path: String, _ quota: Int?, _ period: Int?) {
            guard let quota, let period, quota > 0, period > 0 else { return }
            quotas.append(Machine.Quantity(max(1, quota / period), source: path))
        }
        for folder in version2 {
            let words = try read(folder + "cpu.max")?.split(whereSeparator: \.isWhitespace) ?? []
            if words.count == 2 { take(folder + "cpu.max", Int(words[0]), Int(words[1])) }
        }
        for folder in processor {
            func number(_ name: String) throws -> Int? {
                try read(folder + name)?.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
            }
            take(folder + "cpu.cfs_quota_us", try number("cpu.cfs_quota_us"), try number("cpu.cfs_period_us"))
        }
        return quotas
    }

    /// One line of mountinfo (proc(5)) that mounts control groups.
    private static func mount(_ line: Substring) -> Mount? {
        let words = line.split(separator: " ")
        guard words.count > 4, let dash = words.firstIndex(of: "-"), dash + 3 < words.count else { return nil }
        let type = words[dash + 1]
        guard type == "cgroup" || type == "cgroup2" else { return nil }
        return Mount(
            root: String(words[3]), point: String(words[4]), isVersion2: type == "cgroup2",
            controllers: Set(words[dash + 3].split(separator: ",")))
    }

    /// The folders from a group up to the root of its mount, each with a slash at its end.
    private static func ancestors(of path: String, below mount: Mount) -> [String] {
        var path = path
        if mount.root != "/", path == mount.root || path.hasPrefix(mount.root + "/") {
            path.removeFirst(mount.root.count)
        }
        // A group outside of the namespace is named with "..", and has no folder that could be seen.
        var parts = path.split(separator: "/")
        if parts.contains("..") { parts = [] }
        return (0...parts.count).reversed().map { count in
            ([Substring(mount.point)] + parts.prefix(count)).joined(separator: "/") + "/"
        }
    }
}
