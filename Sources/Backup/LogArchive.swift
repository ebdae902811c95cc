import Core
import Glibc
import Postgres
import Server

/// The log in a repository: what is there, and where something is missing.
struct LogArchive: Sendable {
    let folder: String
    let size: UInt64
    /// Whole segments, and the names of their files.
    private(set) var segments: [LogSegment: String] = [:]
    /// The segments that were still being written.
    private(set) var partial: [LogSegment: String] = [:]
    private(set) var histories: [UInt32: TimelineHistory] = [:]
    /// What does not belong here, or is a history that cannot be read.
    private(set) var strangers: [String] = []

    init(_ repository: Repository) throws(Failure) {
        folder = repository.log
        size = repository.record.segmentSize
        for name in try Files.names(folder).sorted() { sort(name) }
    }

    private mutating func sort(_ name: String) {
        let parts = name.splitScalars(".")
        let rest = Array(parts.dropFirst())
        if let segment = LogSegment(parts[0], size: size), [[], ["gz"]].contains(rest) {
            segments[segment] = name
        } else if let segment = LogSegment(parts[0], size: size), [["partial"], ["gz", "partial"]].contains(rest) {
            partial[segment] = name
        } else if rest == ["history"], parts[0].utf8.count == 8, let timeline = UInt32(parts[0], radix: 16),
            let history = TimelineHistory(timeline: timeline, Files.text(folder + "/" + name) ?? "?")
        {
            histories[timeline] = history
        } else {
            strangers.append(name)
        }
    }

    func has(_ segment: LogSegment) -> Bool { segments[segment] != nil }

    /// The newest timeline of which there is anything.
    var newestTimeline: UInt32? {
        (Array(segments.keys.map(\.timeline)) + partial.keys.map(\.timeline) + histories.keys).max()
    }

    /// The file of a segment, whole or not.
    func file(_ segment: LogSegment) -> String? { segments[segment] ?? partial[segment] }

    // MARK: - One way through the log

    /// The segments from one on, along a timeline, as far as there is anything.
    struct Way: Sendable {
        /// Whole segments in order, up to the first that is missing, and at the end one that is not whole.
        package var segments: [LogSegment] = []
        /// The first run of segments that are missing although later ones are there.
        package var gap: ClosedRange<LogSegment>?

        var last: LogSegment? { segments.last }
    }

    /// - Parameters:
    ///   - first: where it begins, on whatever timeline.
    ///   - timeline: where it goes to.
    func way(from first: LogSegment, to timeline: UInt32) -> Way {
        let history = histories[timeline]
        func segment(_ number: UInt64) -> LogSegment {
            let last = LogPosition(bytes: (number + 1) * size - 1)
            return LogSegment(timeline: history?.timeline(at: last) ?? timeline, number: number, size: size)
        }
        let known = (Array(segments.keys) + partial.keys).filter {
            $0 == segment($0.number) && $0.number >= first.number
        }
        guard let newest = known.map(\.number).max() else { return Way() }
        var way = Way()
        for number in first.number...newest {
            let next = segment(number)
            if has(next) || (number == newest && partial[next] != nil) {
                way.segments.append(next)
                continue
            }
            var end = number
            while end < newest, !has(segment(end + 1)) { end += 1 }
            way.gap = next...segment(end)
            break
        }
        return way
    }

    /// Every gap along a timeline.
    func gaps(from first: LogSegment, to timeline: UInt32) -> [ClosedRange<LogSegment>] {
        var gaps: [ClosedRange<LogSegment>] = []
        var start = first
        while let gap = way(from: start, to: timeline).gap {
            gaps.append(gap)
            start = gap.upperBound.next
        }
        return gaps
    }

    /// Timelines that went on after another had left them: two servers have written to this archive, each its own history.
    var splits: [(timeline: UInt32, left: LogPosition, wentOnTo: LogSegment, by: UInt32)] {
        histories.values.sorted { $0.timeline < $1.timeline }.compactMap { history in
            guard let fork = history.ancestors.last else { return nil }
            let later = segments.keys.filter { $0.timeline == fork.timeline && $0.start >= fork.end }
            return later.max().map { (fork.timeline, fork.end, $0, history.timeline) }
        }
    }

    // MARK: - What is in the files

    struct Defect: Sendable {
        let file: String
        let what: String
    }

    /// Reads segments: whether they can be unpacked, checksum and all, and whether they are what their name says, of this
    /// cluster.
    func read(
        _ wanted: [LogSegment], systemIdentifier: String, _ programs: BackupPrograms
    ) throws(Failure) -> [Defect] {
        var defects: [Defect] = []
        let files = wanted.compactMap { segment in segments[segment].map { (segment, $0) } }
        for start in stride(from: 0, to: files.count, by: 200) {
            let batch = Array(files[start..<min(start + 200, files.count)])
            let outcome = try programs.shell(Self.script, batch.map { folder + "/" + $0.1 })
            let lines = outcome.output.split(separator: "\n").map {
                $0.split(separator: " ", omittingEmptySubsequences: false)
            }
            guard lines.count == batch.count, lines.allSatisfy({ $0.count == 2 }) else {
                throw Failure(
                    .failed, "the log in \(folder) cannot be read: \(outcome.lastErrors)", fix: "ls -l \(folder)")
            }
            for (line, (segment, name)) in zip(lines, batch) {
                if line[0] != "0" {
                    defects.append(Defect(file: name, what: "is damaged: it cannot be unpacked"))
                } else if let what = Self.complaint(String(line[1]), segment, systemIdentifier) {
                    defects.append(Defect(file: name, what: what))
                }
            }
        }
        return defects
    }

