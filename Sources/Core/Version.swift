/// The version of this program, as `emaildb --version` prints it and as the ledger records it.
package let toolVersion = "0.1.0"
