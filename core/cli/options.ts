/** Options that every command takes. */
export interface CommonOptions {
  readonly root?: string
  readonly format: string
  /** A path, or false for --no-config. */
  readonly config?: string | boolean
  readonly quiet?: boolean
}
