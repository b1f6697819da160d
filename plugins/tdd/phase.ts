import { defineOperation, isTestPath, type OperationContext, type OperationKind, type Path } from 'heddle'
import type { CodeShape } from './code-shape.ts'
import type { CycleStore, KeptFile, Measures, TestState } from './cycle-store.ts'
import { judgePhase, type PhaseInput } from './judge-phase.ts'
import { measureText } from './measure.ts'
import type { PhaseVerdict } from './result.ts'
import { ownTests } from './test-files.ts'

const largestSnapshot = 5 * 1024 * 1024

/** Judges a phase of the cycle and, when it holds, keeps where the next one begins. */
export function phaseKind(store: CycleStore): OperationKind<PhaseInput, PhaseVerdict> {
  return defineOperation<PhaseInput, PhaseVerdict>({
    kind: 'tdd-phase',
    description:
      'Judges whether a component stands in the phase of the cycle that is claimed, and keeps a snapshot of it',
    lane: 'io',
    effects: 'external',
    idempotent: false,
    claims: () => ({ writes: ['.heddle/state/tdd/**'] }),
    input: (z) => z.custom<PhaseInput>((value) => typeof value === 'object' && value !== null),
    output: (z) => z.custom<PhaseVerdict>((value) => typeof value === 'object' && value !== null),
    async run(input, context) {
      const before = await store.read(input.component)
      const sources = await readAll(input.files, context)
      const texts = await readAll(input.paths.filter(isTestPath), context)
      const own = ownTests(input.files, input.paths, texts)
      const ownPaths = own.map(({ path }) => path)
      const ownTexts = texts.filter(({ path }) => ownPaths.includes(path))
      const tests = await testState(ownTexts, input.run)
      const measures = await measuresOf(sources)
      const verdict = judgePhase({ ...input, ownTests: ownPaths, tests, measures, before })
      if (!verdict.passed) return verdict
      const files = snapshotOf([...sources, ...ownTexts])
      const green = input.phase === 'red' ? (before?.green ?? null) : files && { files, measures, tests }
      const failing = input.run?.failing.map(({ name }) => name) ?? []
      const red = input.phase === 'red' ? { failing, tests } : null
      await store.write({ component: input.component, red, green })
      return { ...verdict, snapshot: green?.files.map(({ path }) => path) ?? null }
    },
  })
}

async function readAll(paths: readonly string[], { files }: OperationContext): Promise<KeptFile[]> {
  return Promise.all(
    paths.map(async (path) => ({ path, text: new TextDecoder().decode(await files.read(path as Path)) })),
  )
}

async function testState(texts: readonly KeptFile[], run: PhaseInput['run']): Promise<TestState> {
  const shapes = await Promise.all(texts.map(({ path, text }) => measureText(path, text)))
  const cases = shapes.flatMap(({ path, tests }) => tests.map((test) => ({ path, ...test })))
  return {
    names: cases.map(({ path, name }) => `${path}: ${name}`),
    assertions: cases.reduce((sum, { assertions, hollow }) => sum + assertions - hollow, 0),
    ran: run?.tests ?? null,
  }
}

async function measuresOf(sources: readonly KeptFile[]): Promise<Measures> {
  const shapes = await Promise.all(sources.map(({ path, text }) => measureText(path, text)))
  const most = (figures: readonly number[]): number => figures.reduce((a, b) => Math.max(a, b), 0)
  const functions = shapes.flatMap((shape: CodeShape) => shape.functions)
  return {
    lines: shapes.reduce((sum, { lines }) => sum + lines, 0),
    'lines of the longest file': most(shapes.map(({ lines }) => lines)),
    'highest complexity': most(functions.map(({ complexity }) => complexity)),
    'complexity of all': functions.reduce((sum, { complexity }) => sum + complexity, 0),
    'most parameters': most(functions.map(({ parameters }) => parameters)),
    'most methods': most(shapes.flatMap(({ classes }) => classes.map(({ methods }) => methods))),
  }
}

/** Nothing when it is too much to be kept: half a snapshot is none. */
function snapshotOf(files: readonly KeptFile[]): readonly KeptFile[] | null {
  return files.reduce((sum, { text }) => sum + text.length, 0) > largestSnapshot ? null : files
}
