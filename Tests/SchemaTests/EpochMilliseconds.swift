import Glibc

/// Now as this machine sees it, in the unit of every time in the database.
func epochMilliseconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return now.tv_sec * 1_000 + now.tv_nsec / 1_000_000
}
