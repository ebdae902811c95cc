#pragma once
// The low-level SHA-256 calls are deprecated in favour of EVP, but EVP's first use loads OpenSSL's configuration and
// providers, which takes longer than hashing every step file; a session that never needs TLS should not pay for it.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
