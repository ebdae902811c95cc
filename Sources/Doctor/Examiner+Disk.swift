import Core
import Glibc
import Postgres

extension Examiner {
    /// How full the volumes are, where the server runs on this machine: PostgreSQL has no function for it.
    /// - Parameter folders: the data directory, and those of tablespaces.
    func lookAtDisk(_ login: DoctorLogin, _ folders: [String], into report: inout DoctorReport) {
        let there = "on the server's machine: emaildb doctor"
        if let obstacle = login.obstacle(.settings) {
            return report.skip(DoctorCheck.disk, obstacle.what, fix: obstacle.fix)
        }
        guard isHere(login.process), let data = folders.first else {
            return report.skip(DoctorCheck.disk, "the server is not on this machine", fix: there)
        }
        var volumes: Set<UInt> = []
        for folder in folders + [data + "/pg_wal"] {
            guard let volume = Volume(folder) else {
                report.skip(
                    DoctorCheck.disk, "the volume of \(folder): \(String(cString: strerror(errno)))", fix: there)
                continue
            }
            guard volumes.insert(volume.id).inserted, let check = DoctorCheck.named(DoctorCheck.disk),
                let severity = thresholds[DoctorCheck.disk]?.severity(volume.usedPercent)
            else { continue }
            let free = Threshold.Unit.size.text(Double(volume.free / (1 << 20) * (1 << 20)))
            let shown = (volume.usedPercent * 10).rounded(.down) / 10
            report.findings.append(
                DoctorFinding(
                    check, severity, object: "volume of \(folder)", value: volume.usedPercent,
                    evidence: ["\(shown) % are used, \(free) are free"],
                    fix:
                        "du -xh --max-depth=2 \(Self.quoted(folder)) | sort -h | tail -n 20   # what takes it; then make the volume larger",
                    .shell))
        }
    }

    /// Whether the process of this session runs on this machine, and in a container that this program sees into: its number and
    /// its title are what the server says.
    private func isHere(_ process: (id: Int, title: String)) -> Bool {
        let folder = "/proc/\(process.id)/"
        return fileText(folder + "comm") == "postgres\n"
            && fileText(folder + "cmdline")?.contains(" " + process.title) == true
    }
}

/// A volume of this machine, as df(1) counts it.
private struct Volume {
    let id: UInt
    /// Bytes that others than root can have.
    let free: UInt
    let usedPercent: Double

    /// - Returns: nil when it may not be looked at; `errno` says why.
    init?(_ folder: String) {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        let used = status.f_blocks - status.f_bfree
        id = status.f_fsid
        free = status.f_bavail * status.f_frsize
        usedPercent = 100 * Double(used) / Double(max(used + status.f_bavail, 1))
    }
}
