import Core
import Foundation
import Glibc
import TestSupport
import Testing

/// Files are replaced whole; what is no file is written to and stays what it is.
@Suite struct FileOutputTests {
    private func kind(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    private let new = Array("new\n".utf8)

    @Test func aFileIsReplacedWithItsModeAlsoBehindALink() throws {
        let folder = try TemporaryFolder()
        try folder.write("real/file", "old, and longer")
        chmod(folder.path + "/real/file", 0o640)
        #expect(
            symlink("real/file", folder.path + "/link") == 0
                && symlink(folder.path + "/link", folder.path + "/second") == 0)
        let open = Glibc.open(folder.path + "/real/file", O_RDONLY)
        defer { close(open) }
        try FileOutput.write(new, to: folder.path + "/second")
        #expect(try folder.read("real/file") == "new\n")
        #expect(kind(folder.path + "/link") == S_IFLNK && kind(folder.path + "/second") == S_IFLNK)
        #expect(mode(folder.path + "/real/file") == 0o640)
        var before = [UInt8](repeating: 0, count: 20)
        #expect(read(open, &before, 20) == 15, "who has it open sees the old one to its end")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/real") == ["file"])
    }

    @Test func aLinkToNothingMakesWhatItNames() throws {
        let folder = try TemporaryFolder()
        #expect(symlink("made", folder.path + "/link") == 0)
        try FileOutput.write(new, to: folder.path + "/link")
        #expect(try folder.read("made") == "new\n" && kind(folder.path + "/link") == S_IFLNK)
        #expect(symlink("loop", folder.path + "/loop") == 0)
        #expect(throws: FileOutput.Refused.self) { try FileOutput.write(new, to: folder.path + "/loop") }
    }

    @Test func aPipeIsWrittenTo() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        let reader = open(path, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        try FileOutput.write(new, to: path)
        var bytes = [UInt8](repeating: 0, count: 10)
        #expect(read(reader, &bytes, 10) == 4 && kind(path) == S_IFIFO)
    }

    @Test func aFullDeviceIsAnErrorAndStaysADevice() throws {
        let folder = try TemporaryFolder()
        // As root a node of our own: a fault of this test must not cost the machine's.
        let path = getuid() == 0 ? folder.path + "/full" : "/dev/full"
        if getuid() == 0, mknod(path, S_IFCHR | 0o600, 1 << 8 | 7) != 0 { return }
        let error = #expect(throws: FileOutput.Refused.self) { try FileOutput.write(new, to: path) }
        // A node in a folder that is mounted without devices cannot be opened.
        #expect([ENOSPC, EACCES].contains(error?.code) && kind(path) == S_IFCHR)
    }

    @Test func aDescriptorOfTheShellKeepsItsPosition() throws {
        let folder = try TemporaryFolder()
        let file = open(folder.path + "/file", O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        try FileOutput.write(Array("first\n".utf8), to: file)
        for path in ["/dev/fd/\(file)", "/proc/self/fd/\(file)"] { try FileOutput.write(new, to: path) }
        #expect(try folder.read("file") == "first\nnew\nnew\n")
        #expect(throws: FileOutput.Refused.self) { try FileOutput.write(new, to: "/dev/fd/1000") }
        #expect(throws: FileOutput.Refused.self) { try FileOutput.write(new, to: folder.path) }
        #expect(throws: FileOutput.Refused.self) { try FileOutput.write(new, to: folder.path + "/none/file") }
    }

    @Test func whatCannotTakeItsPlaceLeavesNothingBeside() throws {
        let folder = try TemporaryFolder()
        try folder.write("target/file", "there")
        #expect(throws: FileOutput.Refused.self) {
            try FileOutput.replace(folder.path + "/target", new, newMode: 0o600)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["target"])
    }

    @Test func aPipeThatIsFullIsWaitedFor() async throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0 && fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0)
        let reader = ends[0]
        let much = [UInt8](repeating: 7, count: 300_000)
        async let count: [Int] = Threads.run(1) { _ in
            var (count, bytes) = (0, [UInt8](repeating: 0, count: 4096))
            while case let got = read(reader, &bytes, 4096), got > 0 { count += got }
            return count
        }
        try FileOutput.write(much, to: ends[1])
        close(ends[1])
        #expect(try await count == [much.count])
        close(reader)
    }

    @Test func whatIsAppendedStandsBehindTheRest() throws {
        let folder = try TemporaryFolder()
        try FileOutput.append(new, to: folder.path + "/file")
        try FileOutput.append(new, to: folder.path + "/file")
        #expect(try folder.read("file") == "new\nnew\n")
        #expect(throws: FileOutput.Refused.self) { try FileOutput.append(new, to: folder.path + "/none/file") }
    }

    @Test func onlyRegularFilesAndNewOnesAreReplaced() throws {
        let folder = try TemporaryFolder()
        try folder.write("file", "")
        #expect(symlink("file", folder.path + "/link") == 0 && mkfifo(folder.path + "/pipe", 0o600) == 0)
        let replaced = ["file", "link", "new", "pipe", ""].map { FileOutput.isReplaced(folder.path + "/" + $0) }
        #expect(replaced == [true, true, true, false, false] && !FileOutput.isReplaced("/dev/stdout"))
    }
}