    /// For each file its status, and the first 40 bytes.
    private static let script = """
        for f in "$@"; do
          s=0
          case $f in
            *.gz) gzip -t "$f" 2>/dev/null || s=1; h=$(gzip -dc "$f" 2>/dev/null | head -c 40 | od -An -v -tx1 | tr -d ' \\n');;
            *) h=$(head -c 40 "$f" | od -An -v -tx1 | tr -d ' \\n');;
          esac
          echo "$s $h"
        done
        """

    /// What is wrong with the header of a segment (`XLogLongPageHeaderData` of PostgreSQL's xlog_internal.h), if anything.
    private static func complaint(_ header: String, _ segment: LogSegment, _ systemIdentifier: String) -> String? {
        let digits = Array(header)
        guard digits.count == 80 else { return "is damaged: it has no header" }
        func number(_ offset: Int, _ length: Int) -> UInt64 {
            // The machine that wrote it is the one that reads it: its bytes are in the same order.
            (0..<length).reduce(0) { value, index in
                let place = (offset + index) * 2
                return value | (UInt64(String(digits[place...place + 1]), radix: 16) ?? 0) << UInt64(8 * index)
            }
        }
        if String(number(24, 8)) != systemIdentifier { return "is of another cluster, \(number(24, 8))" }
        if number(4, 4) > UInt64(segment.timeline) { return "holds timeline \(number(4, 4)), not what its name says" }
        if number(8, 8) != segment.start.bytes {
            return "holds \(LogPosition(bytes: number(8, 8))), not what its name says"
        }
        return nil
    }
}

/// Looks into the log with `pg_waldump`.
struct LogScan {
    let archive: LogArchive
    let programs: BackupPrograms
    /// An empty folder for what is unpacked.
    let folder: String

    struct Commit: Sendable {
        let at: Moment
        let position: LogPosition
    }

    /// The last transaction that a way through the log has the commit of.
    func lastCommit(_ way: LogArchive.Way) throws(Failure) -> Commit? {
        for segment in way.segments.reversed() {
            let line = try lastLine(segment, ["-r", "Transaction"], matching: " desc: COMMIT")
            guard let line, let position = Self.position(line), let text = line.range(behind: "desc: COMMIT"),
                let end = text.firstRange(of: " UTC")
            else { continue }
            // COMMIT, or COMMIT_PREPARED with a number and a colon in between.
            let time = text[..<end.lowerBound].suffix(26)
            if let at = Moment(String(time).trimmed + "Z") { return Commit(at: at, position: position) }
        }
        return nil
    }

    /// Where the last record begins that a way through the log has.
    func lastRecord(_ way: LogArchive.Way) throws(Failure) -> LogPosition? {
        for segment in way.segments.reversed() {
            if let line = try lastLine(segment, [], matching: "lsn: "), let position = Self.position(line) {
                return position
            }
        }
        return nil
    }

    /// Where a restore point is, the last one of its name.
    func point(_ name: String, _ way: LogArchive.Way) throws(Failure) -> LogPosition? {
        for segment in way.segments.reversed() {
            try Interruption.check()
            let line = try lastLine(segment, ["-r", "XLOG"], matching: "desc: RESTORE_POINT \(name)")
            if let line, line.hasSuffix("RESTORE_POINT \(name)") { return Self.position(line) }
        }
        return nil
    }

    private static func position(_ line: String) -> LogPosition? {
        line.range(behind: "lsn: ").flatMap { LogPosition($0.prefix { $0 != "," && $0 != " " }) }
    }

    private func lastLine(_ segment: LogSegment, _ options: [String], matching text: String) throws(Failure) -> String?
    {
        let next = segment.next
        // A record may end in the next segment.
        for wanted in [segment, next] {
            guard let name = archive.file(wanted), !Files.exists("\(folder)/\(wanted)") else { continue }
            _ = try programs.shell(
                Self.unpacking, ["\(archive.folder)/\(name)", "\(folder)/\(wanted)", String(archive.size)])
        }
        let script =
            "LD_LIBRARY_PATH=$1; export LD_LIBRARY_PATH; shift; t=$1; shift; \"$@\" 2>/dev/null | grep -F -- \"$t\" | tail -n 1"
        let command = [
            programs.binaries.directory + "/lib", text, programs.binaries.directory + "/bin/pg_waldump", "-p", folder,
        ]
        let end = Files.exists("\(folder)/\(next)") ? next : segment
        let outcome = try programs.shell(script, command + options + ["\(segment)", "\(end)"])
        try? Files.remove("\(folder)/\(next)")
        return outcome.output.split(separator: "\n").last.map(String.init)
    }

    /// Unpacks a file as far as it goes, and makes it as long as a segment is.
    private static let unpacking = """
        case $1 in *.gz|*.gz.partial) gzip -dc "$1" >"$2" 2>/dev/null;; *) cat "$1" >"$2";; esac
        truncate -s "$3" "$2"
        """
}

extension String {
    /// What stands behind the first occurrence of a text.
    fileprivate func range(behind text: String) -> Substring? { firstRange(of: text).map { self[$0.upperBound...] } }
}

extension StringProtocol {
    fileprivate var trimmed: String { String(drop { $0 == " " || $0 == ":" }) }
}
