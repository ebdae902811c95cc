/// The version of this program, as `emaildb --version` prints it and as the ledger records it.
package let toolVersion = "0.2.0"

/// Where the documentation of the package lies; the one place to change when it gets a site.
package let documentationAddress = "file:///usr/share/doc/emaildb/"
