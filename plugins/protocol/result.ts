/** One reason for or against handing over. `unknown`: it could not be looked at, so nothing may be claimed. */
export interface Reason {
  readonly what: 'tree' | 'secrets' | 'version' | 'changelog' | 'tag' | 'checks'
  readonly status: 'good' | 'bad' | 'unknown'
  readonly text: string
}

/** A place where a secret seems to stand; of the secret itself only its kind and first characters. */
export interface SecretPlace {
  readonly path: string
  readonly line: number
  readonly rule: string
  readonly shown: string
}

/** Whether a project can be handed over, with every reason. */
export interface ReadinessResult {
  /** What a person reads first. */
  readonly summary: readonly string[]
  /** `no-go` when one reason is bad; `unknown` when none is, and one is unknown. */
  readonly decision: 'go' | 'no-go' | 'unknown'
  /** What is bad first, then what is unknown. */
  readonly reasons: readonly Reason[]
  readonly secrets: readonly SecretPlace[]
  /** The version that each manifest names. */
  readonly versions: Readonly<Record<string, string>>
}
