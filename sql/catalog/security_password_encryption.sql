SELECT 'setting' AS kind, NULL AS schema, 'password_encryption' AS name, NULL AS arguments, NULL AS part,
  current_setting('password_encryption') AS actual, NULL AS fix
WHERE current_setting('password_encryption') <> 'scram-sha-256'
