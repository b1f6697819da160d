/** A kind of secret that is known by its shape alone. */
export interface TokenShape {
  readonly name: string
  /** A regular expression without anything that could make it slow: no repetition within another. */
  readonly pattern: string
}

/** Keys and tokens whose makers gave them a form of their own, as these document it. */
export const tokenShapes: readonly TokenShape[] = [
  { name: 'private-key', pattern: '-----BEGIN (?:RSA |EC |OPENSSH |DSA |PGP )?PRIVATE KEY' },
  { name: 'aws-key', pattern: '\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b' },
  { name: 'github-token', pattern: '\\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40,90})' },
  { name: 'slack-token', pattern: '\\bxox[abprs]-[A-Za-z0-9-]{10,80}' },
  { name: 'google-key', pattern: '\\bAIza[0-9A-Za-z_-]{35}' },
  { name: 'npm-token', pattern: '\\bnpm_[A-Za-z0-9]{36}\\b' },
  { name: 'stripe-key', pattern: '\\b[rs]k_live_[0-9a-zA-Z]{20,60}' },
]
