import { defineOperation } from 'heddle'
import type { FailingTest, TestRun } from './result.ts'

/** The program that runs the tests of a project, and where. */
export interface TestInput {
  readonly program: string
  readonly arguments: readonly string[]
  /** Absolute folder of the project on the machine. */
  readonly root: string
  /** The folder to run in, relative to the root. */
  readonly folder: string
  /** Milliseconds after which the run is ended. */
  readonly limitMs: number
}

/**
 * Runs the tests of a project and reads which fail. Failing tests are its finding, not its failure: the cycle begins with
 * one, so what needs this operation still runs. The same holds for tests that do not end. It fails when the program cannot be
 * started.
 */
export const testKind = defineOperation<TestInput, TestRun>({
  kind: 'test',
  description: 'Runs the tests of the project and reads which of them fail',
  lane: 'process',
  effects: 'external',
  idempotent: false,
  input: (z) =>
    z.object({
      program: z.string(),
      arguments: z.array(z.string()),
      root: z.string(),
      folder: z.string(),
      limitMs: z.number().positive(),
    }),
  output: (z) =>
    z.object({
      command: z.string(),
      code: z.number().nullable(),
      ended: z.enum(['exit', 'deadline', 'cancelled']),
      truncated: z.boolean(),
      passed: z.boolean(),
      tests: z.number().nullable(),
      failed: z.number().nullable(),
      failing: z.array(
        z.object({
          name: z.string(),
          at: z.object({ path: z.string(), line: z.number() }).nullable(),
          message: z.string().nullable(),
        }),
      ),
      stdout: z.string(),
      stderr: z.string(),
    }),
  async run({ program, arguments: words, root, folder, limitMs }, context) {
    const cwd = folder === '' ? root : `${root}/${folder}`
    const [{ readTestOutput }, result] = await Promise.all([
      import('./test-output.ts'),
      context.spawn({ program, arguments: words, cwd, env: { NO_COLOR: '1' }, deadlineMs: limitMs }),
    ])
    const { code, ended, stdout, stderr } = result
    const report = readTestOutput(`${stdout}\n${stderr}`)
    const failing = report.failing.map(({ at, ...test }) => ({ ...test, at: at && placeIn(at, cwd, folder) }))
    const passed = ended === 'exit' && code === 0 && report.tests !== 0
    const truncated = result.stored !== undefined
    return {
      command: [program, ...words].join(' '),
      code,
      ended,
      truncated,
      passed,
      ...report,
      failing,
      stdout,
      stderr,
    }
  },
  quality: (_, { tests, ended, truncated }) => {
    const analysed = tests ?? 0
    return { expected: analysed, analysed, truncated: truncated || ended !== 'exit' }
  },
})

type At = NonNullable<FailingTest['at']>

/** The place relative to the root; null for places outside the folder of the run. */
function placeIn({ path, line }: At, cwd: string, folder: string): At | null {
  const local = path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path
  if (/^(?:[/\\]|[A-Za-z]:|\.\.|[\w-]+:\/)/.test(local)) return null
  return { path: folder === '' ? local : `${folder}/${local}`, line }
}
