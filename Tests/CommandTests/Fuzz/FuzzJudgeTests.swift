import Foundation
import Testing

/// The judge of the fuzz tests notices what it is there for.
@Suite struct FuzzJudgeTests {
    private func judge(_ script: String) throws -> [String] {
        try FuzzedProgram.run(
            "/bin/sh", ["-c", script].map { Array($0.utf8) },
            environment: ["PATH": "/usr/bin:/bin"].variables, in: "/tmp"
        ).complaints
    }

    @Test(arguments: [
        ("kill -ILL $$", "ended with status 132"), ("kill -SEGV $$", "ended with status 139"),
        ("exit 17", "ended with status 17"), ("exit 134", "ended with status 134"),
        ("exec dd if=/dev/zero of=/dev/null bs=300M count=20 2>&1", "held 30"),
        ("sleep 20 & exit 0", "left behind"),
    ])
    func notices(_ script: String, _ words: String) throws {
        let complaints = try judge(script)
        #expect(complaints.count == 1 && complaints[0].hasPrefix(words), "\(complaints)")
    }

    @Test(arguments: ["true", "exit 1", "exit 64", "exec dd if=/dev/zero of=/dev/null bs=50M count=1 2>&1"])
    func acceptsWhatIsDocumented(_ script: String) throws {
        #expect(try judge(script).isEmpty)
    }

    @Test func givesArgumentsAndEnvironmentAsTheyAre() throws {
        let run = try FuzzedProgram.run(
            "/bin/sh",
            [Array("-c".utf8), Array("printf '%s|%s' \"$0\" \"$ODD\" | od -An -tx1 >&2".utf8), [0xFF, 0xC3]],
            environment: [Array("PATH=/usr/bin:/bin".utf8), Array("ODD=".utf8) + [0x80]], in: "/tmp")
        #expect(run.errors.filter { !$0.isWhitespace } == "ffc37c80", "\(run)")
    }
}
