// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let subprocess: [Target.Dependency] = [
    .product(name: "Subprocess", package: "swift-subprocess"),
    .product(name: "SystemPackage", package: "swift-system"),
]
let arguments: [Target.Dependency] = [.product(name: "ArgumentParser", package: "swift-argument-parser")]

/// The rooms of the program, lowest first.
///
/// A room may import only rooms that stand before it: `room` refuses any other.
var rooms: [String] = []

@MainActor func room(_ name: String, _ below: [String], _ others: [Target.Dependency] = []) -> Target {
    let unknown = below.filter { !rooms.contains($0) }
    precondition(unknown.isEmpty, "\(name) may not import \(unknown.joined(separator: ", ")): only rooms before it")
    rooms.append(name)
    let dependencies = below.map { Target.Dependency.target(name: $0) } + others
    return name == "EmailDBCommand"
        ? .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
        : .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ of: [String]) -> Target {
    .testTarget(name: name, dependencies: (of + ["TestSupport"]).map { .target(name: $0) }, swiftSettings: settings)
}

let package = Package(
    name: "emaildb",
    products: [.executable(name: "emaildb", targets: ["EmailDBCommand"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: [
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSpawn"),
        .target(name: "CSchemaSQL"),
        .target(name: "CGuides"),

        room("Postgres", [], ["CLibpq", "CLibcrypto"]),
        room("Core", ["Postgres"], ["CSchemaSQL"]),
        room("Configuration", ["Core", "Postgres"]),
        room("Schema", ["Core", "Postgres"]),
        room("Fix", ["Schema", "Core", "Postgres"]),
        room("Install", ["Fix", "Schema", "Core", "Postgres"]),
        room("Verify", ["Install", "Fix", "Schema", "Core", "Postgres"]),
        room("Adopt", ["Install", "Fix", "Schema", "Core", "Postgres"]),
        room("Doctor", ["Verify", "Install", "Schema", "Core", "Postgres"]),
        room("Server", ["Install", "Schema", "Core", "Postgres"], ["CSpawn"]),
        room("Bench", ["Install", "Schema", "Core", "Postgres"]),
        room("Tune", ["Bench", "Server", "Install", "Schema", "Core", "Postgres"]),
        room("Pooler", ["Install", "Core", "Postgres"]),
        room("Backup", ["Server", "Verify", "Install", "Schema", "Core", "Postgres"]),
        room(
            "Report",
            [
                "Backup", "Pooler", "Tune", "Bench", "Server", "Doctor", "Adopt", "Verify", "Install", "Fix", "Schema",
                "Configuration", "Core", "Postgres",
            ],
            ["CGuides", "CSpawn"]),
        room(
            "EmailDBCommand",
            [
                "Report", "Backup", "Pooler", "Tune", "Bench", "Server", "Doctor", "Adopt", "Verify", "Install", "Fix",
                "Schema", "Configuration", "Core", "Postgres",
            ],
            arguments),

        .target(
            name: "TestSupport",
            dependencies: ["Postgres", "Core", "Schema", "Install", "Verify", "Server", "Bench", "Pooler", "CSpawn"]
                + subprocess,
            path: "Tests/TestSupport", swiftSettings: settings),
        // Writes what is generated from the sources: sql/layout, and the page of finding codes.
        .executableTarget(
            name: "SchemaTool",
            dependencies: ["Postgres", "Core", "Schema", "Install", "Verify", "TestSupport"] + arguments,
            path: "Tests/SchemaTool", swiftSettings: settings),
        tests("PostgresTests", ["Postgres"]),
        tests("CoreTests", ["Core"]),
        tests("ConfigurationTests", ["Configuration", "Core", "Postgres"]),
        tests("SchemaTests", ["Schema", "Core", "Postgres"]),
        tests("FixTests", ["Fix", "Verify", "Postgres"]),
        tests("InstallTests", ["Install", "Server", "Schema", "Core", "Postgres"]),
        tests("VerifyTests", ["Verify", "Fix", "Schema", "Core", "Postgres"]),
        tests("DoctorTests", ["Doctor", "Verify", "Server", "Schema", "Core", "Postgres"]),
        tests("AdoptTests", ["Adopt", "Verify", "Install", "Server", "Schema", "Core", "Postgres"]),
        tests("ServerTests", ["Server", "Core", "Postgres"]),
        tests("TuneTests", ["Tune", "Bench", "Server", "Schema", "Core", "Postgres"]),
        tests("PoolerTests", ["Pooler", "Postgres"]),
        tests("BackupTests", ["EmailDBCommand", "Backup", "Server", "Core", "Postgres"]),
        tests("ReportTests", ["Report", "Core"]),
        tests("MailTests", ["Server", "Verify", "Postgres"]),
        tests("MonitoringTests", ["Postgres"]),
        tests("ContainerTests", ["Postgres"]),
        tests("CommandTests", ["EmailDBCommand", "Configuration", "Bench", "Server", "Verify", "Core", "Postgres"]),
    ],
    cLanguageStandard: .c2x
)
