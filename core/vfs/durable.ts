/** Texts by name that survive the death of the process: a write that was acknowledged is there afterwards. */
export interface DurableStore {
  /** The text, or undefined when there is none. Names are `[a-z0-9][a-z0-9._-]*`, at most 100 characters. */
  read(name: string): Promise<string | undefined>
  /** Settles when the text is on the disk; rejects with `STATE_NOT_SAVED` and leaves the old text when it cannot be. */
  write(name: string, text: string): Promise<void>
  remove(name: string): Promise<void>
  /** Names in sorted order. */
  list(): Promise<readonly string[]>
}
