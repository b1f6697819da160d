import type { SymbolKind } from 'heddle'

/** A test file that belongs to the component, and what stands in it. */
export interface TestFile {
  readonly path: string
  readonly belongsBy: 'name' | 'import'
  readonly tests: number
  readonly assertions: number
  /** Tests that are there but not run. */
  readonly skipped: number
  /** Places where a test waits for time to pass. */
  readonly sleeps: number
}

/** A name that the component gives to others, and the tests of the component whose code names it. */
export interface ExportStatus {
  readonly path: string
  readonly line: number
  readonly name: string
  readonly kind: SymbolKind
  readonly testedIn: readonly string[]
}

export interface FailingTest {
  readonly name: string
  /** Where the runner says it stands; null when it does not say. */
  readonly at: { readonly path: string; readonly line: number } | null
  /** What the runner says of why it fails; null when it says nothing. */
  readonly message: string | null
}

/** One run of the project's own tests. Counts are null when the runner's output does not tell them. */
export interface TestRun {
  readonly command: string
  readonly code: number | null
  readonly ended: 'exit' | 'deadline' | 'cancelled'
  /** True when the command ended with 0 and its output does not say that there was no test to run. */
  readonly passed: boolean
  readonly tests: number | null
  readonly failed: number | null
  readonly failing: readonly FailingTest[]
  /** True when the output was too large to be kept: then failing tests may be missing from the list. */
  readonly truncated: boolean
  /** What the runner printed; its start and its end when it was too large. */
  readonly stdout: string
  readonly stderr: string
}

/** Covered lines of the component as an existing report tells them. */
export interface Coverage {
  /** The report it was read from. */
  readonly source: string
  readonly covered: number
  readonly total: number
  /** 0 to 1. */
  readonly ratio: number
  /** True when an earlier run wrote the report. */
  readonly isOlder: boolean
  /** Lines that no test reaches, by file; empty where the report gives sums only. */
  readonly uncovered: readonly { readonly path: string; readonly lines: readonly number[] }[]
}

/** One thing to do next, in the order of the cycle. */
export interface PlanStep {
  readonly phase: 'red' | 'green' | 'refactor'
  readonly action: string
  readonly reason: string
  readonly at: { readonly path: string; readonly line: number } | null
}

/** Something that spoils the component or its tests. */
export interface AntiPattern {
  readonly kind:
    | 'long-file'
    | 'large-class'
    | 'many-parameters'
    | 'complex-function'
    | 'asserts-nothing'
    | 'many-mocks'
    | 'few-integration-tests'
    | 'sleeps'
    | 'order-dependence'
    | 'unclear-name'
  /** False for what only warns. */
  readonly blocks: boolean
  readonly message: string
  readonly hint: string
  readonly at: { readonly path: string; readonly line: number } | null
}

/** A phase of the cycle that a run is to show. */
export type Phase = 'red' | 'green' | 'refactor'

/** Whether it was shown. */
export interface PhaseVerdict {
  readonly phase: Phase
  readonly passed: boolean
  /** Everything that speaks against it. */
  readonly reasons: readonly string[]
  /** For a refactoring: figures before and after it; less is better in each. */
  readonly measures: readonly { readonly name: string; readonly before: number; readonly after: number }[]
  /** The files that `--phase rollback` takes back; null when there is no snapshot. */
  readonly snapshot: readonly string[] | null
}

/** What the pattern `tdd` finds out about a component. */
export interface TddResult {
  /** What a person reads first: where the component stands, and the next steps. */
  readonly summary: readonly string[]
  readonly testAnalysis: {
    readonly component: string
    readonly files: readonly string[]
    readonly testFiles: readonly TestFile[]
    readonly exports: readonly ExportStatus[]
    /** Null when the project has no test command, or nothing can be run where it lies. */
    readonly run: Omit<TestRun, 'stdout' | 'stderr'> | null
    /** Null when there is no coverage report that knows the component. */
    readonly coverage: Coverage | null
    /** Of the component's tests; null when it has none. */
    readonly assertionsPerTest: number | null
    /** Tests of the project that let its parts work together; null when it has fewer than two sources. */
    readonly integration: { readonly tests: number; readonly integrated: number } | null
    /** Files that could not be parsed, and why: of them only lines are known. */
    readonly unparsed: readonly { readonly path: string; readonly why: string }[]
  }
  readonly implementationPlan: {
    /** What the component is ready for: a failing test to write, one to make pass, or code to improve. */
    readonly phase: 'red' | 'green' | 'refactor'
    readonly steps: readonly PlanStep[]
  }
  readonly qualityAssurance: {
    /** Test files belong to the component, and tests stand in them. */
    readonly testsExist: boolean
    readonly testsRan: boolean
    /** The tests ran and all of them passed. */
    readonly testsPass: boolean
    /** The code of some test of the component names each of its exports, types apart. */
    readonly exportsTested: boolean
    /** No test file of the component has fewer assertions than one, and no test of it is skipped. */
    readonly testsMeaningful: boolean
    /** Null when nothing is known of the coverage. */
    readonly coverageSufficient: boolean | null
    /** Nothing that blocks spoils the component or its tests; null when nothing of them could be parsed. */
    readonly sound: boolean | null
    /** All of the above; what is unknown does not count against it. */
    readonly compliant: boolean
    /** What blocks comes first. */
    readonly antiPatterns: readonly AntiPattern[]
  }
  /** Null when the run was not to show a phase. */
  readonly phase: PhaseVerdict | null
}
