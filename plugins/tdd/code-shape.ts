export interface FunctionShape {
  readonly name: string
  readonly line: number
  readonly parameters: number
  /** Ways through it: one, and one more for each branch; functions inside it are counted by themselves. */
  readonly complexity: number
}

export interface ClassShape {
  readonly name: string
  readonly line: number
  readonly methods: number
}

/** One test and what stands in it. */
export interface TestCase {
  readonly name: string
  readonly line: number
  readonly skipped: boolean
  readonly assertions: number
  /** Assertions that hold whatever the code does. */
  readonly hollow: number
  /** Things that it replaces, those that the file replaces for all of its tests included. */
  readonly mocks: number
  /** Places where it waits for time to pass. */
  readonly sleeps: number
  /** Variables that one test changes, and others see. */
  readonly shares: readonly string[]
}

/** What a parser sees in one source file. */
export interface CodeShape {
  readonly path: string
  readonly lines: number
  /** Why nothing else is known; null when the file was parsed. */
  readonly unparsed: string | null
  readonly classes: readonly ClassShape[]
  readonly functions: readonly FunctionShape[]
  readonly tests: readonly TestCase[]
}
