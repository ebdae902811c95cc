// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "emaildb",
    products: [
        .executable(name: "emaildb", targets: ["EmailDBCommand"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: [
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "CSchemaSQL"),
        .target(name: "Postgres", dependencies: ["CLibpq", "CLibcrypto"], swiftSettings: settings),
        .target(
            name: "EmailDatabase",
            dependencies: [
                "CSchemaSQL", "Postgres",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "EmailDBCommand",
            dependencies: [
                "EmailDatabase", "Postgres",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "TestSupport",
            dependencies: [
                "EmailDatabase", "Postgres",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "EmailDatabaseTests",
            dependencies: ["CSchemaSQL", "EmailDatabase", "Postgres", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MailTests", dependencies: ["EmailDatabase", "Postgres", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "MonitoringTests", dependencies: ["Postgres", "TestSupport"], swiftSettings: settings),
        .testTarget(name: "ContainerTests", dependencies: ["Postgres", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "CommandTests",
            dependencies: ["EmailDatabase", "Postgres", "TestSupport", "EmailDBCommand"],
            swiftSettings: settings
        ),
    ],
    cLanguageStandard: .c2x
)
