import Core

/// The control groups that the server's processes are in, version 1 and 2, and the limits on the way up to the root.
///
/// See the kernel's documentation, "cgroup-v1/memory" and "cgroup-v2". Inside a container the path that
/// `/proc/self/cgroup` names need not exist below the mount; what is missing is passed over on the way up.
struct ControlGroups {
    /// A mounted hierarchy; the controllers are those of version 1, nil for version 2, which has all.
    private typealias Mount = (root: String, point: String, controllers: [Substring]?)

    // The folders from the group up to the root of its mount, each with a slash at its end.
    private let version2: [String]
    private let memory: [String]
    private let processor: [String]

    init(_ read: (String) throws -> String?) rethrows {
        let mounts = try read("/proc/self/mountinfo")?.parts("\n").compactMap(Self.mount) ?? []
        // `number:controllers:path`, without controllers for version 2.
        let groups = (try read("/proc/self/cgroup") ?? "").parts("\n").map {
            $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        }
        func folders(_ controller: Substring?) -> [String] {
            func isWanted(_ controllers: [Substring]?) -> Bool {
                controller.map { controllers?.contains($0) == true } ?? (controllers == nil)
            }
            let group = groups.first { $0.count == 3 && isWanted($0[1].isEmpty ? nil : $0[1].parts(",")) }
            let mount =
                mounts.first { isWanted($0.controllers) }
                ?? ("/", "/sys/fs/cgroup" + (controller.map { "/" + $0 } ?? ""), nil)
            return group.map { Self.ancestors(of: String($0[2]), below: mount) } ?? []
        }
        version2 = folders(nil)
        memory = folders("memory")
        processor = folders("cpu")
    }

    /// Every limit on memory, bytes; those that limit nothing are left out.
    func memoryLimits(_ read: (String) throws -> String?) rethrows -> [Machine.Quantity] {
        // Above memory.high the kernel slows the processes down, which is no better than being limited. Limits above
        // the container's root cannot be seen as files, but are counted in memory.stat.
        let files =
            version2.flatMap { [$0 + "memory.max", $0 + "memory.high"] }
            + memory.flatMap { [$0 + "memory.limit_in_bytes", $0 + "memory.stat"] }
        return try files.compactMap { file in
            var words = try read(file)?.parts(" ", "\n")[...] ?? []
            if file.hasSuffix("memory.stat") { words = words.drop { $0 != "hierarchical_memory_limit" }.dropFirst() }
            // "max" is no number; version 1 writes no limit as the largest multiple of a page, about 9.2e18.
            guard let bytes = words.first.flatMap({ Int($0) }), bytes > 0, bytes < 1 << 60 else { return nil }
            return Machine.Quantity(bytes, source: file)
        }
    }

    /// Every quota of processor time, as whole processors rounded down, one at least.
    func processorQuotas(_ read: (String) throws -> String?) rethrows -> [Machine.Quantity] {
        let files =
            version2.map { [$0 + "cpu.max"] } + processor.map { [$0 + "cpu.cfs_quota_us", $0 + "cpu.cfs_period_us"] }
        return try files.compactMap { files in
            // The quota and its period; "max" and -1 are none.
            let numbers = try files.flatMap { try read($0)?.parts(" ", "\n") ?? [] }.compactMap { Int($0) }
            guard numbers.count == 2, numbers[0] > 0, numbers[1] > 0 else { return nil }
            return Machine.Quantity(max(1, numbers[0] / numbers[1]), source: files[0])
        }
    }

    /// One line of mountinfo (proc(5)) that mounts control groups.
    private static func mount(_ line: Substring) -> Mount? {
        let words = line.parts(" ")
        guard words.count > 4, let dash = words.firstIndex(of: "-"), dash + 3 < words.count,
            ["cgroup", "cgroup2"].contains(words[dash + 1])
        else { return nil }
        return (String(words[3]), String(words[4]), words[dash + 1] == "cgroup" ? words[dash + 3].parts(",") : nil)
    }

    private static func ancestors(of path: String, below mount: Mount) -> [String] {
        var parts = path.parts("/")
        let root = mount.root.parts("/")
        if parts.starts(with: root) { parts.removeFirst(root.count) }
        // A group outside of the namespace is named with "..", and has no folder that could be seen.
        if parts.contains("..") { parts = [] }
        return (0...parts.count).reversed().map { count in
            ([Substring(mount.point)] + parts.prefix(count)).joined(separator: "/") + "/"
        }
    }
}
